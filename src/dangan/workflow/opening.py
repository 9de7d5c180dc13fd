"""How what a case says is sealed: under the person concerned, else under the system's key.

A person whose key was destroyed takes the words of their cases along: they read as nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from dangan.dictionary.rules import Message
from dangan.vault.queries import keys_of
from dangan.vault.rules import SYSTEM, Place, SubjectKey, seal, unseal
from dangan.workflow.handling import Json
from dangan.workflow.models import Case, CaseEvent, Comment
from dangan.workflow.problems import CannotStart


def key_for(subject: UUID | None) -> SubjectKey:
    """The key that seals a new case; raises :class:`CannotStart` when the person has none."""
    owner = subject or SYSTEM
    found = keys_of([owner], skip_destroyed=True)
    if owner not in found:
        raise CannotStart(Message("这个人没有可用的档案，不能发起流程"))
    return found[owner]


def keys_for(cases: Iterable[Case]) -> dict[UUID, SubjectKey]:
    """The keys of these cases by subject (the system's under its own); one statement."""
    return keys_of({case.subject or SYSTEM for case in cases}, skip_destroyed=True)


def key_in(keys: Mapping[UUID, SubjectKey], case: Case) -> SubjectKey | None:
    """The case's key among ``keys``; None when it was destroyed."""
    return keys.get(case.subject or SYSTEM)


def seal_facts(key: SubjectKey, case: UUID, facts: Mapping[str, Json]) -> bytes:
    """The facts of a case for its row."""
    return seal(key, Place("case", key.subject, "facts", case), msgspec.json.encode(facts))


def open_facts(key: SubjectKey | None, case: Case) -> dict[str, Json]:
    """The facts of a case; empty when its key was destroyed."""
    if key is None:
        return {}
    place = Place("case", key.subject, "facts", case.id)
    facts: dict[str, Json] = msgspec.json.decode(unseal(key, place, bytes(case.sealed_facts)))
    return facts


def seal_event(key: SubjectKey | None, case: UUID, seq: int, body: Mapping[str, Any]) -> bytes:
    """What an event of a case says: ``words`` and the engine's record; nothing without a key."""
    if key is None:
        return b""
    place = Place("case", key.subject, "event", case, seq)
    return seal(key, place, msgspec.json.encode(body))


def open_event(key: SubjectKey | None, event: CaseEvent) -> dict[str, Any]:
    """What an event says; empty when its key was destroyed."""
    if key is None or not event.sealed:
        return {}
    place = Place("case", key.subject, "event", event.case_id, event.seq)
    body: dict[str, Any] = msgspec.json.decode(unseal(key, place, bytes(event.sealed)))
    return body


def seal_text(key: SubjectKey, comment: UUID, text: str) -> bytes:
    """The text of a comment."""
    return seal(key, Place("case", key.subject, "comment", comment), text.encode())


def open_text(key: SubjectKey | None, comment: Comment) -> str:
    """The text of a comment; empty when its key was destroyed."""
    if key is None:
        return ""
    place = Place("case", key.subject, "comment", comment.id)
    return unseal(key, place, bytes(comment.sealed_text)).decode()
