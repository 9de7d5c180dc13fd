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
    "material", "volume", "subject", "picture", "state", "reason", "attempts", "queued_at",
    "due_at",
]  # fmt: skip


def queue_pages(actor: Actor, material: UUID, pages: Collection[UUID]) -> None:
    """Queues pages that came or show another picture, and forgets those that went.

    Handler of ``scans.changes.on_pages``: runs inside the transaction that changed the pages,
    whose verb has decided and noted. A page that only moved keeps its text and is found under
    its new material at once, whose secrecy mark may be higher. A page that was turned keeps what
    was read before until it is read anew.
    """
    del actor
    there = current_pages(pages)
    kept = {page.id for page in there} | {page.id for page in current_pages(material=material)}
    known = Reading.objects.filter(material=material).values_list("pk", flat=True)
    forget_pages((set(pages) | set(known)) - kept)
    before = dict(Reading.objects.filter(pk__in=list(pages)).values_list("pk", "picture"))
    _move(there)
    _queue([page for page in there if before.get(page.id) != page.picture])


def _move(pages: Collection[PageRef]) -> None:
    """Puts what is known of pages under the material that they stand in now."""
    by_material: dict[UUID, list[PageRef]] = {}
    for page in pages:
        by_material.setdefault(page.material, []).append(page)
    for material, moved in by_material.items():
        ids = [page.id for page in moved]
        Reading.objects.filter(pk__in=ids).update(material=material, volume=moved[0].volume)
        Entry.objects.filter(pk__in=ids).update(material=material)


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
            picture=page.picture,
            queued_at=now,
            due_at=now,
        )
        for page in pages
    ]
    Reading.objects.bulk_create(
        rows, update_conflicts=True, update_fields=_FIELDS, unique_fields=["page"]
    )
