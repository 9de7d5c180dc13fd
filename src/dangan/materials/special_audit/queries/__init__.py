"""Reading audits: the actor first, cut to rights, noted in the log."""

from dangan.materials.special_audit.queries.audits import (
    AuditView,
    ItemView,
    audit,
    of_volume,
)
from dangan.materials.special_audit.queries.due import PAGE, DueLine, DuePage, due

__all__ = ["PAGE", "AuditView", "DueLine", "DuePage", "ItemView", "audit", "due", "of_volume"]
