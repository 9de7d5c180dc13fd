"""Who may see a case: whoever takes or took part, and whoever sees all cases of its unit."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q

from dangan.access import units
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.workflow.deputising import acting_as
from dangan.workflow.models import Case, Copy, Task


def may_see(actor: Actor, case: Case, acting: tuple[UUID, ...] | None = None) -> bool:
    """Whether the actor may read the case; at most three statements."""
    if not actor.may("cases.own"):
        return False
    if takes_part(actor, case, acting):
        return True
    return Copy.objects.filter(case=case, account=actor.id).exists()


def takes_part(actor: Actor, case: Case, acting: tuple[UUID, ...] | None = None) -> bool:
    """Whether the actor started the case, has or had to do with a step, or sees all cases there.

    Whoever only got a copy reads, and passes nothing on.
    """
    if case.initiator == actor.id or sees_all(actor, case.unit):
        return True
    asked = Task.objects.filter(case=case).filter(
        Q(account__in=acting or acting_as(actor)) | Q(done_by=actor.id)
    )
    return asked.exists()


def sees_all(actor: Actor, unit: UUID | None) -> bool:
    """Whether the actor may see every case of this unit."""
    return actor.may_at("cases.all", units.path(unit))


def visible(actor: Actor, case: UUID, *, lock: bool = False) -> Case:
    """The case, locked for a verb if asked for.

    Raises :class:`Absent` when there is none or the actor may not know of it; the attempt is
    noted. Stepping up to a lock waits for whoever acts on the case now.
    """
    found = Case.objects.filter(pk=case)
    row = (found.select_for_update() if lock else found).first()
    if row is not None and may_see(actor, row):
        return row
    subject = row.subject if row is not None else None
    actor.trail.add(Event("case.read", outcome="refused", subject=subject, object=str(case)))
    raise Absent
