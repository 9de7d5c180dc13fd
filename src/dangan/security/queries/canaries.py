"""Canaries: where they were asked for, whether they stand, how often they were touched."""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from random import Random
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.organization import queries as organization
from dangan.roster import queries as roster
from dangan.roster.rules import RosterQuery
from dangan.security.actions.canaries import AGREE, ASK
from dangan.security.models import Canary, Trip
from dangan.security.rules.invented import Invented, invent, next_number


@dataclass(frozen=True, slots=True)
class CanaryLine:
    """A canary by its unit; whose dossier it is, nobody is told."""

    row: Canary
    unit: str
    asked_by: str
    decided_by: str
    touched: int


def canaries(actor: Actor) -> list[CanaryLine]:
    """All canaries, the newest first. Permission security.manage."""
    require(actor, ASK)
    rows = list(Canary.objects.order_by("-asked_at"))
    touched = dict(Trip.objects.values_list("canary").annotate(Count("pk")))
    people = {one for row in rows for one in (row.asked_by, row.decided_by) if one}
    names, tree = names_of_accounts(people), organization.tree()
    actor.trail.add(Event("canary.list", facts={"rows": len(rows)}))
    return [
        CanaryLine(
            row,
            tree.full_label(row.unit) if row.unit in tree.nodes else "",
            names.get(row.asked_by, ""),
            names.get(row.decided_by, "") if row.decided_by else "",
            touched.get(row.id, 0),
        )
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Proposal:
    """A canary that waits for HR, with somebody invented for it."""

    row: Canary
    unit: str
    asked_by: str
    person: Invented


def canary_asked(actor: Actor, canary: UUID) -> Proposal:
    """The request and an invented person, to be looked over. Permission canaries.agree.

    Number and position follow those of the unit. Raises :class:`Absent` for one decided.
    """
    require(actor, AGREE)
    row = Canary.objects.filter(pk=canary, state=Canary.State.ASKED).first()
    if row is None:
        raise Absent
    columns = ("identity.employee_number", "post.position")
    page = roster.page(
        actor, RosterQuery(unit=None, columns=columns, limit=500, sort=columns[0], descending=True)
    )
    numbers = [str(cell.value) for line in page.rows if (cell := line.cells.get(columns[0]))]
    posts = Counter(
        str(cell.value)
        for line in page.rows
        if line.unit == row.unit and (cell := line.cells.get(columns[1])) and cell.value
    )
    position = posts.most_common(1)[0][0] if posts else "专员"
    chance = Random(secrets.randbits(64))  # noqa: S311 - an invention, no secret
    person = invent(chance, timezone.localdate(), next_number(numbers), position)
    tree, names = organization.tree(), names_of_accounts([row.asked_by])
    return Proposal(row, tree.full_label(row.unit), names.get(row.asked_by, ""), person)


def planted_in(units: Collection[UUID]) -> int:
    """How many stand in these units: what makers of official figures take off their count."""
    return Canary.objects.filter(state=Canary.State.PLANTED, unit__in=units).count()
