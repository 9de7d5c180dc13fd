"""The page and the desk panel: what falls due, cut to what the asker may see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.dossiers.models import Subject
from dangan.lifecycle.reminders import lines, registry
from dangan.lifecycle.reminders.models import Sweep
from dangan.lifecycle.reminders.rules import (
    REVIEW_AFTER_DAYS,
    Item,
    Kind,
    Settings,
    items_of,
    shown,
)
from dangan.lifecycle.reminders.settings import settings
from dangan.lifecycle.reminders.sights import Sight
from dangan.organization import queries as organization_queries
from dangan.organization.rules import Tree
from dangan.roster import queries as roster_queries
from dangan.ui.languages import label
from dangan.vault.queries import keys_of

PER_PAGE = 50
SPANS = {"overdue": -1, "7": 7, "30": 30, "90": 90, "all": 10_000}
"""Which part of the list: overdue only, or due within so many days, what is overdue included."""
SOON_DAYS = 30
PANEL_LINES = 5
PANEL_KINDS = ("contract", "probation", "certificate")


@dataclass(frozen=True, slots=True)
class Tab:
    """A kind with its count; ``key`` empty for all kinds."""

    key: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the page. ``days`` is how many are left, negative when overdue."""

    subject: UUID
    name: str
    unit: str
    kind: str
    kind_label: str
    icon: str
    label: str
    day: date
    days: int
    monthly: bool
    flow: str
    info_set: str

    @property
    def overdue(self) -> int:
        """How many days ago it fell due."""
        return max(0, -self.days)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of what falls due; ``total`` counts what fits kind and span."""

    entries: tuple[Entry, ...]
    tabs: tuple[Tab, ...]
    total: int
    offset: int
    limit: int
    swept_on: date | None


def reminders(actor: Actor, *, kind: str = "", span: str = "30", offset: int = 0) -> Page:
    """What falls due within the actor's reach, the next first. About ten statements."""
    require(actor, "reminders.view")
    given, tree, today = settings(), organization_queries.tree(), timezone.localdate()
    found = _within(_seen(actor, given, tree, today), span, today)
    tabs = _tabs(found, given)
    fitting = sorted(
        (pair for pair in found if not kind or pair[0].kind == kind),
        key=lambda pair: (pair[0].day, pair[0].kind, pair[0].subject),
    )
    page = fitting[offset : offset + PER_PAGE]
    entries = _entries(page, given, tree, today)
    actor.trail.add(
        Event(
            "reminder.list",
            facts={"kind": kind, "total": len(fitting), "rows": len(entries)},
            detail={"subjects": sorted({str(entry.subject) for entry in entries})},
        )
    )
    latest = Sweep.objects.order_by("-day").values_list("day", flat=True).first()
    return Page(entries, tabs, len(fitting), offset, PER_PAGE, latest)


@dataclass(frozen=True, slots=True)
class Panel:
    """What the work desk shows: kinds with counts, the first lines of the chosen one.

    ``total`` counts all kinds, ``more`` what the chosen one has beyond the lines shown.
    """

    tabs: tuple[Tab, ...]
    chosen: str
    entries: tuple[Entry, ...]
    more: int
    total: int


def panel(actor: Actor, chosen: str = "") -> Panel | None:
    """What falls due soon, for the work desk; None when nothing does."""
    require(actor, "reminders.view")
    given, tree, today = settings(), organization_queries.tree(), timezone.localdate()
    found = _within(_seen(actor, given, tree, today, reviews=False), str(SOON_DAYS), today)
    if not found:
        return None
    counted = [tab for tab in _tabs(found, given)[1:] if tab.count]
    tabs = sorted(counted, key=lambda tab: tab.key not in PANEL_KINDS)[: len(PANEL_KINDS)]
    if chosen not in {tab.key for tab in tabs}:
        chosen = tabs[0].key
    # What falls due next first; what is long overdue waits on the page.
    mine = sorted(
        (pair for pair in found if pair[0].kind == chosen),
        key=lambda pair: (pair[0].day < today, abs((pair[0].day - today).days)),
    )
    entries = _entries(mine[:PANEL_LINES], given, tree, today)
    actor.trail.add(
        Event(
            "reminder.list",
            facts={"kind": chosen, "total": len(mine), "rows": len(entries)},
            detail={"subjects": sorted({str(entry.subject) for entry in entries})},
        )
    )
    return Panel(tuple(tabs), chosen, entries, len(mine) - len(entries), len(found))


_Placed = tuple[Item, UUID | None]


def _seen(
    actor: Actor, given: Settings, tree: Tree, today: date, *, reviews: bool = True
) -> list[_Placed]:
    """Everything in the list that is for the actor, with the person's unit."""
    sight = Sight(actor, given.kinds, tree)
    units = sight.units()
    if units is not None and not units:
        return []
    found: list[_Placed] = []
    stale: dict[UUID, UUID | None] = {}
    for line in lines.read(soon=True, units=units):
        if not line.fresh:
            stale[line.subject] = line.unit
            continue
        found += [(item, line.unit) for item in items_of(line.subject, line.held, given, today)]
    for subject, held in lines.dates_of(keys_of(stale, skip_destroyed=True)).items():
        found += [(item, stale[subject]) for item in items_of(subject, held, given, today)]
    found += registered(given, today)
    if reviews:
        found += reviews_due(given, today)
    return [pair for pair in found if sight.sees(pair[0].kind, pair[0].subject, pair[1])]


def registered(given: Settings, today: date) -> list[_Placed]:
    """Countdowns of other rooms, with each person's unit."""
    items = [item for item in registry.items(today) if given.on(item.kind) and shown(item, today)]
    units = dict(
        Subject.objects.filter(pk__in={item.subject for item in items}).values_list("pk", "unit")
    )
    return [(item, units[item.subject]) for item in items if item.subject in units]


def reviews_due(given: Settings, today: date) -> list[_Placed]:
    """Dossiers that nobody has changed for a year: days of processing, in clear."""
    if not given.on("review"):
        return []
    latest = today - timedelta(days=REVIEW_AFTER_DAYS)
    before = timezone.make_aware(datetime.combine(latest + timedelta(days=1), time()))
    stored = (
        Subject.objects.exclude(state__in=[*lines.GONE, *lines.NOT_YET])
        .filter(changed_at__lt=before)
        .values_list("pk", "unit", "changed_at")
    )
    return [
        (Item(subject, "review", timezone.localdate(at) + timedelta(days=REVIEW_AFTER_DAYS)), unit)
        for subject, unit, at in stored
    ]


def _within(found: Sequence[_Placed], span: str, today: date) -> list[_Placed]:
    if span == "overdue":
        return [pair for pair in found if pair[0].day < today]
    until = today + timedelta(days=SPANS.get(span, SOON_DAYS))
    return [pair for pair in found if pair[0].day <= until]


def _tabs(found: Sequence[_Placed], given: Settings) -> tuple[Tab, ...]:
    counts: dict[str, int] = {}
    for item, _unit in found:
        counts[item.kind] = counts.get(item.kind, 0) + 1
    kinds = [kind for kind in given.kinds.values() if kind.on]
    return (
        Tab("", label("全部", "All"), len(found)),
        *(Tab(kind.key, said(kind), counts.get(kind.key, 0)) for kind in kinds),
    )


def said(kind: Kind) -> str:
    """A kind in the reader's language."""
    return label(kind.label, kind.label_en)


def _entries(
    page: Sequence[_Placed], given: Settings, tree: Tree, today: date
) -> tuple[Entry, ...]:
    names: Mapping[UUID, str] = roster_queries.names({item.subject for item, _ in page})
    return tuple(
        Entry(
            subject=item.subject,
            name=names.get(item.subject, ""),
            unit=tree.label(unit),
            kind=item.kind,
            kind_label=said(given.kinds[item.kind]),
            icon=given.kinds[item.kind].icon,
            label=item.label,
            day=item.day,
            days=(item.day - today).days,
            monthly=item.kind == "retirement",
            flow=given.kinds[item.kind].flow,
            info_set=given.kinds[item.kind].info_set,
        )
        for item, unit in page
    )
