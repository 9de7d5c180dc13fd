"""Roster 花名册: what may be asked of the list of all people, and what comes back.

Paths name dictionary fields ("identity.name"). A few *derived* paths are computed on the day of
asking and follow the rights of the field they come from:

=========================  ===================  ========================================
path                       from                 value
=========================  ===================  ========================================
``derived.age``            identity.birth_date  full years 周岁
``derived.age_band``       identity.birth_date  band key, see :data:`AGE_BANDS`
``derived.seniority``      post.joined          full years with this employer 司龄
``derived.seniority_band`` post.joined          band key, see :data:`SENIORITY_BANDS`
``derived.service``        identity.work_start  full years of work 工龄
``derived.service_band``   identity.work_start  band key, see :data:`SENIORITY_BANDS`
``derived.state``          (clear)              state of the dossier
=========================  ===================  ========================================

One rule holds everywhere: a field counts only in rows where the asker sees it plain. In all other
rows it behaves as if it were empty, so filters, sorts, groups and searches tell nothing more than
the cells do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias
from uuid import UUID

from dangan.access.rules import Showing
from dangan.dictionary.rules import Json

JSON: TypeAlias = Json | None

NAME = "identity.name"
NUMBER = "identity.employee_number"
MOBILE = "contact.mobile"
UNIT = "post.unit"
STATE = "derived.state"

SMALLEST_CELL = 3
"""Groups of fewer people are suppressed in statistics that leave the house (de-identification)."""


@dataclass(frozen=True, slots=True)
class RosterEntry:
    """What the roster keeps of one person; `values` holds the fields marked ``roster = true``."""

    subject: UUID
    unit: UUID | None
    state: str
    values: Mapping[str, JSON]


# --- filters ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnyOf:
    """The value is one of these; with `children`, also any code below one of them."""

    values: frozenset[str]
    children: bool = True


@dataclass(frozen=True, slots=True)
class Contains:
    """The text holds this part, letter case and width ignored."""

    text: str


@dataclass(frozen=True, slots=True)
class Between:
    """From `low` to `high`, both included, either open (None).

    Dates are ISO, also shortened ("2020" as `high` reaches to the end of 2020); numbers are text
    or int.
    """

    low: str | int | None = None
    high: str | int | None = None


@dataclass(frozen=True, slots=True)
class Empty:
    """There is no value (or, with ``empty=False``, there is one)."""

    empty: bool = True


Filter = AnyOf | Contains | Between | Empty


# --- pages -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RosterQuery:
    """One page of people. `states` None means all but destroyed; `unit` None means everywhere."""

    text: str = ""
    unit: UUID | None = None
    subtree: bool = True
    filters: Mapping[str, Filter] = field(default_factory=dict)
    states: frozenset[str] | None = None
    sort: str = NAME
    descending: bool = False
    offset: int = 0
    limit: int = 50
    columns: tuple[str, ...] = ()
    today: date | None = None
    """The day that derived columns count from; None: the day of asking."""


@dataclass(frozen=True, slots=True)
class Cell:
    """PLAIN: the JSON value; MASKED: the masked text; HIDDEN: None."""

    showing: Showing
    value: JSON = None


@dataclass(frozen=True, slots=True)
class RosterRow:
    subject: UUID
    unit: UUID | None
    state: str
    cells: Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class RosterPage:
    total: int
    rows: tuple[RosterRow, ...]
    offset: int
    limit: int
    took_ms: float


# --- search ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hit:
    """One found person: `matched` is the path that matched best, `score` 3 exact, 2 prefix, 1 part.

    Cells: name, employee number, unit, position.
    """

    subject: UUID
    unit: UUID | None
    state: str
    matched: str
    score: int
    cells: Mapping[str, Cell]


# --- statistics ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Measure:
    """Mean of a number or of a derived count of years, e.g. ``Measure("derived.age")``."""

    path: str


@dataclass(frozen=True, slots=True)
class GroupQuery:
    """Count people by one or two paths.

    `fold`: code paths counted under their topmost parent code. `unit_depth`: units are counted
    under their ancestor at this depth (0 = root). `suppress`: groups of fewer than this many
    people come back without count or measures (0 = off); a lone suppressed group takes the next
    smallest with it, so that it cannot be worked out from the total.
    """

    by: tuple[str, ...]
    text: str = ""
    unit: UUID | None = None
    subtree: bool = True
    filters: Mapping[str, Filter] = field(default_factory=dict)
    states: frozenset[str] | None = None
    measures: tuple[Measure, ...] = ()
    fold: frozenset[str] = frozenset()
    unit_depth: int | None = None
    suppress: int = 0
    today: date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """`values` in the order of `by` (None: empty or not plain to the asker).

    `count` is None when suppressed; `means` holds one mean per measured path, None where nobody
    in the group has a plain value.
    """

    values: tuple[JSON, ...]
    count: int | None
    means: Mapping[str, float | None]


# --- bands -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Band:
    """From `low` full years to below `high` (None: open end)."""

    key: str
    low: int
    high: int | None
    label: str


AGE_BANDS: tuple[Band, ...] = (
    Band("0-24", 0, 25, "24 岁及以下"),
    Band("25-29", 25, 30, "25–29 岁"),
    Band("30-34", 30, 35, "30–34 岁"),
    Band("35-39", 35, 40, "35–39 岁"),
    Band("40-44", 40, 45, "40–44 岁"),
    Band("45-49", 45, 50, "45–49 岁"),
    Band("50-54", 50, 55, "50–54 岁"),
    Band("55-59", 55, 60, "55–59 岁"),
    Band("60-", 60, None, "60 岁及以上"),
)
SENIORITY_BANDS: tuple[Band, ...] = (
    Band("0", 0, 1, "不满 1 年"),
    Band("1-2", 1, 3, "1–2 年"),
    Band("3-4", 3, 5, "3–4 年"),
    Band("5-9", 5, 10, "5–9 年"),
    Band("10-14", 10, 15, "10–14 年"),
    Band("15-19", 15, 20, "15–19 年"),
    Band("20-29", 20, 30, "20–29 年"),
    Band("30-", 30, None, "30 年及以上"),
)


@dataclass(frozen=True, slots=True)
class Derived:
    """How a derived path comes from a date field: full years, or the band they fall into."""

    path: str
    source: str
    label: str
    bands: tuple[Band, ...] = ()


DERIVED: Mapping[str, Derived] = {
    item.path: item
    for item in (
        Derived("derived.age", "identity.birth_date", "年龄"),
        Derived("derived.age_band", "identity.birth_date", "年龄段", AGE_BANDS),
        Derived("derived.seniority", "post.joined", "司龄"),
        Derived("derived.seniority_band", "post.joined", "司龄段", SENIORITY_BANDS),
        Derived("derived.service", "identity.work_start", "工龄"),
        Derived("derived.service_band", "identity.work_start", "工龄段", SENIORITY_BANDS),
    )
}


class UnknownPath(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The roster does not keep this field; `path` is not personal data."""

    def __init__(self, path: str) -> None:
        super().__init__(f"the roster keeps no field {path!r}")
        self.path = path


# --- saved views -----------------------------------------------------------------------------


def filter_to_plain(given: Filter) -> dict[str, object]:
    """Return a filter as JSON-ready values, for saved views."""
    if isinstance(given, AnyOf):
        return {"any_of": sorted(given.values), "children": given.children}
    if isinstance(given, Contains):
        return {"contains": given.text}
    if isinstance(given, Between):
        return {"low": given.low, "high": given.high}
    return {"empty": given.empty}


def filter_from_plain(plain: Mapping[str, object]) -> Filter:
    """Read back what :func:`filter_to_plain` wrote; raises ValueError on anything else."""
    match dict(plain):
        case {"any_of": list(values), "children": bool(children)}:
            return AnyOf(frozenset(str(value) for value in values), children)
        case {"contains": str(text)}:
            return Contains(text)
        case {
            "low": (str() | int() | None) as low,
            "high": (str() | int() | None) as high,
        }:
            return Between(low, high)
        case {"empty": bool(empty)}:
            return Empty(empty)
    raise ValueError("not a roster filter")
