"""The seal of a leak: under the system's key, since a report is about a matter, not a dossier."""

from __future__ import annotations

import msgspec

from dangan.confidentiality.leaks.models import Leak
from dangan.confidentiality.leaks.rules import Body
from dangan.vault.rules import Place, SubjectKey, seal, unseal


def _place(key: SubjectKey, leak: Leak) -> Place:
    return Place("leak", key.subject, "", leak.id, leak.version)


def seal_body(key: SubjectKey, leak: Leak, body: Body) -> bytes:
    """The words of a leak in its version."""
    return seal(key, _place(key, leak), msgspec.json.encode(body))


def open_body(key: SubjectKey, leak: Leak) -> Body:
    """Raises :class:`dangan.vault.rules.Tampered`."""
    return msgspec.json.decode(unseal(key, _place(key, leak), bytes(leak.sealed)), type=Body)
