"""What the roster page was asked for, read from its form and written back into an address.

One form is the whole state of the page. Codes, units, dates and sorting may stand in the address,
so that a list can be bookmarked; text that names people (``q``, ``text.PATH``) is only ever read
from a posted body and never written into an address.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from dangan.dictionary.rules import Dictionary, Field
from dangan.roster.rules import (
    DERIVED,
    NAME,
    STATE,
    AnyOf,
    Between,
    Contains,
    Empty,
    Filter,
    RosterQuery,
)

SIZES = (50, 100, 200)
TEXT_AT_MOST = 64
ACTIVE_STATES = frozenset({"draft", "confirmed", "filed", "changed"})
LEFT_STATES = frozenset({"departed", "retained"})
ALL_STATES = ("draft", "confirmed", "filed", "changed", "departed", "retained")
SHOWN_CONDITIONS = ("post.status", "identity.sex", "identity.highest_education", "post.joined")
DEFAULT_COLUMNS = (
    NAME,
    "identity.employee_number",
    "post.unit",
    "post.position",
    "identity.sex",
    "identity.birth_date",
    "identity.highest_education",
    "post.joined",
    "contact.mobile",
    "post.status",
)
_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_NUMBER = re.compile(r"-?\d{1,12}(\.\d{1,4})?")


class Kind(StrEnum):
    """How a condition on a column is put."""

    CODES = "codes"
    DATES = "dates"
    NUMBERS = "numbers"
    TEXT = "text"
    STATES = "states"


KIND_OF_TYPE = {
    "code": Kind.CODES,
    "boolean": Kind.CODES,
    "date": Kind.DATES,
    "partial_date": Kind.DATES,
    "open_date": Kind.DATES,
    "integer": Kind.NUMBERS,
    "decimal": Kind.NUMBERS,
    "money": Kind.NUMBERS,
    "text": Kind.TEXT,
    "long_text": Kind.TEXT,
    "phone": Kind.TEXT,
    "email": Kind.TEXT,
    "id_number": Kind.TEXT,
}
"""Units are chosen in the tree; pictures and other people are not conditions."""


@dataclass(frozen=True, slots=True)
class Ask:
    """The page's state: the query, the saved view it began from, conditions opened but not set."""

    query: RosterQuery
    view: str = ""
    opened: tuple[str, ...] = ()

    @property
    def is_private(self) -> bool:
        """Whether part of it may not stand in an address."""
        return bool(self.query.text) or any(
            isinstance(item, Contains) for item in self.query.filters.values()
        )

    def address(self, base: Ask | None = None) -> str:
        """The query string for this state without anything that names people.

        Where the state is still that of ``base`` (the view it began from), the view's key says
        it all; otherwise ``free`` tells :func:`read` not to fall back on the view.
        """
        if base is not None and base.view == self.view and pairs(self, True) == pairs(base, True):
            return urlencode(_view_pairs(self) + _page_pairs(self))
        return urlencode(pairs(self) + ([("free", "1")] if self.view else []))

    def page(self, number: int) -> Ask:
        return replace(self, query=replace(self.query, offset=(number - 1) * self.query.limit))


def kind_of(path: str, dictionary: Dictionary) -> Kind | None:
    """How a condition on ``path`` is put, or None when there is no such condition."""
    if path == STATE:
        return Kind.STATES
    if path in DERIVED:
        return Kind.CODES if DERIVED[path].bands else Kind.NUMBERS
    try:
        field = dictionary.field(path)
    except KeyError:
        return None
    return KIND_OF_TYPE.get(field.type) if field.roster else None


def known_columns(dictionary: Dictionary) -> tuple[str, ...]:
    """Every path that can be a column, in the dictionary's order."""
    derived = (path for path, item in DERIVED.items() if not item.bands)
    shown = (field.path for field in dictionary.roster_fields if field.type != "image")
    return (*shown, *derived, STATE)


def read(data: QueryDict, dictionary: Dictionary, *, posted: bool, base: Ask | None = None) -> Ask:
    """The state that a form or an address describes; what it does not understand is left out.

    With ``base`` (a saved view, or the columns the reader chose) parts that ``data`` does not
    speak of keep the base's value.
    """
    base = base or Ask(RosterQuery())
    start, whole = base.query, posted or "free" in data
    columns = _columns(data.getlist("col"), dictionary) or start.columns or DEFAULT_COLUMNS
    columns = DEFAULT_COLUMNS if "defaults" in data else columns
    known = set(known_columns(dictionary)) - {NAME}
    columns = (NAME, *(path for path in columns if path in known))
    limit = _one_of(data.get("size"), SIZES, start.limit if start.limit in SIZES else SIZES[0])
    query = RosterQuery(
        text=data.get("q", "").strip()[:TEXT_AT_MOST] if posted else start.text,
        unit=_uuid(data.get("unit", "")) if whole or "unit" in data else start.unit,
        subtree=("sub" in data) if posted else _subtree(data, start, whole=whole),
        filters=_filters(data, dictionary, posted=posted, base={} if whole else start.filters),
        states=_states(data, None if whole else start.states),
        sort=_sort(data, start.sort, dictionary),
        descending=_descending(data, start.descending),
        offset=(max(1, _whole(data.get("page"), 1)) - 1) * limit,
        limit=limit,
        columns=columns,
    )
    opened = tuple(p for p in data.getlist("open") if kind_of(p, dictionary) is not None)
    ask = Ask(query, view=base.view, opened=tuple(dict.fromkeys(opened)))
    return without(ask, data.get("drop", "")) if "drop" in data else ask


def pairs(ask: Ask, whole: bool = False) -> list[tuple[str, str]]:
    """Names and values of the state as the address carries them, defaults left out.

    With ``whole`` also what may not stand there, and without the page: for comparing two states.
    """
    query, found = ask.query, _view_pairs(ask)
    if query.unit:
        found.append(("unit", str(query.unit)))
    if not query.subtree:
        found.append(("sub", "0"))
    if query.states is not None:
        found += [("state", state) for state in ALL_STATES if state in query.states]
    for path, item in query.filters.items():
        found += _pairs_of(path, item)
    if (query.sort, query.descending) != (NAME, False):
        found += [("sort", query.sort)] + ([("desc", "1")] if query.descending else [])
    if query.limit != SIZES[0]:
        found.append(("size", str(query.limit)))
    if whole:
        private = [(p, f.text) for p, f in query.filters.items() if isinstance(f, Contains)]
        return [*found, ("q", query.text), *private]
    return found + _page_pairs(ask)


def without(ask: Ask, path: str) -> Ask:
    """The same question with one condition dropped (``q`` names the text)."""
    query = ask.query
    if path == "q":
        return replace(ask, query=replace(query, text="", offset=0))
    if path == STATE:
        return replace(ask, query=replace(query, states=None, offset=0))
    filters = {key: value for key, value in query.filters.items() if key != path}
    return replace(ask, query=replace(query, filters=filters, offset=0))


def conditions(ask: Ask) -> list[str]:
    """What narrows the list, in the order in which it is shown."""
    found = ["q"] if ask.query.text else []
    found += [STATE] if ask.query.states is not None else []
    return found + list(ask.query.filters)


def _view_pairs(ask: Ask) -> list[tuple[str, str]]:
    return [("view", ask.view)] if ask.view else []


def _page_pairs(ask: Ask) -> list[tuple[str, str]]:
    page = ask.query.offset // ask.query.limit + 1
    return [("page", str(page))] if page > 1 else []


def _subtree(data: QueryDict, start: RosterQuery, *, whole: bool) -> bool:
    if "sub" in data:
        return data["sub"] != "0"
    return True if whole else start.subtree


def _pairs_of(path: str, item: Filter) -> list[tuple[str, str]]:
    if isinstance(item, AnyOf):
        return [(f"f.{path}", value) for value in sorted(item.values)]
    if isinstance(item, Between):
        ends = (("from", item.low), ("to", item.high))
        return [(f"{end}.{path}", str(value)) for end, value in ends if value is not None]
    if isinstance(item, Empty):
        return [(f"has.{path}", "0" if item.empty else "1")]
    return []


def _filters(
    data: QueryDict, dictionary: Dictionary, *, posted: bool, base: Mapping[str, Filter]
) -> dict[str, Filter]:
    if not posted and not any(key.partition(".")[0] in {"f", "from", "to", "has"} for key in data):
        return dict(base)
    found: dict[str, Filter] = {}
    for path in dict.fromkeys(key.partition(".")[2] for key in data if "." in key):
        kind = kind_of(path, dictionary)
        item = _filter(data, path, kind, posted=posted) if kind else None
        if item is not None:
            found[path] = item
    return found


def _filter(data: QueryDict, path: str, kind: Kind | None, *, posted: bool) -> Filter | None:
    has = data.get(f"has.{path}", "")
    if has in {"0", "1"}:
        return Empty(has == "0")
    if kind is Kind.CODES:
        values = frozenset(value for value in data.getlist(f"f.{path}") if value)
        return AnyOf(values) if values else None
    if kind in {Kind.DATES, Kind.NUMBERS}:
        shape = _DATE if kind is Kind.DATES else _NUMBER
        low, high = (_shaped(data.get(f"{end}.{path}", ""), shape) for end in ("from", "to"))
        return Between(low, high) if low or high else None
    text = data.get(f"text.{path}", "").strip()[:TEXT_AT_MOST] if posted else ""
    return Contains(text) if text else None


def _states(data: QueryDict, base: frozenset[str] | None) -> frozenset[str] | None:
    asked = frozenset(data.getlist("state")) & frozenset(ALL_STATES)
    if asked:
        return None if asked == frozenset(ALL_STATES) else asked
    return base


def _sort(data: QueryDict, base: str, dictionary: Dictionary) -> str:
    asked = data.get("resort") or data.get("sort") or base
    return asked if asked in known_columns(dictionary) else NAME


def _descending(data: QueryDict, base: bool) -> bool:
    again = data.get("resort")
    if again:
        return again == data.get("sort") and data.get("desc") != "1"
    return data.get("desc") == "1" if "sort" in data else base


def _columns(asked: Iterable[str], dictionary: Dictionary) -> tuple[str, ...]:
    allowed = set(known_columns(dictionary))
    chosen = tuple(dict.fromkeys(path for path in asked if path in allowed))
    return (NAME, *(path for path in chosen if path != NAME)) if chosen else ()


def _shaped(value: str, shape: re.Pattern[str]) -> str | None:
    value = value.strip()
    return value if shape.fullmatch(value) else None


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def _whole(value: str | None, otherwise: int) -> int:
    return int(value) if value and value.isdecimal() and len(value) < 9 else otherwise


def _one_of(value: str | None, allowed: tuple[int, ...], otherwise: int) -> int:
    asked = _whole(value, otherwise)
    return asked if asked in allowed else otherwise


def field_of(path: str, dictionary: Dictionary) -> Field | None:
    """The dictionary field a path shows or derives from; None for the dossier's state."""
    source = DERIVED[path].source if path in DERIVED else path
    try:
        return dictionary.field(source)
    except KeyError:
        return None
