"""The nightly look for what is over: batch by batch, each person's key opened once; the pages
read only what it leaves in :class:`~dangan.materials.disposal.models.Due`."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import msgspec
from django.db import transaction
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary, InfoSet
from dangan.dossiers.models import Subject
from dangan.dossiers.opening import open_rows
from dangan.dossiers.rules import Row
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.queries import item_of
from dangan.materials.catalogue.rules.settings import RETENTION
from dangan.materials.disposal import schedules
from dangan.materials.disposal.models import Due, Extension, What
from dangan.materials.disposal.rules.schedules import (
    Line,
    Part,
    line_for,
    line_of_set,
    verdict,
)
from dangan.materials.disposal.sealing import ground_place, keys_with_withheld, seal_text
from dangan.vault.rules import SubjectKey

BATCH = 200
GONE = (Subject.State.DEPARTED, Subject.State.RETAINED)
SPINE = frozenset({"identity", "post"})
"""Sets that say whose dossier it is: they go with the whole of it, never by themselves."""


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that is over, before it is stored."""

    what: What
    way: Due.Way
    target: UUID
    line: str
    on: date
    until: date | None = None
    volume: Volume | None = None
    info_set: str = ""


@dataclass(slots=True)
class _Person:
    """What the verdict about one person needs."""

    row: Subject
    key: SubjectKey
    rows: Mapping[str, Sequence[Row]]
    volumes: list[Volume] = field(default_factory=list)
    materials: dict[UUID, list[Material]] = field(default_factory=dict)

    @property
    def departure(self) -> date | None:
        """The last day of the last post of somebody who left; else the day the dossier closed."""
        if self.row.state not in GONE:
            return None
        days = [_day(row.values.get("left")) for row in self.rows.get("post", ())]
        known = [day for day in days if day is not None]
        return max(known) if known else timezone.localdate(self.row.changed_at)


def scan(actor: Actor, *, today: date | None = None, batch: int = BATCH) -> int:
    """Finds anew what is due; gives how many things. Each batch is a transaction of its own."""
    day = today or timezone.localdate()
    total = 0
    for people in _batches(batch):
        with transaction.atomic():
            total += scan_some(people, day)
    with recording(actor):
        actor.trail.add(Event("disposal.scan", facts={"due": total}))
    return total


def _batches(size: int) -> Iterator[list[Subject]]:
    after = UUID(int=0)
    living = Subject.objects.exclude(state=Subject.State.DESTROYED).order_by("pk")
    while page := list(living.filter(pk__gt=after)[:size]):
        after = page[-1].pk
        yield page


def scan_some(people: Sequence[Subject], today: date) -> int:
    """The same for these people, in the caller's transaction: six statements a batch."""
    dictionary = dictionary_queries.current()
    table = schedules.current().lines
    loaded = _load(people, dictionary, table)
    extended = _extended([one.row.pk for one in loaded], today)
    rows = []
    for person in loaded:
        for found in _found(person, dictionary, table, today):
            if (found.what.value, found.target) not in extended:
                rows.append(_due(person, found))
    Due.objects.filter(subject__in=[one.pk for one in people]).delete()
    Due.objects.bulk_create(rows)
    return len(rows)


def _load(
    people: Sequence[Subject], dictionary: Dictionary, table: Sequence[Line]
) -> list[_Person]:
    keys = keys_with_withheld([one.pk for one in people])
    rows = open_rows(keys, dictionary)
    loaded = {one.pk: _Person(one, keys[one.pk], rows[one.pk]) for one in people if one.pk in keys}
    volumes = Volume.objects.filter(subject__in=loaded).exclude(standing=Volume.Standing.DESTROYED)
    for volume in volumes:
        loaded[volume.subject_id].volumes.append(volume)
    if any(line.applies == "category" for line in table):
        _load_materials(loaded)
    return list(loaded.values())


def _load_materials(loaded: Mapping[UUID, _Person]) -> None:
    ends = [
        volume.pk
        for person in loaded.values()
        for volume in person.volumes
        if RETENTION.get(volume.retention, 0) or volume.standing == Volume.Standing.AWAY
    ]
    for paper in Material.objects.filter(volume__in=ends, state=Material.State.FILED):
        loaded[paper.subject].materials.setdefault(paper.volume_id, []).append(paper)


def _extended(subjects: Sequence[UUID], today: date) -> set[tuple[str, UUID]]:
    """What an appraisal has decided to keep beyond today."""
    rows = Extension.objects.filter(subject__in=subjects).values_list("what", "target", "until")
    return {(what, target) for what, target, until in rows if until is None or until >= today}


def _found(
    person: _Person, dictionary: Dictionary, table: Sequence[Line], today: date
) -> list[Found]:
    rows = _row_parts(person, dictionary, table)
    volumes = {volume.pk: _volume_parts(person, volume, table) for volume in person.volumes}
    if person.departure is not None:
        everything = [part for _set, _row, part in rows]
        everything += [part for parts in volumes.values() for part, _paper in parts]
        whole = verdict(everything, today)
        if whole.way == "destroy" and whole.on and whole.line:
            return [Found(What.DOSSIER, Due.Way.DESTROY, person.row.pk, whole.line.key, whole.on)]
        if whole.way == "restrict" and whole.on and whole.line:
            if person.row.restricted_at is not None:
                return []
            return [
                Found(
                    What.DOSSIER,
                    Due.Way.RESTRICT,
                    person.row.pk,
                    whole.line.key,
                    whole.on,
                    whole.until,
                )
            ]
    found = list(_due_rows(rows, today)) if person.row.restricted_at is None else []
    for volume in person.volumes:
        found += _due_of_volume(volume, volumes[volume.pk], today)
    return found


def _due_rows(rows: Iterable[tuple[InfoSet, Row, Part]], today: date) -> Iterator[Found]:
    for info_set, row, part in rows:
        if info_set.key not in SPINE and part.due is not None and part.due <= today:
            yield Found(
                What.ROW, Due.Way.DESTROY, row.row, part.line.key, part.due, info_set=info_set.key
            )


def _due_of_volume(
    volume: Volume, parts: Sequence[tuple[Part, UUID | None]], today: date
) -> list[Found]:
    """The volume, when its term and those of its papers are over; else papers that are over
    before it, and restriction when only statutory terms of papers still run."""
    whole = verdict([part for part, _paper in parts], today)
    if whole.way == "destroy" and whole.on and whole.line:
        return [
            Found(What.VOLUME, Due.Way.DESTROY, volume.pk, whole.line.key, whole.on, volume=volume)
        ]
    if whole.way == "restrict" and whole.on and whole.line and volume.restricted_at is None:
        return [
            Found(
                What.VOLUME,
                Due.Way.RESTRICT,
                volume.pk,
                whole.line.key,
                whole.on,
                whole.until,
                volume=volume,
            )
        ]
    own = parts[0][0].line
    if own.years is None:
        return []  # a file kept for good is kept whole
    return [
        Found(What.MATERIAL, Due.Way.DESTROY, paper, part.line.key, part.due, volume=volume)
        for part, paper in parts
        if paper is not None and part.due is not None and part.due <= today
    ]


def _row_parts(
    person: _Person, dictionary: Dictionary, table: Sequence[Line]
) -> list[tuple[InfoSet, Row, Part]]:
    parts = []
    for key, rows in person.rows.items():
        info_set = dictionary.sets[key]
        line = line_of_set(table, key, (item.retention for item in info_set.fields))
        if line is None:
            continue
        parts += [(info_set, row, Part(line, _start(person, line, info_set, row))) for row in rows]
    return parts


def _start(person: _Person, line: Line, info_set: InfoSet, row: Row) -> date | None:
    """When the clock of a row starts. A contract without an end ends with the employment."""
    if line.starts == "departure":
        return person.departure
    if line.starts == "end":
        end = _day(row.values.get("end"))
        left = person.departure
        return min(end, left) if end and left else end or left
    if line.starts == "formation":
        formed = _day(row.values.get(info_set.sort_by)) if info_set.sort_by else None
        return formed or row.valid_from
    return None


def _volume_parts(
    person: _Person, volume: Volume, table: Sequence[Line]
) -> list[tuple[Part, UUID | None]]:
    """The volume itself first, then its papers of a class with a line of its own."""
    parts: list[tuple[Part, UUID | None]] = [(_volume_part(person, volume, table), None)]
    for paper in person.materials.get(volume.pk, ()):
        body = item_of(person.key, paper).body
        line = line_for(table, "category", body.category)
        if line is None:
            continue
        formed = _formed(body.year, body.month, body.day) if line.starts == "formation" else None
        start = formed if line.starts == "formation" else person.departure
        parts.append((Part(line, start), paper.pk))
    return parts


def _volume_part(person: _Person, volume: Volume, table: Sequence[Line]) -> Part:
    """The volume's own period counts; the table says from when, and what law keeps for good."""
    away = volume.standing == Volume.Standing.AWAY
    line = line_for(table, "kind", "away" if away else volume.kind)
    if line is None:
        line = Line(key="", label=volume.retention, applies="kind", names=(volume.kind,))
    if away:
        start = timezone.localdate(volume.closed_at) if volume.closed_at else None
        return Part(line, start)
    years = RETENTION.get(volume.retention) or None
    if line.years is None and line.statutory:
        years = None
    return Part(_with_years(line, years), person.departure)


def _with_years(line: Line, years: int | None) -> Line:
    return msgspec.structs.replace(line, years=years)


def _due(person: _Person, found: Found) -> Due:
    subject = person.row.pk
    return Due(
        what=found.what,
        way=found.way,
        subject=subject,
        target=found.target,
        volume=found.volume.pk if found.volume else None,
        number=_number(person, found),
        info_set=found.info_set,
        sealed_ground=seal_text(person.key, ground_place(subject, found.target), found.line),
        due_on=found.on,
        until=found.until,
        found_at=timezone.now(),
    )


def _number(person: _Person, found: Found) -> str:
    """By which the ledger will know it: 档号 of the volume, or of all volumes of a dossier."""
    if found.what is What.DOSSIER:
        return "、".join(sorted(volume.number for volume in person.volumes))[:120]
    return found.volume.number if found.volume else ""


def _formed(year: int, month: int, day: int) -> date | None:
    """The last day that an incomplete date can mean: a term is never cut short by not knowing."""
    if not year:
        return None
    try:
        last = monthrange(year, month or 12)[1]
        return date(year, month or 12, day or last)
    except ValueError:
        return date(year, 12, 31)


def _day(value: object) -> date | None:
    """``2016-07-11``, ``2016-07`` or ``2016``; None for an open end or nothing."""
    text = str(value or "")
    if not text or text.startswith("9999"):
        return None
    numbers = [int(part) for part in text.split("-")[:3] if part.isdigit()]
    year, month, day = [*numbers, 0, 0, 0][:3]
    return _formed(year, month, day)
