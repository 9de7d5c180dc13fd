"""How requests are sealed: under the key of the person whose file it is.

A request for several people is one row for each (:class:`.models.Consultation`), so every word
goes under the one key it belongs to, and destroying one person's key leaves the others' requests
whole. A provision that concerns many people at once goes under the system's key; its form asks for
the receiver and for kinds of data, not for names of people.
"""

from __future__ import annotations

from typing import TypeVar
from uuid import UUID

import msgspec

from dangan.materials.consultation.models import Note
from dangan.vault.rules import SYSTEM, Place, SubjectKey, seal, unseal

Body = TypeVar("Body", bound=msgspec.Struct)


def owner_of(subject: UUID | None) -> UUID:
    """Whose key seals a request about this person, or about many."""
    return subject or SYSTEM


def _place(key: SubjectKey, row: UUID, kind: str, version: int) -> Place:
    return Place("use", key.subject, kind, row, version)


def seal_body(key: SubjectKey, row: UUID, version: int, body: msgspec.Struct) -> bytes:
    """The body of a request in its version."""
    place = _place(key, row, type(body).__name__, version)
    return seal(key, place, msgspec.json.encode(body))


def open_body(
    key: SubjectKey, row: UUID, version: int, sealed: bytes | memoryview, kind: type[Body]
) -> Body:
    """Raises :class:`dangan.vault.rules.Tampered`."""
    place = _place(key, row, kind.__name__, version)
    return msgspec.json.decode(unseal(key, place, bytes(sealed)), type=kind)


def seal_note(key: SubjectKey, note: Note, text: str) -> bytes:
    """An extract or what was said on return."""
    return seal(key, Place("use", key.subject, f"note.{note.kind}", note.id), text.encode())


def open_note(key: SubjectKey, note: Note) -> str:
    place = Place("use", key.subject, f"note.{note.kind}", note.id)
    return unseal(key, place, bytes(note.sealed)).decode()
