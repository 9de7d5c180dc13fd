"""Putting pages on the reader's list, and taking them off."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.reading.models import Entry, Reading
from dangan.materials.reading.pages import current_pages
from dangan.materials.reading.shapes import PageRef

_FIELDS = [
    "material", "volume", "subject", "state", "reason", "attempts", "queued_at", "due_at",
]  # fmt: skip


def queue_pages(actor: Actor, material: UUID, pages: Collection[UUID]) -> None:
    """Queues pages that came, turned or were replaced, and forgets those that went.

    Handler of ``scans.changes.on_pages``: runs inside the transaction that changed the pages,
    whose verb has decided and noted. What was read before stays until it is read anew, unless
    the page is gone.
    """
    del actor, material
    there = current_pages(pages)
    forget_pages(set(pages) - {page.id for page in there})
    _queue(there)


def forget_pages(pages: Collection[UUID]) -> None:
    """Deletes what was read on these pages, in the caller's transaction."""
    if pages:
        Entry.objects.filter(pk__in=list(pages), title=False).delete()
        Reading.objects.filter(pk__in=list(pages)).delete()


def read_again(actor: Actor, *, material: UUID) -> int:
    """Queues all pages of a material again, those that failed too; how many.

    Raises as ``catalogue.queries.keep`` for somebody who may not arrange scans.
    """
    with recording(actor):
        looked, item = catalogue.material(actor, material)
        catalogue.keep(actor, looked.volume.pk, "archive.scan", lock=False)
        there = current_pages(material=item.id)
        _queue(there)
        actor.trail.add(
            Event(
                "reading.again",
                subject=looked.volume.subject_id,
                object=str(material),
                facts={"pages": len(there)},
            )
        )
        return len(there)


def _queue(pages: Collection[PageRef]) -> None:
    now = timezone.now()
    rows = [
        Reading(
            page=page.id,
            material=page.material,
            volume=page.volume,
            subject=page.subject,
            queued_at=now,
            due_at=now,
        )
        for page in pages
    ]
    Reading.objects.bulk_create(
        rows, update_conflicts=True, update_fields=_FIELDS, unique_fields=["page"]
    )
