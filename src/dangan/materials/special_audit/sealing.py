"""The seal of an audit's body."""

from __future__ import annotations

from dangan.materials.special_audit.models import SpecialAudit
from dangan.materials.special_audit.rules.items import Body, decode, encode
from dangan.vault.rules import Place, SubjectKey, seal, unseal


def seal_body(key: SubjectKey, audit: SpecialAudit, body: Body) -> bytes:
    """For the audit at its present version."""
    return seal(key, _place(audit), encode(body))


def open_body(key: SubjectKey, audit: SpecialAudit) -> Body:
    """Raises :class:`dangan.vault.rules.Tampered`."""
    return decode(unseal(key, _place(audit), bytes(audit.sealed)))


def _place(audit: SpecialAudit) -> Place:
    return Place("special_audit", audit.subject, row=audit.volume_id, version=audit.version)
