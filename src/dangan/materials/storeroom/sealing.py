"""Seals of this room: words about papers under the person's key, about places the system's."""

from __future__ import annotations

from uuid import UUID

from dangan.vault.rules import Place, SubjectKey, seal, unseal


def words_place(subject: UUID, what: str, row: UUID) -> Place:
    """``what`` is ``move``, ``check``, ``repair`` or ``air``; ``row`` a random id."""
    return Place("storeroom", subject, what, row)


def seal_words(key: SubjectKey, what: str, row: UUID, text: str) -> bytes:
    """Sealed words; empty for none."""
    return seal(key, words_place(key.subject, what, row), text.encode()) if text else b""


def open_words(key: SubjectKey, what: str, row: UUID, sealed: bytes | memoryview) -> str:
    """The words; raises :class:`dangan.vault.rules.Tampered`."""
    if not sealed:
        return ""
    return unseal(key, words_place(key.subject, what, row), bytes(sealed)).decode()
