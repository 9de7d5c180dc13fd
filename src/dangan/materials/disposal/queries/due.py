"""到期清单 and what is restricted: read from what the nightly job left, thirty lines at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, QuerySet

from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries.reach import units_within
from dangan.materials.catalogue.shown import PersonBlock, people
from dangan.materials.disposal import schedules
from dangan.materials.disposal.models import Due, Item, What
from dangan.materials.disposal.sealing import ground_place, keys_with_withheld, open_text

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class DueLine:
    """One thing that is over, as the actor may know it."""

    pick: str
    what: str
    what_label: str
    way: str
    person: PersonBlock
    number: str
    set_label: str
    ground: str
    law: str
    due_on: date
    until: date | None


@dataclass(frozen=True, slots=True)
class DuePage:
    """A page of the due list; ``counts`` by kind of thing and way."""

    lines: tuple[DueLine, ...]
    total: int
    page: int
    pages: int
    counts: dict[str, int]
    restrict: int
    found_at: datetime | None


def due_page(actor: Actor, *, what: str = "", page: int = 1) -> DuePage:
    """What is over for people over whose unit ``disposal.view`` is held; what stands in a list
    already is left out. ``what`` is a kind of thing, or ``restrict``."""
    require(actor, "disposal.view")
    rows = _within(actor)
    counted = rows.values_list("way", "what").annotate(Count("pk")).order_by()
    counts: dict[str, int] = {}
    restrict = 0
    for way, kind, count in counted:
        if way == Due.Way.RESTRICT:
            restrict += count
        else:
            counts[kind] = count
    if what == "restrict":
        rows = rows.filter(way=Due.Way.RESTRICT)
        total = restrict
    else:
        rows = rows.filter(way=Due.Way.DESTROY)
        rows = rows.filter(what=what) if what in What.values else rows
        total = counts.get(what, 0) if what in What.values else sum(counts.values())
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(1, page), pages)
    start = (page - 1) * PER_PAGE
    found = list(rows.order_by("what", "due_on", "id")[start : start + PER_PAGE])
    actor.trail.add(
        Event(
            "disposal.view",
            facts={"what": what, "page": page, "rows": len(found)},
            detail={"subjects": [str(due.subject) for due in found]},
        )
    )
    newest = found[0].found_at if found else None
    return DuePage(_lines(actor, found), total, page, pages, counts, restrict, newest)


def _within(actor: Actor) -> QuerySet[Due]:
    listed = Item.objects.filter(
        what=OuterRef("what"), target=OuterRef("target"), state=Item.State.LISTED
    )
    rows = Due.objects.filter(~Exists(listed))
    allowed = units_within(actor, "disposal.view")
    if allowed is None:
        return rows
    return rows.filter(subject__in=Subject.objects.filter(unit__in=allowed).values("pk"))


def _lines(actor: Actor, rows: Sequence[Due]) -> tuple[DueLine, ...]:
    blocks = people(actor, {row.subject for row in rows})
    keys = keys_with_withheld({row.subject for row in rows})
    table = schedules.current()
    sets = dictionary_queries.current().sets
    lines = []
    for row in rows:
        key = keys.get(row.subject)
        place = ground_place(row.subject, row.target)
        line = table.line(open_text(key, place, row.sealed_ground)) if key else None
        known = sets.get(row.info_set)
        lines.append(
            DueLine(
                pick=f"{row.what}:{row.target}",
                what=row.what,
                what_label=row.get_what_display(),
                way=row.way,
                person=blocks[row.subject],
                number=row.number,
                set_label=known.label if known else "",
                ground=line.label if line else "",
                law=line.law if line else "",
                due_on=row.due_on,
                until=row.until,
            )
        )
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class RestrictedLine:
    """A dossier or volume that is kept and not used. Without a name: its key is put aside."""

    subject: UUID
    volume: UUID | None
    number: str
    since: datetime


def restricted(actor: Actor) -> list[RestrictedLine]:
    """What is restricted within the actor's reach; two statements."""
    require(actor, "disposal.view")
    people_ = Subject.objects.filter(restricted_at__isnull=False)
    volumes = Volume.objects.filter(restricted_at__isnull=False)
    allowed = units_within(actor, "disposal.view")
    if allowed is not None:
        people_ = people_.filter(unit__in=allowed)
        volumes = volumes.filter(subject__unit__in=allowed)
    kept = list(volumes.order_by("number").values_list("subject", "pk", "number", "restricted_at"))
    whole = dict(people_.values_list("pk", "restricted_at"))
    lines = [
        RestrictedLine(
            subject,
            None,
            "、".join(number for owner, _pk, number, _at in kept if owner == subject),
            since,
        )
        for subject, since in whole.items()
        if since is not None
    ]
    lines += [
        RestrictedLine(owner, pk, number, at)
        for owner, pk, number, at in kept
        if owner not in whole and at is not None
    ]
    return sorted(lines, key=lambda line: line.since, reverse=True)
