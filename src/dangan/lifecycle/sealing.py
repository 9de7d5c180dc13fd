"""How the form of a movement is sealed: under the key of the person it is about."""

from __future__ import annotations

from uuid import UUID

from dangan.lifecycle.models import ChecklistItem, Movement
from dangan.lifecycle.rules.bodies import Body, decode, encode
from dangan.vault.rules import Place, SubjectKey, seal, unseal


def _body_place(subject: UUID, movement: UUID, version: int) -> Place:
    return Place("movement", subject, "body", movement, version)


def _note_place(subject: UUID, item: ChecklistItem) -> Place:
    return Place("movement", subject, f"{item.department}.{item.item}", item.movement_id)


def seal_body(key: SubjectKey, movement: UUID, version: int, body: Body) -> bytes:
    """The form as one version of its movement."""
    return seal(key, _body_place(key.subject, movement, version), encode(body))


def open_body(key: SubjectKey, movement: Movement) -> Body:
    """The form as it stands; raises :class:`dangan.vault.rules.Tampered`."""
    place = _body_place(key.subject, movement.id, movement.version)
    return decode(unseal(key, place, bytes(movement.sealed_body)))


def seal_note(key: SubjectKey, item: ChecklistItem, note: str) -> bytes | None:
    """The words a department signed with; None for none."""
    return seal(key, _note_place(key.subject, item), note.encode()) if note else None


def open_note(key: SubjectKey, item: ChecklistItem) -> str:
    """The words a department signed with."""
    if item.sealed_note is None:
        return ""
    return unseal(key, _note_place(key.subject, item), bytes(item.sealed_note)).decode()
