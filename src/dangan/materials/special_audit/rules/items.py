"""The items of a special audit 三龄两历一身份, and what is written down for each."""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

ItemKey = Literal[
    "birth", "work", "party", "education", "career", "status", "family", "forgery", "gaps"
]
ITEMS: tuple[ItemKey, ...] = get_args(ItemKey)
Verdict = Literal["", "agrees", "differs", "doubt", "none"]
"""一致, 不一致已认定, 存疑待查, 无此项."""

DATED: frozenset[str] = frozenset({"birth", "work", "party"})
"""Items that are settled by a date."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the examiner found for one item; sealed as part of the audit's body."""

    material: str = ""
    """The earliest material that counts: its identifier."""
    source: str = ""
    """Its number and title as they were then."""
    value: str = ""
    """What it says; for dated items ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``."""
    lunar: bool = False
    """The material counts by the lunar calendar: ``value`` is the converted day."""
    approved: bool = False
    """A later change that the organisation has approved: it counts instead of the earliest."""
    verdict: Verdict = ""
    settled: str = ""
    """认定: what holds from now on."""
    words: str = ""


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Everything of an audit that is sealed."""

    entries: dict[str, Entry] = {}
    form: dict[str, str] = {}
    """What the latest form said when the audit was examined, by item."""
    returned: str = ""
    """Why the second examiner has sent it back."""

    def entry(self, item: str) -> Entry:
        return self.entries.get(item, Entry())


def undecided(body: Body) -> list[ItemKey]:
    """Items without a verdict."""
    return [item for item in ITEMS if not body.entry(item).verdict]


def unsettled(body: Body) -> list[ItemKey]:
    """Items that differ, but of which nobody has said what holds."""
    return [
        item
        for item in ITEMS
        if body.entry(item).verdict == "differs" and not body.entry(item).settled
    ]


def encode(body: Body) -> bytes:
    return msgspec.json.encode(body)


def decode(data: bytes) -> Body:
    return msgspec.json.decode(data, type=Body)
