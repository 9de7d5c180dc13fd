"""Who may see a case: whoever takes or took part, and whoever sees all cases of its unit."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from dangan.access import units
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.workflow.deputising import acting_as
from dangan.workflow.models import Case, Copy, Task


@dataclass(frozen=True, slots=True)
class Seen:
    """A case that somebody may see. ``part``: not only by a copy; such a reader passes nothing on.

    ``acting`` is the reader's own account, then those whose deputy they are today.
    """

    case: Case
    part: bool
    acting: tuple[UUID, ...]


def look(actor: Actor, case: UUID, *, lock: bool = False) -> Seen:
    """The case, locked for a verb if asked for; four statements.

    Raises :class:`Absent` when there is none or the actor may not know of it; the attempt is
    noted. A lock waits for whoever acts on the case now.
    """
    found = Case.objects.filter(pk=case)
    row = (
        found.select_for_update() if lock else found.select_related("definition_version")
    ).first()
    if row is not None and actor.may("cases.own"):
        acting = acting_as(actor)
        if takes_part(actor, row, acting):
            return Seen(row, True, acting)
        if Copy.objects.filter(case=row, account=actor.id).exists():
            return Seen(row, False, acting)
    subject = row.subject if row is not None else None
    actor.trail.add(Event("case.read", outcome="refused", subject=subject, object=str(case)))
    raise Absent


def may_see(actor: Actor, case: Case) -> bool:
    """Whether the actor may read the case; for asking about others."""
    if not actor.may("cases.own"):
        return False
    if takes_part(actor, case, acting_as(actor)):
        return True
    return Copy.objects.filter(case=case, account=actor.id).exists()


def takes_part(actor: Actor, case: Case, acting: tuple[UUID, ...]) -> bool:
    """Whether the actor started the case, has or had to do with a step, or sees all cases there."""
    if case.initiator == actor.id or sees_all(actor, case.unit):
        return True
    asked = Q(account__in=acting) | Q(done_by=actor.id)
    return Task.objects.filter(asked, case=case).exists()


def sees_all(actor: Actor, unit: UUID | None) -> bool:
    """Whether the actor may see every case of this unit."""
    return actor.may("cases.all") and actor.may_at("cases.all", units.path(unit))
