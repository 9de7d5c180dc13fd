"""The registers: what came in, what was asked for, what is expected within the month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.queries import keep, kept_away, settings, unnamed
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.receipts.models import Chase, Expected, Receipt, Wanted
from dangan.materials.receipts.owners import accounts_of
from dangan.materials.receipts.queries.reach import may_answer
from dangan.materials.receipts.rules.deadlines import Standing, standing
from dangan.materials.receipts.rules.required import Lack
from dangan.materials.receipts.sealing import open_lack, open_receipt, open_words
from dangan.vault import queries as vault

PAGE = 30
_NOTHING = MaterialBody(category="", title="")
WAITING = (Receipt.State.PENDING, Receipt.State.PROBLEM)


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    row: Receipt
    body: MaterialBody
    person: shown.PersonBlock
    standing: Standing
    note: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a register; ``counts`` by state."""

    lines: Sequence[Any]
    total: int
    offset: int
    counts: dict[str, int]
    limit: int = PAGE


def receipts(actor: Actor, *, state: str = "waiting", offset: int = 0) -> Page:
    """The register 收件登记 of those whose files the actor keeps; what is due first comes first.

    A paper that was filed as marked stands there without title for all but its named readers, and
    so does what comes into one's own or a relative's cadre file.
    """
    rows = _kept(actor, Receipt)
    counts = _counts(rows)
    if state == "waiting":
        rows = rows.filter(state__in=WAITING).order_by("due_on", "pk")
    elif state:
        rows = rows.filter(state=state).order_by("-pk")
    else:
        rows = rows.order_by("-pk")
    found = list(rows.select_related("volume")[offset : offset + PAGE])
    subjects = {row.subject for row in found}
    keys = vault.keys_of(subjects, skip_destroyed=True)
    people, today = shown.people(actor, subjects), timezone.localdate()
    shut = _shut(actor, found)
    lines = [
        ReceiptLine(
            row,
            _NOTHING if row.pk in shut else open_receipt(keys[row.subject], row),
            people[row.subject],
            standing(row.due_on, today),
        )
        for row in found
        if row.subject in keys
    ]
    actor.trail.add(Event("receipt.list", facts={"shown": len(lines)}))
    return Page(lines, _total(counts, state), offset, counts)


def receipt(actor: Actor, number: int) -> ReceiptLine:
    """One receipt. Raises :class:`Absent`, also where the paper is filed and its mark keeps it from
    the actor, and as :func:`dangan.materials.catalogue.queries.keep`."""
    row = _kept(actor, Receipt).select_related("volume__subject").filter(pk=number).first()
    if row is None:
        raise Absent
    keep(actor, row.volume_id, "receipts.manage", lock=False)
    if row.material and unnamed(actor, [row.material]):
        _refused(actor, "receipt.read", row)
        raise Absent
    key = vault.keys_of([row.subject], skip_destroyed=True).get(row.subject)
    if key is None:
        raise Absent
    actor.trail.add(Event("receipt.read", subject=row.subject, object=row.number))
    note = open_words(key, "note", row.pk, row.sealed_note)
    return ReceiptLine(
        row,
        open_receipt(key, row),
        shown.person(actor, row.subject),
        standing(row.due_on, timezone.localdate()),
        note,
    )


@dataclass(frozen=True, slots=True)
class WantedLine:
    row: Wanted
    lack: Lack
    person: shown.PersonBlock
    answer: str


@dataclass(frozen=True, slots=True)
class ChaseLine:
    row: Chase
    unit: str
    lines: int
    open: int
    late: bool


def chases(actor: Actor, *, state: str = "open", offset: int = 0) -> Page:
    """The register 催收 that the actor keeps, or what the actor is asked for."""
    rows = _chases(actor)
    counts = _counts(rows)
    wanted = rows.filter(state=state) if state else rows
    found = wanted.order_by("due_on" if state == "open" else "-pk", "pk").annotate(
        total=Count("lines"),
        waiting=Count("lines", filter=Q(lines__state__in=["asked", "sent"])),
    )
    today = timezone.localdate()
    lines = [
        ChaseLine(
            row,
            units.label(row.unit) if row.unit else "",
            row.total,
            row.waiting,
            row.state == Chase.State.OPEN and bool(row.waiting) and row.due_on < today,
        )
        for row in found[offset : offset + PAGE]
    ]
    return Page(lines, _total(counts, state), offset, counts)


def chase(actor: Actor, number: int) -> tuple[Chase, list[WantedLine]]:
    """One request with its lines. Those who owe papers are told whose and which: no more.

    Raises :class:`Absent`.
    """
    row = Chase.objects.filter(pk=number).first()
    if row is None or not may_answer(actor, row):
        raise Absent
    wanted = list(row.lines.filter(volume__restricted_at__isnull=True).order_by("pk"))
    subjects = {line.subject for line in wanted}
    keys = vault.keys_of(subjects, skip_destroyed=True)
    people = shown.people(actor, subjects, told=True)
    for subject in keys:
        actor.trail.add(Event("chase.read", subject=subject, object=row.number))
    return row, [
        WantedLine(
            line,
            open_lack(keys[line.subject], line),
            people[line.subject],
            open_words(keys[line.subject], "answer", line.pk, line.sealed_answer),
        )
        for line in wanted
        if line.subject in keys
    ]


@dataclass(frozen=True, slots=True)
class ExpectedLine:
    row: Expected
    person: shown.PersonBlock
    standing: Standing


def expected(actor: Actor, *, state: str = "open", offset: int = 0) -> Page:
    """一月归档: changes whose papers have not come, the longest overdue first."""
    rows = _kept(actor, Expected)
    counts = _counts(rows)
    found = list(
        rows.filter(state=state)
        .select_related("volume")
        .order_by("due_on", "pk")[offset : offset + PAGE]
    )
    away = kept_away(actor, [row.volume for row in found])
    found = [row for row in found if row.volume_id not in away]
    people, today = shown.people(actor, {row.subject for row in found}), timezone.localdate()
    lines = [ExpectedLine(row, people[row.subject], standing(row.due_on, today)) for row in found]
    actor.trail.add(Event("expected.list", facts={"shown": len(lines)}))
    return Page(lines, _total(counts, state), offset, counts)


def waiting_count(actor: Actor) -> int:
    """How many papers wait to be filed; for the navigation."""
    rows = _kept(actor, Receipt)
    return rows.filter(state__in=WAITING).count()


def filing_days() -> int:
    """Days within which papers reach the archive."""
    return settings().filing_days


def asked(actor: Actor, today: date) -> tuple[int, int]:
    """How many requests wait for the actor's answer, and how many of them are overdue."""
    rows = _chases(actor).filter(state=Chase.State.OPEN, lines__state=Wanted.State.ASKED)
    due = list(rows.distinct().values_list("due_on", flat=True))
    return len(due), sum(day < today for day in due)


def _chases(actor: Actor) -> QuerySet[Chase]:
    """Those over whose unit the actor keeps the archive, and those the actor is to answer."""
    rows = Chase.objects.all()
    kept, owed = [], []
    for unit, owner in rows.values_list("unit", "owner").distinct():
        if actor.may_at("receipts.manage", units.path(unit)):
            kept.append(Q(unit=unit))
        elif actor.may("receipts.answer") and actor.id in accounts_of(owner, unit):
            owed.append(Q(unit=unit, owner=owner))
    conditions = [*kept, *owed]
    if not conditions:
        return rows.none()
    any_of = conditions[0]
    for condition in conditions[1:]:
        any_of |= condition
    return rows.filter(any_of)


def _kept(actor: Actor, model: Any) -> QuerySet[Any]:
    """What belongs to volumes that the actor keeps; what is restricted is not used."""
    volumes = volumes_within(actor, "receipts.manage").filter(restricted_at__isnull=True)
    rows: QuerySet[Any] = model.objects.filter(volume__in=volumes)
    return rows


def _shut(actor: Actor, rows: Sequence[Receipt]) -> set[int]:
    """Receipts of which only that they came is told."""
    away = kept_away(actor, [row.volume for row in rows])
    marked = unnamed(actor, [row.material for row in rows if row.material])
    return {row.pk for row in rows if row.volume_id in away or row.material in marked}


def _refused(actor: Actor, name: str, row: Receipt) -> None:
    actor.trail.add(Event(name, outcome="refused", subject=row.subject, object=row.number))


def _counts(rows: QuerySet[Any]) -> dict[str, int]:
    found = rows.order_by().values_list("state").annotate(n=Count("pk"))
    counts = {str(state): int(n) for state, n in found}
    counts["waiting"] = counts.get("pending", 0) + counts.get("problem", 0)
    return counts


def _total(counts: dict[str, int], state: str) -> int:
    if state:
        return counts.get(state, 0)
    return sum(count for key, count in counts.items() if key != "waiting")
