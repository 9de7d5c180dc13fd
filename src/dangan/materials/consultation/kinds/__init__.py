"""The three kinds of case of this room, registered with the workflow at start-up."""

from dangan.materials.consultation.kinds.consulting import ConsultationKind
from dangan.materials.consultation.kinds.copying import CopyingKind
from dangan.materials.consultation.kinds.providing import ProvisionKind

KINDS = (ConsultationKind, CopyingKind, ProvisionKind)

__all__ = ["KINDS", "ConsultationKind", "CopyingKind", "ProvisionKind"]
