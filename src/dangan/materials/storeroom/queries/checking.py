"""Condition checks: what is due, what was found, what waits for repair."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.materials.catalogue.panels import Fact
from dangan.materials.catalogue.queries import Look, settings
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.storeroom.models import Check, Defect, Place, Placement
from dangan.materials.storeroom.queries.places import GONE, in_reach, require_place, tree
from dangan.materials.storeroom.queries.shelves import VIEW, Shelved, shelved
from dangan.materials.storeroom.rules.checking import (
    CONDITIONS,
    DEFECTS,
    SEVERITIES,
    next_due,
)
from dangan.materials.storeroom.rules.placing import Tree
from dangan.materials.storeroom.sealing import open_words
from dangan.ui.messages import say
from dangan.vault.queries import keys_of
from dangan.vault.rules import SYSTEM, SubjectKey

PLANNED = frozenset({"cabinet", "rack"})
"""Checks are planned cabinet by cabinet and rack by rack; a room that has none, as a whole."""
MOST = 300


@dataclass(frozen=True, slots=True)
class Planned:
    """One place of the plan."""

    place: UUID
    label: str
    last: date | None
    due: date
    late: bool


@dataclass(frozen=True, slots=True)
class Found:
    """One thing wrong, as a line of the list."""

    row: Defect
    kind: str
    severity: str
    place: str
    what: Shelved | None
    words: str
    repair: str
    asked_by: str
    done_by: str


@dataclass(frozen=True, slots=True)
class Made:
    """One check of a volume or a place."""

    row: Check
    who: str
    condition: str
    what: Shelved | None
    words: str
    findings: tuple[Found, ...]


def plan(actor: Actor) -> list[Planned]:
    """When each cabinet and rack in reach is due, the latest first; three statements."""
    require(actor, VIEW)
    grown = tree()
    found = due_places(grown, settings().check_months, timezone.localdate())
    return [one for one in found if in_reach(actor, grown, one.place)]


def due_places(grown: Tree, months: int, today: date) -> list[Planned]:
    """When every planned place in use is due, the latest first; one statement."""
    found = []
    for row in Place.objects.filter(closed_at__isnull=True):
        whole = row.level == "room" and not any(
            one.level in PLANNED for one in grown.children.get(row.pk, [])
        )
        if not (row.level in PLANNED or whole) or grown.closed(row.pk):
            continue
        last = timezone.localdate(row.checked_at) if row.checked_at else None
        due = next_due(last, months, timezone.localdate(row.at))
        found.append(Planned(row.pk, grown.label(row.pk), last, due, due < today))
    return sorted(found, key=lambda one: (one.due, one.label))


def defects(actor: Actor, *, done: bool = False) -> list[Found]:
    """What waits for repair within reach, worst first."""
    require(actor, VIEW)
    rows = Defect.objects.select_related("check_made__volume__subject").order_by("-check_made__at")
    rows = rows.filter(state=Defect.State.DONE) if done else rows.exclude(state=Defect.State.DONE)
    found = _found(actor, rows[:MOST])
    actor.trail.add(Event("check.read"))
    order = list(SEVERITIES)
    return sorted(found, key=lambda one: -order.index(one.row.severity))


def checks_of(actor: Actor, *, volume: UUID | None = None, place: UUID | None = None) -> list[Made]:
    """Checks of a volume or of a place, latest first. Raises :class:`Absent`."""
    require(actor, VIEW)
    if volume is not None:
        _require_volume(actor, volume)
        rows = Check.objects.filter(volume=volume)
    else:
        require_place(actor, tree(), place or UUID(int=0))
        rows = Check.objects.filter(place=place)
    made = list(rows.select_related("volume__subject").order_by("-at")[:100])
    actor.trail.add(
        Event(
            "check.read",
            subject=made[0].volume.subject_id if made and made[0].volume else None,
            object=str(volume or place),
        )
    )
    return _made(actor, made)


def checks_between(actor: Actor, first: date, last: date) -> list[Made]:
    """All checks within reach of a time, oldest first: for the printed record."""
    require(actor, VIEW)
    rows = (
        Check.objects.filter(at__date__gte=first, at__date__lte=last)
        .select_related("volume__subject")
        .order_by("at")[:2000]
    )
    return _made(actor, list(rows))


def defect(actor: Actor, defect: UUID) -> Defect:
    """One finding within reach, to look at its photograph; raises :class:`Absent`, also where
    nothing is told of the volume."""
    require(actor, VIEW)
    row = Defect.objects.select_related("check_made__volume").filter(pk=defect).first()
    if row is None:
        raise Absent
    if row.check_made.volume_id is not None:
        _require_volume(actor, row.check_made.volume_id)
        if shelved(actor, [v for v in (row.check_made.volume,) if v])[0].quiet:
            raise Absent
    else:
        require_place(actor, tree(), row.check_made.place_id or UUID(int=0))
    return row


def fact(actor: Actor, looked: Look) -> Fact | None:
    """上次检查 in a volume's head: “2026-06-18，完好”."""
    volume = looked.volume
    row = Placement.objects.filter(volume=volume).only("checked_at", "condition").first()
    url = reverse("storeroom:check_volume", args=[volume.pk]) if actor.may(VIEW) else ""
    if row is None or row.checked_at is None:
        return Fact(_("上次检查"), _("未检查"), "", url)
    day = timezone.localdate(row.checked_at)
    late = next_due(day, settings().check_months, day) < timezone.localdate()
    text = f"{day.isoformat()}，{say(CONDITIONS[row.condition])}"
    return Fact(_("上次检查"), text, "late" if late else "", url)


def _require_volume(actor: Actor, volume: UUID) -> None:
    if not volumes_within(actor, VIEW).filter(pk=volume).exists():
        actor.trail.add(Event("check.read", outcome="refused", object=str(volume)))
        raise Absent


def _made(actor: Actor, rows: list[Check]) -> list[Made]:
    """Those within reach, with their words; restricted volumes keep theirs to themselves."""
    context = _Context.of(actor, rows)
    findings: dict[UUID, list[Found]] = {}
    for one in _found(actor, Defect.objects.filter(check_made__in=context.seen)
                      .select_related("check_made__volume__subject")):  # fmt: skip
        findings.setdefault(one.row.check_made_id, []).append(one)
    names = names_of_accounts({row.by for row in context.seen})
    return [
        Made(
            row,
            names.get(row.by, ""),
            say(CONDITIONS[row.condition]),
            context.what(row),
            context.words(row),
            tuple(findings.get(row.pk, ())),
        )
        for row in context.seen
    ]


def _found(actor: Actor, rows: Iterable[Defect]) -> list[Found]:
    wanted = list(rows)
    context = _Context.of(actor, [row.check_made for row in wanted])
    names = names_of_accounts(
        {who for row in wanted for who in (row.asked_by, row.done_by) if who is not None}
    )
    shown = {row.pk for row in context.seen}
    return [
        Found(
            row=row,
            kind=say(DEFECTS[row.kind]),
            severity=say(SEVERITIES[row.severity]),
            place=context.place(row.check_made),
            what=context.what(row.check_made),
            words=context.words(row.check_made),
            repair=context.repair(row),
            asked_by=names.get(row.asked_by or SYSTEM, ""),
            done_by=names.get(row.done_by or SYSTEM, ""),
        )
        for row in wanted
        if row.check_made_id in shown
    ]


@dataclass(frozen=True, slots=True)
class _Context:
    """What is needed to write checks out: volumes in reach, keys, places."""

    seen: list[Check]
    volumes: Mapping[UUID, Shelved]
    keys: Mapping[UUID, SubjectKey]

    @classmethod
    def of(cls, actor: Actor, rows: list[Check]) -> _Context:
        grown = tree()
        ids = {row.volume_id for row in rows if row.volume_id}
        volumes = list(
            volumes_within(actor, VIEW)
            .exclude(standing__in=GONE)
            .select_related("subject")
            .filter(pk__in=ids)
        )
        shown = {one.line.id: one for one in shelved(actor, volumes, grown=grown)}
        seen = [
            row
            for row in rows
            if (row.volume_id in shown)
            or (row.place_id is not None and in_reach(actor, grown, row.place_id))
        ]
        subjects = {one.line.person.subject for one in shown.values() if not one.quiet}
        keys = keys_of(subjects | {SYSTEM}, skip_destroyed=True) if seen else {}
        return cls(seen, shown, keys)

    def what(self, row: Check) -> Shelved | None:
        return self.volumes.get(row.volume_id) if row.volume_id else None

    def place(self, row: Check) -> str:
        found = self.what(row)
        return row.place_text or (found.place.label if found and found.place else "")

    def words(self, row: Check) -> str:
        key = self._key(row)
        return open_words(key, "check", row.pk, row.sealed_words) if key else ""

    def repair(self, row: Defect) -> str:
        key = self._key(row.check_made)
        return open_words(key, "repair", row.pk, row.sealed_repair) if key else ""

    def _key(self, row: Check) -> SubjectKey | None:
        found = self.what(row)
        if found and found.quiet:
            return None
        return self.keys.get(found.line.person.subject if found else SYSTEM)
