"""How what is said in a loan is sealed: under the key of the person whose file it is."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from dangan.materials.loans.models import Check, Request
from dangan.materials.loans.rules.bodies import RequestBody, decode, encode
from dangan.vault.queries import key_of, keys_of
from dangan.vault.rules import Place, SubjectKey, seal, unseal


def _place(subject: UUID, request: UUID, version: int) -> Place:
    return Place("loan", subject, "request", request, version)


def seal_body(request: Request, body: RequestBody) -> bytes:
    """The body at the request's version."""
    key = key_of(request.subject)
    return seal(key, _place(request.subject, request.pk, request.version), encode(body))


def open_body(request: Request, key: SubjectKey | None = None) -> RequestBody:
    """What the request says; raises :class:`dangan.vault.rules.KeyDestroyed` or ``Tampered``."""
    held = key or key_of(request.subject)
    place = _place(request.subject, request.pk, request.version)
    return decode(unseal(held, place, bytes(request.sealed)))


def open_bodies(requests: Iterable[Request]) -> dict[UUID, RequestBody]:
    """Many at once, one statement; what can no longer be opened is left out."""
    rows = list(requests)
    keys = keys_of({row.subject for row in rows}, skip_destroyed=True) if rows else {}
    return {row.pk: open_body(row, keys[row.subject]) for row in rows if row.subject in keys}


def _note_place(subject: UUID, loan: UUID, material: UUID) -> Place:
    return Place("loan", subject, f"check.{material}", loan)


def seal_note(key: SubjectKey, loan: UUID, material: UUID, note: str) -> bytes:
    """What was found in a material; empty for nothing."""
    return seal(key, _note_place(key.subject, loan, material), note.encode()) if note else b""


def open_note(key: SubjectKey, check: Check) -> str:
    """What was found in a material."""
    if not check.sealed_note:
        return ""
    place = _note_place(key.subject, check.loan_id, check.material)
    return unseal(key, place, bytes(check.sealed_note)).decode()
