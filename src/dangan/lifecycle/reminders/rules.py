"""What falls due when, and which reminder is told on a day. Pure."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

OPEN_END = "9999"
REVIEW_AFTER_DAYS = 365
GRACE = timedelta(days=30)
"""A reminder missed for longer, or due before dangan was installed, is shown but no longer told."""
HORIZON = timedelta(days=200)
"""How far ahead anything is looked at: further than the longest lead."""
PAST = timedelta(days=365)
"""How long something overdue stays in the list."""
LONGEST_LEAD = 200

MEN, WOMEN, WOMEN_WORKERS = 60, 55, 50
"""Retirement ages before the reform: men; women cadres and technicians; women workers."""


class BadKinds(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The table of kinds, or a setting of one, cannot be used."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of reminder, as the table and the organisation's settings have it."""

    key: str
    label: str
    label_en: str
    icon: str
    field: str
    leads: tuple[int, ...]
    self: bool = False
    flow: str = ""
    info_set: str = ""
    on: bool = True


@dataclass(frozen=True, slots=True)
class Item:
    """Something of somebody that falls due on a day; ``label`` may be personal (a certificate)."""

    subject: UUID
    kind: str
    day: date
    row: UUID | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Firing:
    """A reminder to tell now: the lead that has come, and the earlier ones it makes good for."""

    item: Item
    lead: int
    covers: tuple[int, ...]

    @property
    def marks(self) -> tuple[str, ...]:
        """What is remembered, so that none of these leads is told again; the one told now last."""
        return tuple(key_of(self.item, lead) for lead in self.covers)


def kinds_from(table: Mapping[str, Mapping[str, Any]]) -> dict[str, Kind]:
    """The kinds as read from TOML; raises :class:`BadKinds`."""
    found = {}
    for key, line in table.items():
        found[key] = Kind(key=key, **{**line, "leads": checked_leads(line["leads"])})
    return found


def checked_leads(leads: Iterable[int]) -> tuple[int, ...]:
    """Leads longest first, each once; raises :class:`BadKinds`."""
    once = sorted(set(leads), reverse=True)
    if not once or not all(0 <= lead <= LONGEST_LEAD for lead in once):
        raise BadKinds(f"leads are days from 0 to {LONGEST_LEAD}")
    return tuple(once)


def key_of(item: Item, lead: int) -> str:
    """What makes one reminder the same one: whose, what, which row, which day, how long before.

    A contract prolonged to another day is another reminder.
    """
    return f"{item.subject}:{item.kind}:{item.row or ''}:{item.day.isoformat()}:{lead}"


def firing(
    item: Item, leads: Sequence[int], today: date, since: date | None = None
) -> Firing | None:
    """What is to be told of an item by ``today``, unless it was told; None when nothing is.

    After a standstill several leads may have passed: the shortest is told, for all of them.
    ``since`` is the last day on which reminders were told, None if they never were: what fell
    due while nothing ran is told however long that was.
    """
    passed = tuple(lead for lead in leads if item.day - timedelta(days=lead) <= today)
    if not passed or item.day < min(today, since or today) - GRACE:
        return None
    return Firing(item, min(passed), passed)


def shown(item: Item, today: date) -> bool:
    """Whether an item stands in the list at all."""
    return today - PAST <= item.day <= today + HORIZON


# --- retirement -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Reform:
    """How an age rises: by one month for every ``step`` months of birth cohort, up to ``cap``."""

    step: int
    cap: int


_REFORMS = {MEN: _Reform(4, 36), WOMEN: _Reform(4, 36), WOMEN_WORKERS: _Reform(2, 60)}


def retirement_month(birth: date, base: int) -> date:
    """The first day of the month in which somebody reaches retirement.

    国务院关于渐进式延迟法定退休年龄的办法, from 2025-01-01: with n the month of reaching the old
    age ``base``, counted from January 2025 as 1, the delay is ⌊(n−1)/step⌋+1 months up to the cap.
    """
    year, month = birth.year + base, birth.month
    n = (year - 2025) * 12 + month
    reform = _REFORMS[base]
    delay = min(reform.cap, (n - 1) // reform.step + 1) if n >= 1 else 0
    months = year * 12 + month - 1 + delay
    return date(months // 12, months % 12 + 1, 1)


def base_age(sex: str, *, worker: bool, women: int) -> int | None:
    """The age before the reform by sex code (GB/T 2261.1); None when the sex is not known.

    ``worker`` is a woman whose personal status is 工人; ``women`` is what the organisation
    takes for all other women.
    """
    if sex == "1":
        return MEN
    if sex == "2":
        return WOMEN_WORKERS if worker else women
    return None


# --- what a dossier holds ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Held:
    """The dates of one dossier that may fall due. Sealed where it is stored.

    ``birth`` is ISO, to the month or day; ``retires`` is False for those who have retired or
    were hired again afterwards; ``items`` are kind, row, ISO day and label.
    """

    birth: str = ""
    sex: str = ""
    worker: bool = False
    retires: bool = True
    items: tuple[tuple[str, str, str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.birth or self.items)


class RowLike(Protocol):
    """What is read of a row: :class:`dangan.dossiers.rules.Row`."""

    @property
    def row(self) -> UUID: ...
    @property
    def values(self) -> Mapping[str, Any]: ...


Rows = Mapping[str, Sequence[RowLike]]

SETS = ("identity", "post", "contract", "qualification", "secrecy_agreement")
"""The information sets that :func:`held` looks at."""
_GONE = frozenset({"6", "7", "8"})
"""post.status: retired, left, died."""
_CONTRACT_OVER = frozenset({"3", "4", "5"})
_AGREEMENT_OVER = frozenset({"3", "4"})
_REHIRED = frozenset({"3", "4", "5", "6"})
"""post.employment_form: part-time, re-hired, interns, service: no retirement here."""
_WORKER = "24"
_ON_PROBATION = "2"


def held(rows: Rows) -> Held:
    """The dates of a dossier that may fall due; empty for somebody who is not employed."""
    post = _present_post(rows.get("post", ()))
    if str(post.get("status") or "") in _GONE or post.get("left"):
        return Held()
    identity: Mapping[str, Any] = next((row.values for row in rows.get("identity", ())), {})
    items = [
        *_contract(rows.get("contract", ())),
        *_probation(rows, post),
        *_certificates(rows.get("qualification", ())),
        *_agreements(rows.get("secrecy_agreement", ())),
    ]
    return Held(
        birth=str(identity.get("birth_date") or ""),
        sex=str(identity.get("sex") or ""),
        worker=str(identity.get("personal_status") or "") == _WORKER,
        retires=str(post.get("employment_form") or "") not in _REHIRED,
        items=tuple(items),
    )


def _present_post(rows: Sequence[RowLike]) -> Mapping[str, Any]:
    """The post without an end, the last one if there are several."""
    present = [row.values for row in rows if not _ended(row.values)]
    return present[-1] if present else {}


def _is_day(text: str) -> bool:
    """Whether this is a day, and not an open end, a month, or anything else."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10 and not text.startswith(OPEN_END)


def _ended(values: Mapping[str, Any]) -> bool:
    end = str(values.get("end") or "")
    return bool(end) and not end.startswith(OPEN_END)


_Line = tuple[str, str, str, str]


def _contract(rows: Sequence[RowLike]) -> Iterator[_Line]:
    """The contract that runs longest; none when one is open-ended: the others are history."""
    running = [row for row in rows if str(row.values.get("state") or "") not in _CONTRACT_OVER]
    running = [row for row in running if not row.values.get("ended")]
    ends = [(str(row.values.get("end") or ""), row) for row in running]
    if any(end.startswith(OPEN_END) for end, _ in ends):
        return
    dated = [(end, row) for end, row in ends if _is_day(end)]
    if dated:
        end, row = max(dated, key=lambda pair: pair[0])
        yield "contract", str(row.row), end, ""


def _probation(rows: Rows, post: Mapping[str, Any]) -> Iterator[_Line]:
    """The end of probation, unless the post says that it is over."""
    if str(post.get("status") or _ON_PROBATION) != _ON_PROBATION:
        return
    row = next((row for row in reversed(rows.get("post", ())) if row.values is post), None)
    end = str(post.get("probation_end") or "")
    if not end:
        for contract in rows.get("contract", ()):
            found = str(contract.values.get("probation_end") or "")
            if found > end:
                end, row = found, contract
    if _is_day(end) and row is not None:
        yield "probation", str(row.row), end, ""


def _certificates(rows: Sequence[RowLike]) -> Iterator[_Line]:
    """Each certificate's end and next review; of two of one name the one that lasts longer."""
    latest: dict[str, str] = {}
    for row in rows:
        name = str(row.values.get("name") or "")
        latest[name] = max(latest.get(name, ""), str(row.values.get("valid_until") or ""))
    for row in rows:
        name = str(row.values.get("name") or "")
        until = str(row.values.get("valid_until") or "")
        if _is_day(until) and until == latest[name]:
            yield "certificate", str(row.row), until, name
        review = str(row.values.get("review_due") or "")
        if _is_day(review):
            yield "certificate", str(row.row), review, name


def _agreements(rows: Sequence[RowLike]) -> Iterator[_Line]:
    for row in rows:
        end = str(row.values.get("end") or "")
        over = str(row.values.get("state") or "") in _AGREEMENT_OVER
        if _is_day(end) and not over:
            yield "secrecy", str(row.row), end, ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The kinds as they are switched and timed here, and the age taken for most women."""

    kinds: Mapping[str, Kind]
    women: int = WOMEN

    def on(self, kind: str) -> bool:
        found = self.kinds.get(kind)
        return found is not None and found.on

    def with_kind(self, kind: str, *, on: bool, leads: Collection[int]) -> Settings:
        """The same with one kind switched and timed otherwise; raises :class:`BadKinds`."""
        changed = replace(self.kinds[kind], on=on, leads=checked_leads(leads))
        return replace(self, kinds={**self.kinds, kind: changed})


def items_of(subject: UUID, given: Held, settings: Settings, today: date) -> Iterator[Item]:
    """What falls due of one person and stands in the list on ``today``."""
    for kind, row, day, label in given.items:
        if settings.on(kind):
            item = Item(subject, kind, date.fromisoformat(day), UUID(row), label)
            if shown(item, today):
                yield item
    for found in (
        _retirement(subject, given, settings),
        _birthday(subject, given, settings, today),
    ):
        if found is not None and shown(found, today):
            yield found


def _retirement(subject: UUID, given: Held, settings: Settings) -> Item | None:
    if not settings.on("retirement") or not given.retires or len(given.birth) < 7:
        return None
    base = base_age(given.sex, worker=given.worker, women=settings.women)
    if base is None:
        return None
    birth = date(int(given.birth[:4]), int(given.birth[5:7]), 1)
    return Item(subject, "retirement", retirement_month(birth, base))


def _birthday(subject: UUID, given: Held, settings: Settings, today: date) -> Item | None:
    if not settings.on("birthday") or len(given.birth) != 10:
        return None
    month, day = int(given.birth[5:7]), int(given.birth[8:10])
    next_one = next_anniversary(month, day, today)
    return Item(subject, "birthday", next_one)


def next_anniversary(month: int, day: int, today: date) -> date:
    """The next such day, today included; 29 February is the 28th in other years."""
    for year in (today.year, today.year + 1):
        found = date(year, month, min(day, calendar.monthrange(year, month)[1]))
        if found >= today:
            return found
    raise AssertionError("a year has every day once")
