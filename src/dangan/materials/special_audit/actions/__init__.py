"""The verbs of special audits."""

from dangan.materials.special_audit.actions.auditing import (
    begin,
    cancel,
    confirm,
    enter,
    examine,
    send_back,
)

__all__ = ["begin", "cancel", "confirm", "enter", "examine", "send_back"]
