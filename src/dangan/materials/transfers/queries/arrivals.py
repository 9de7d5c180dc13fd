"""转入登记 and one packet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Q

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.models import Fonds, Volume
from dangan.materials.catalogue.shown import PersonBlock, people
from dangan.materials.transfers.actions.arriving import GONE, may_see, problems
from dangan.materials.transfers.models import Arrival, ArrivalLine
from dangan.materials.transfers.rules.bodies import ArrivalBody, ArrivalPerson
from dangan.materials.transfers.sealing import open_arrival, open_arrivals, open_persons

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class ArrivalListLine:
    """One packet in the register."""

    id: UUID
    number: str
    sender: str
    slip: str
    names: tuple[str, ...]
    volumes: int
    materials: int
    way_label: str
    arrived_on: date
    state: str
    state_label: str
    shape: str
    unlinked: int
    """How many accepted files belong to nobody's dossier yet."""


@dataclass(frozen=True, slots=True)
class ArrivalPage:
    lines: tuple[ArrivalListLine, ...]
    total: int
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class ArrivalPersonView:
    """One line of the packet."""

    line: ArrivalLine
    person: ArrivalPerson
    block: PersonBlock | None
    differences: tuple[Message, ...]
    before: str
    """The volume that the person has already here: the file came in instalments."""


@dataclass(frozen=True, slots=True)
class ArrivalView:
    arrival: Arrival
    body: ArrivalBody
    persons: tuple[ArrivalPersonView, ...]
    names: Mapping[UUID, str]
    fonds: Sequence[Fonds]

    @property
    def counted(self) -> bool:
        return all(item.line.books is not None for item in self.persons)

    @property
    def agrees(self) -> bool:
        return self.counted and not any(
            item.differences or item.person.defects for item in self.persons
        )


def arrivals(
    actor: Actor, *, state: str = "", offset: int = 0, limit: int = PER_PAGE
) -> ArrivalPage:
    """转入登记, newest first. Permission transfers.manage."""
    require(actor, "transfers.manage")
    everywhere = actor.may_at("transfers.manage", ())
    found = Arrival.objects.filter(Q() if everywhere else Q(registered_by=actor.id))
    if state in Arrival.State.values:
        found = found.filter(state=state)
    total = found.count()
    rows = list(found.order_by("-at", "pk")[offset : offset + limit])
    lines = list(ArrivalLine.objects.filter(arrival__in=rows).order_by("order"))
    bodies, persons = open_arrivals(rows), open_persons(lines)
    by_arrival: dict[UUID, list[ArrivalLine]] = {}
    for line in lines:
        by_arrival.setdefault(line.arrival_id, []).append(line)
    actor.trail.add(Event("transfer.list", facts={"rows": len(rows), "state": "in"}))
    return ArrivalPage(
        tuple(_line(row, bodies[row.pk], by_arrival.get(row.pk, []), persons) for row in rows),
        total,
        offset,
        limit,
    )


def arrival(actor: Actor, arrival: UUID) -> ArrivalView:
    """One packet; raises :class:`Absent` (noted)."""
    row = Arrival.objects.filter(pk=arrival).first()
    if row is None or not may_see(actor, row):
        actor.trail.add(Event("transfer.read", outcome="refused", object=str(arrival)))
        raise Absent
    actor.trail.add(Event("transfer.read", object=str(arrival)))
    lines = list(row.lines.select_related("volume").order_by("order"))
    persons = open_persons(lines)
    linked = {line.subject for line in lines if line.subject}
    blocks = people(actor, linked)
    wrong = problems(lines)
    held = Volume.objects.filter(subject__in=linked).exclude(standing__in=GONE)
    before = {(v.subject_id, v.kind, v.copy): v.number for v in held}
    return ArrivalView(
        arrival=row,
        body=open_arrival(row),
        persons=tuple(
            ArrivalPersonView(
                line,
                persons[line.pk],
                blocks.get(line.subject) if line.subject else None,
                tuple(wrong.get(place, ())) if line.books is not None else (),
                before.get((line.subject, line.kind, line.copy), "")
                if line.subject and row.state == Arrival.State.ARRIVED
                else "",
            )
            for place, line in enumerate(lines)
        ),
        names=names_of_accounts({row.registered_by, row.decided_by or row.registered_by}),
        fonds=list(Fonds.objects.filter(closed_at__isnull=True).order_by("code")),
    )


def _line(
    row: Arrival,
    body: ArrivalBody,
    lines: list[ArrivalLine],
    persons: Mapping[int, ArrivalPerson],
) -> ArrivalListLine:
    accepted = row.state == Arrival.State.ACCEPTED
    return ArrivalListLine(
        id=row.pk,
        number=row.number,
        sender=body.sender,
        slip=body.slip,
        names=tuple(persons[line.pk].name for line in lines),
        volumes=sum(line.stated_books for line in lines),
        materials=sum(line.stated_materials for line in lines),
        way_label=row.get_way_display(),
        arrived_on=row.arrived_on,
        state=row.state,
        state_label=row.get_state_display(),
        shape={"arrived": "run", "accepted": "ok"}.get(row.state, "back"),
        unlinked=sum(line.volume_id is None for line in lines) if accepted else 0,
    )
