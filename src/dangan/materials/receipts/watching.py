"""The one-month rule: which update records let us expect a paper, and whether it has come."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.dossiers.models import Change
from dangan.materials.catalogue.changes import Change as MaterialChange
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.queries import item_of, settings
from dangan.materials.receipts.models import Expected
from dangan.materials.receipts.rules.deadlines import due
from dangan.vault import queries as vault

CATEGORIES: dict[str, tuple[str, ...]] = {
    "education": ("4-1",),
    "degree": ("4-1",),
    "professional_title": ("4-2",),
    "training": ("4-4",),
    "assessment": ("3",),
    "political": ("6",),
    "reward": ("7",),
    "discipline": ("8",),
    "pay": ("9-1",),
    "post": ("9-2",),
    "contract": ("9-2",),
}
"""Which (sub)classes the paper behind a change of an information set belongs to."""

LOOK_BACK = timedelta(days=92)
"""Changes older than this are not made up for when the watch begins."""
EARLY = timedelta(days=31)
"""A paper may be dated before the change that tells of it."""
BATCH = 1_000
_Change = tuple[int, UUID, list[str], date]


def expect(today: date | None = None) -> int:
    """Notes the papers that follow from update records not looked at yet; returns how many.

    Dossiers made new or imported tell what was so before: no paper is expected of those.
    """
    day = today or timezone.localdate()
    term = settings().filing_days
    held = dict(
        Volume.objects.filter(copy=Volume.Copy.ORIGINAL, standing__in=["held", "lent"]).values_list(
            "subject_id", "pk"
        )
    )
    changes = Change.objects.filter(
        at__gte=timezone.now() - LOOK_BACK, kind__in=[Change.Kind.EDIT]
    ).exclude(id__in=Expected.objects.values("change"))
    made = 0
    for chunk in _chunks(changes.values_list("id", "subject_id", "sets", "effective")):
        rows = [
            Expected(
                change=change,
                volume_id=held[subject],
                subject=subject,
                info_set=info_set,
                came_on=effective,
                due_on=due(effective, term),
            )
            for change, subject, sets, effective in chunk
            if subject in held and effective <= day
            for info_set in sorted(set(sets) & CATEGORIES.keys())
        ]
        made += len(Expected.objects.bulk_create(rows, ignore_conflicts=True))
    return made


def _chunks(rows: Iterable[_Change]) -> Iterable[list[_Change]]:
    chunk: list[_Change] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == BATCH:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def meet(actor: Actor, material: UUID, change: MaterialChange) -> None:
    """A filed paper meets the oldest expectation of its class; registered with the catalogue."""
    if change != "filed":
        return
    row = Material.objects.get(pk=material)
    waiting = list(
        Expected.objects.filter(volume=row.volume_id, state=Expected.State.OPEN).order_by("came_on")
    )
    if not waiting:
        return
    body = item_of(vault.key_of(row.subject), row).body
    formed = date(body.year, body.month or 12, body.day or 28) if body.year else None
    for expected in waiting:
        fits = body.category in CATEGORIES[expected.info_set]
        if fits and (formed is None or formed >= expected.came_on - EARLY):
            expected.state = Expected.State.MET
            expected.closed_at, expected.closed_by = timezone.now(), actor.id
            expected.save(update_fields=["state", "closed_at", "closed_by"])
            return
