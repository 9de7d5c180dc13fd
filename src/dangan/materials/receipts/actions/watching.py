"""Saying that no paper comes: what was changed has none."""

from __future__ import annotations

from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.materials.catalogue.queries import keep
from dangan.materials.receipts.models import Expected


def no_paper(actor: Actor, *, expected: int) -> None:
    """没有纸质材料: the change has no paper behind it. Raises :class:`Absent`."""
    with recording(actor):
        row = (
            Expected.objects.select_for_update(of=("self",))
            .filter(pk=expected, state=Expected.State.OPEN)
            .first()
        )
        if row is None:
            raise Absent
        keep(actor, row.volume_id, "receipts.manage", lock=False)
        row.state = Expected.State.WAIVED
        row.closed_at, row.closed_by = timezone.now(), actor.id
        row.save(update_fields=["state", "closed_at", "closed_by"])
        actor.trail.add(Event("expected.waive", subject=row.subject, object=str(row.pk)))
