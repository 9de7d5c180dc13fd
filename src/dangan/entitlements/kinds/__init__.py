"""The four kinds of case about rights, registered with the workflow at start-up."""

from dangan.entitlements.kinds.handing import HandoverKind
from dangan.entitlements.kinds.looking import RevealKind
from dangan.entitlements.kinds.rights import RightsChangeKind
from dangan.entitlements.kinds.temporary import TemporaryGrantKind

KINDS = (TemporaryGrantKind, RevealKind, HandoverKind, RightsChangeKind)

__all__ = ["KINDS", "HandoverKind", "RevealKind", "RightsChangeKind", "TemporaryGrantKind"]
