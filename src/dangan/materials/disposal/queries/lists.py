"""Destruction lists, the ledger, and one list with all that is known of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings as configured
from django.utils import timezone
from django.utils.functional import Promise

from dangan.access.factors.queries import enrolment
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.models import Material
from dangan.materials.catalogue.queries import item_of, kept_away
from dangan.materials.catalogue.queries.reach import units_within
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM
from dangan.materials.catalogue.shown import PersonBlock, people
from dangan.materials.disposal import schedules
from dangan.materials.disposal.actions.listing import holds_on
from dangan.materials.disposal.actions.witnessing import (
    WORDS,
    avoids,
    standing,
    subjects_of,
    within,
)
from dangan.materials.disposal.models import DestructionList, Item, What, Witness
from dangan.materials.disposal.rules.lists import (
    EpochLife,
    Horizon,
    execution_refusal,
    horizon,
    witness_refusal,
)
from dangan.materials.disposal.sealing import (
    Names,
    ground_place,
    keys_with_withheld,
    names_of,
    open_text,
    reason_place,
)
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey
from dangan.workflow.models import Case
from dangan.workflow.rights import may_see

State = DestructionList.State


@dataclass(frozen=True, slots=True)
class ListLine:
    """A list in a table of lists."""

    id: UUID
    number: str
    state: str
    state_label: str | Promise
    proposed_at: datetime
    done_at: datetime | None
    counts: dict[str, int]
    items: int
    keep_until: date | None


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of a list as the actor may know it."""

    id: UUID
    position: int
    what: str
    what_label: str
    person: PersonBlock | None
    number: str
    title: str
    ground: str
    law: str
    due_on: date
    opinion: str
    opinion_label: str
    years: int
    reason: str
    state: str
    state_label: str
    hold: str
    spared_for: str
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class ListView:
    """One list: what is on it, who took part, what the reader may do now."""

    id: UUID
    number: str
    state: str
    state_label: str | Promise
    case: UUID | None
    case_number: str
    items: tuple[ItemLine, ...]
    names: Names
    witnesses: tuple[Witness, ...]
    proposed_at: datetime
    approved_at: datetime | None
    executing_at: datetime | None
    done_at: datetime | None
    counts: dict[str, int]
    digest: str
    keep_until: date | None
    horizon: Horizon
    backups_until: date | None
    """When the oldest back-up of what lost only its file keys has expired."""
    may_change: bool
    may_witness: bool
    witness_refusal: str
    may_execute: bool
    execute_refusal: str
    enrolled: bool
    destroys: int

    @property
    def crypto(self) -> bool:
        """Whether whole dossiers went, with their keys."""
        return any(item.what == What.DOSSIER for item in self.items)


def lists(actor: Actor, *, ledger: bool = False) -> list[ListLine]:
    """Lists under way, or the ledger of what was destroyed; those within the actor's reach."""
    require(actor, "disposal.view")
    rows = DestructionList.objects.all()
    ended = (State.DONE, State.REFUSED, State.WITHDRAWN)
    rows = rows.filter(state=State.DONE) if ledger else rows.exclude(state__in=ended)
    found = list(rows.order_by("-year", "-serial").prefetch_related("items")[:300])
    allowed = units_within(actor, "disposal.view")
    if allowed is not None:
        homes = _homes({item.subject for row in found for item in row.items.all()})
        found = [
            row
            for row in found
            if row.proposed_by == actor.id
            or any(homes.get(item.subject) in allowed for item in row.items.all())
        ]
    return [
        ListLine(
            row.pk,
            row.number,
            row.state,
            row.get_state_display(),
            row.proposed_at,
            row.done_at,
            row.counts,
            len(row.items.all()),
            row.keep_until,
        )
        for row in found
    ]


def _homes(subjects: set[UUID]) -> dict[UUID, UUID | None]:
    return dict(Subject.objects.filter(pk__in=subjects).values_list("pk", "unit"))


def list_view(actor: Actor, list_: UUID) -> ListView:
    """One list, for those who may see retention over every unit it touches, and its proposer.
    Raises :class:`Absent`."""
    require(actor, "disposal.view")
    row = DestructionList.objects.filter(pk=list_).first()
    if row is None or not (
        row.proposed_by == actor.id or within(actor, "disposal.view", subjects_of(row))
    ):
        actor.trail.add(Event("disposal.read", outcome="refused", object=str(list_)))
        raise Absent
    return _view(actor, row)


def list_in_case(actor: Actor, case: Case) -> ListView | None:
    """The same for whoever the case lets see it."""
    row = DestructionList.objects.filter(pk=case.object).first() if case.object else None
    return _view(actor, row) if row is not None and may_see(actor, case) else None


def _view(actor: Actor, row: DestructionList) -> ListView:
    items = list(row.items.order_by("position"))
    stands, apart = standing(row), avoids(actor, row)
    no_witness = witness_refusal(stands, actor.id, avoids=apart)
    no_execution = execution_refusal(stands, actor.id, avoids=apart)
    ready = row.state == State.APPROVED
    manages = actor.may("disposal.manage") and within(actor, "disposal.manage", subjects_of(row))
    actor.trail.add(
        Event(
            "disposal.read",
            object=str(row.pk),
            facts={"number": row.number, "items": len(items)},
            detail={"subjects": sorted({str(item.subject) for item in items})},
        )
    )
    days = configured.DANGAN.backup_days
    return ListView(
        id=row.pk,
        number=row.number,
        state=row.state,
        state_label=row.get_state_display(),
        case=row.case,
        case_number=row.case_number,
        items=item_lines(actor, items, live=row.state in {State.DRAFT, State.OPEN, State.APPROVED}),
        names=names_of(row),
        witnesses=tuple(row.witnesses.order_by("place")),
        proposed_at=row.proposed_at,
        approved_at=row.approved_at,
        executing_at=row.executing_at,
        done_at=row.done_at,
        counts=row.counts,
        digest=bytes(row.digest or b"").hex(),
        keep_until=row.keep_until,
        horizon=horizon_of(row),
        backups_until=(
            timezone.localdate(row.done_at) + timedelta(days=days) if row.done_at else None
        ),
        may_change=row.state == State.DRAFT and row.proposed_by == actor.id,
        may_witness=ready and actor.may("disposal.witness") and no_witness is None,
        witness_refusal=WORDS[no_witness] if ready and no_witness else "",
        may_execute=ready and manages and no_execution is None,
        execute_refusal=WORDS[no_execution] if ready and no_execution else "",
        enrolled=ready and enrolment(actor.id).any,
        destroys=sum(item.opinion == Item.Opinion.DESTROY for item in items),
    )


def horizon_of(row: DestructionList) -> Horizon:
    """From when on what was destroyed opens from no back-up either; unknown before it is done."""
    if row.epoch is None:
        return Horizon(None, False)
    lives = [
        EpochLife(
            epoch.id,
            timezone.localdate(epoch.opened_at),
            timezone.localdate(epoch.closed_at) if epoch.closed_at else None,
            timezone.localdate(epoch.destroyed_at) if epoch.destroyed_at else None,
        )
        for epoch in vault.epochs()
    ]
    return horizon(row.epoch, lives, backup_days=configured.DANGAN.backup_days)


def item_lines(actor: Actor, items: Sequence[Item], *, live: bool) -> tuple[ItemLine, ...]:
    """The items, opened as far as they still open. Of what is destroyed no person is named."""
    there = {item.subject for item in items if item.state != Item.State.DESTROYED}
    blocks = people(actor, there)
    keys = keys_with_withheld(there)
    holds = holds_on(items) if live else {}
    titles = _titles(actor, items, keys)
    table = schedules.current()
    lines = []
    for item in items:
        key = keys.get(item.subject)
        ground, reason = item.ground, ""
        if key:
            place = ground_place(item.subject, item.target)
            ground = open_text(key, place, item.sealed_ground) or item.ground
            reason = open_text(key, reason_place(item.subject, item.pk), item.sealed_reason)
        line = table.line(ground)
        lines.append(
            ItemLine(
                id=item.pk,
                position=item.position,
                what=item.what,
                what_label=item.get_what_display(),
                person=blocks.get(item.subject),
                number=item.number,
                title=titles.get(item.pk, ""),
                ground=line.label if line else "",
                law=line.law if line else "",
                due_on=item.due_on,
                opinion=item.opinion,
                opinion_label=item.get_opinion_display(),
                years=item.years,
                reason=reason,
                state=item.state,
                state_label=item.get_state_display(),
                hold=holds.get(item.pk, ""),
                spared_for=item.spared_for,
                counts=item.counts,
            )
        )
    return tuple(lines)


def _titles(actor: Actor, items: Sequence[Item], keys: dict[UUID, SubjectKey]) -> dict[UUID, str]:
    """What a material or a row is called: its title for those who appraise, the set's label. No
    title of what is marked 机密 or above, nor from one's own or a relative's cadre file."""
    sets = dictionary_queries.current().sets
    found = {
        item.pk: sets[item.info_set].label
        for item in items
        if item.what == What.ROW and item.info_set in sets
    }
    papers = {item.target: item for item in items if item.what == What.MATERIAL}
    if not papers:
        return found
    rows = list(
        Material.objects.filter(pk__in=papers, state=Material.State.FILED).select_related("volume")
    )
    away = kept_away(actor, [row.volume for row in rows])
    for row in rows:
        marked = max(row.secrecy, row.volume.secrecy) >= NAMED_READERS_FROM
        if row.subject in keys and not marked and row.volume_id not in away:
            body = item_of(keys[row.subject], row).body
            found[papers[row.pk].pk] = f"{body.label} {body.title}".strip()
    return found
