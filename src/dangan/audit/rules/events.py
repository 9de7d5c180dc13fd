"""What an event is, where a request collects its events, and the bytes that the log hashes."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Literal
from uuid import UUID

Outcome = Literal["done", "refused", "failed"]

NOBODY = UUID(int=0)
"""The actor of a request that nobody signed in for."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_MAC = b',"mac":"'
_MAC_CHARACTERS = 44


@dataclass(frozen=True, slots=True)
class Event:
    """Something somebody did, or was refused, or failed to do.

    ``object`` and ``facts`` are kept in clear and hold no personal data (set keys, unit
    identifiers, counts, digests). ``reason`` is sealed under the log's own key, ``detail`` under
    the subject's, so that it ends with the subject's key while the proof stays.
    """

    action: str
    outcome: Outcome = "done"
    subject: UUID | None = None
    object: str = ""
    reason: str = ""
    detail: Mapping[str, Any] | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(slots=True)
class Trail:
    """The events of one request, collected until they are written together.

    ``kind`` is account, console, system, token or anonymous; ``address`` is where the request
    came from.
    """

    request: UUID
    actor: UUID = NOBODY
    kind: str = "anonymous"
    address: str = ""
    pending: list[Event] = field(default_factory=list)

    def add(self, event: Event) -> None:
        """Note an event; it is written by the action's transaction or at the request's end."""
        self.pending.append(event)

    def note(
        self,
        action: str,
        *,
        outcome: Outcome = "done",
        subject: UUID | None = None,
        facts: Mapping[str, Any] | None = None,
    ) -> None:
        """As :meth:`add`, for rooms below the log, which cannot name :class:`Event`."""
        self.add(Event(action, outcome=outcome, subject=subject, facts=facts or _NOTHING))

    def take(self) -> list[Event]:
        """All events not yet written; they are the caller's to write now."""
        events, self.pending = self.pending, []
        return events


@dataclass(frozen=True, slots=True)
class Entry:
    """A log entry as it was hashed. ``reason`` and ``detail`` are still sealed."""

    uid: UUID
    at: datetime
    request: UUID
    actor: UUID
    kind: str
    address: str
    action: str
    outcome: str
    subject: UUID | None
    object: str
    facts: Mapping[str, Any]
    reason: bytes | None
    detail: bytes | None


def encode_entry(entry: Entry) -> bytes:
    """The canonical bytes of an entry: JSON in UTF-8, keys in this order, no spaces."""
    return json.dumps(
        {
            "v": 1,
            "uid": str(entry.uid),
            "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "request": str(entry.request),
            "actor": str(entry.actor),
            "kind": entry.kind,
            "address": entry.address,
            "action": entry.action,
            "outcome": entry.outcome,
            "subject": entry.subject and str(entry.subject),
            "object": entry.object,
            "facts": dict(entry.facts),
            "reason": _text(entry.reason),
            "detail": _text(entry.detail),
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()


def with_mac(entry: bytes, mac: bytes) -> bytes:
    """``entry`` with its keyed digest (32 bytes) as last member: what is stored and hashed."""
    return entry[:-1] + _MAC + base64.b64encode(mac) + b'"}'


def split_mac(stored: bytes) -> tuple[bytes, bytes] | None:
    """The entry and its keyed digest, or ``None`` when the bytes are not of that form."""
    cut = len(stored) - _MAC_CHARACTERS - 2
    head = stored[: cut - len(_MAC)] if cut > 0 else b""
    if not stored.endswith(b'"}') or stored[len(head) : cut] != _MAC:
        return None
    try:
        return head + b"}", base64.b64decode(stored[cut:-2], validate=True)
    except ValueError:
        return None


def parse_entry(stored: bytes) -> Entry:
    """The entry in these bytes; raises ``ValueError`` for what :func:`encode_entry` never made."""
    try:
        found = json.loads(stored)
        return Entry(
            uid=UUID(found["uid"]),
            at=datetime.fromisoformat(found["at"]),
            request=UUID(found["request"]),
            actor=UUID(found["actor"]),
            kind=found["kind"],
            address=found["address"],
            action=found["action"],
            outcome=found["outcome"],
            subject=UUID(found["subject"]) if found["subject"] else None,
            object=found["object"],
            facts=found["facts"],
            reason=_bytes(found["reason"]),
            detail=_bytes(found["detail"]),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("not a log entry") from error


def _text(sealed: bytes | None) -> str | None:
    return None if sealed is None else base64.b64encode(sealed).decode()


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text, validate=True)
