"""Where the contents of a form are sealed, and how they open: under the invitation's own key."""

from __future__ import annotations

import hashlib
import secrets
from uuid import UUID

import msgspec

from dangan.dossiers.collection.models import Invitation
from dangan.dossiers.collection.rules import Answers, Guest
from dangan.vault.rules import Place, SubjectKey, seal, unseal


def new_secret() -> str:
    """256 random bits as text: a link's token, or the cookie of a browser that proved itself."""
    return secrets.token_urlsafe(32)


def digest_of(secret: str) -> bytes:
    """What is kept of a secret: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(secret.encode()).digest()


def _place(invitation: UUID, part: str, version: int = 0) -> Place:
    return Place("collection", invitation, part, version=version)


def seal_guest(key: SubjectKey, guest: Guest) -> bytes:
    """Whom HR invited."""
    return seal(key, _place(key.subject, "guest"), msgspec.json.encode(guest.as_json()))


def guest_of(key: SubjectKey, found: Invitation) -> Guest:
    """Whom HR invited; raises :class:`dangan.vault.rules.Tampered` if it was altered."""
    sealed = bytes(found.sealed_guest or b"")
    return Guest(**msgspec.json.decode(unseal(key, _place(found.id, "guest"), sealed)))


def seal_answers(key: SubjectKey, answers: Answers, *, part: str, version: int) -> bytes:
    """The form so far (``draft``), or as it was when returned (``before``)."""
    return seal(key, _place(key.subject, part, version), msgspec.json.encode(answers.as_json()))


def answers_of(key: SubjectKey, found: Invitation) -> Answers:
    """The form so far."""
    sealed = bytes(found.sealed_draft or b"")
    place = _place(found.id, "draft", found.version)
    return Answers.of(msgspec.json.decode(unseal(key, place, sealed)))


def answers_before(key: SubjectKey, found: Invitation) -> Answers | None:
    """The form as it was when HR returned it; None when it never was."""
    if found.sealed_before is None:
        return None
    sealed = bytes(found.sealed_before)
    return Answers.of(msgspec.json.decode(unseal(key, _place(found.id, "before"), sealed)))


def seal_words(key: SubjectKey, words: str) -> bytes:
    """Why HR returned the form."""
    return seal(key, _place(key.subject, "words"), words.encode())


def words_of(key: SubjectKey, found: Invitation) -> str:
    """Why HR returned the form; empty when it never did."""
    if found.sealed_words is None:
        return ""
    return unseal(key, _place(found.id, "words"), bytes(found.sealed_words)).decode()
