"""Partial copies that lag behind their originals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from dangan.access.rules import Actor
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.queries.keeping_away import kept_away
from dangan.materials.catalogue.queries.looking import Item, Look, item_of
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.vault import queries as vault

_LAGS = ~Q(origin__version=F("origin_version")) | ~Q(origin__state=Material.State.FILED)


@dataclass(frozen=True, slots=True)
class Lag:
    """One material of a copy that differs from the original, and how."""

    item: Item
    original: Item
    how: Literal["changed", "removed"]


def lagging(volume: UUID) -> QuerySet[Material]:
    """Filed materials of a copy whose original has changed or left."""
    rows = Material.objects.filter(_LAGS, volume=volume, state=Material.State.FILED)
    return rows.filter(origin__isnull=False).select_related("origin")


def lags(looked: Look) -> list[Lag]:
    """The differences that the reader sees, by title."""
    key = vault.key_of(looked.volume.subject_id)
    found = [
        Lag(
            item_of(key, row),
            item_of(key, row.origin),
            "changed" if row.origin.state == Material.State.FILED else "removed",
        )
        for row in lagging(looked.volume.pk)
        if row.origin is not None and looked.sight.shows(row.pk, row.secrecy)
    ]
    return sorted(found, key=lambda lag: lag.item.body.title)


def lagging_copies(actor: Actor) -> list[tuple[Volume, int]]:
    """Copies within reach that wait to be brought up to date, with how many materials differ;
    not of the actor's own or a relative's cadre file."""
    behind = (
        Material.objects.filter(_LAGS, state=Material.State.FILED, origin__isnull=False)
        .values("volume")
        .annotate(count=Count("pk"))
        .values_list("volume", "count")
    )
    counts = dict(behind)
    rows = volumes_within(actor, "archive.edit").filter(
        pk__in=list(counts), restricted_at__isnull=True
    )
    ordered = list(rows.select_related("subject", "fonds").order_by("number"))
    away = kept_away(actor, ordered)
    return [(row, counts[row.pk]) for row in ordered if row.pk not in away]
