"""A borrower leaves: what is out must come back before the last paper is signed."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone

from dangan.access.leaving import Why
from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.materials.loans.models import OUT, Loan
from dangan.materials.loans.telling import tell_archivists


def on_leaving(actor: Actor, account: UUID, why: Why) -> None:
    """Archivists are told at once of what a leaver has; what was agreed and not fetched lapses."""
    rows = Loan.objects.filter(request__borrower=account).select_related("volume__subject")
    out = list(rows.filter(state__in=OUT))
    if out:
        tell_archivists(out, "loan.leaver", urgent=True)
    if why != "departure":
        return
    for row in rows.filter(state=Loan.State.READY).select_for_update(of=("self",)):
        row.state, row.ended_at, row.ended_by = Loan.State.CANCELLED, timezone.now(), actor.id
        row.version += 1
        row.save(update_fields=["state", "ended_at", "ended_by", "version"])
        actor.trail.add(Event("loan.cancel", subject=row.subject, object=str(row.pk)))
