"""The list of volumes: filters, counts, marks, how far each is digitised."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries.keeping_away import kept_away
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.catalogue.shown import VolumeLine, volume_lines
from dangan.organization import queries as organization
from dangan.roster import queries as roster_queries
from dangan.roster.counting import Counts

LIMIT = 50
_SHORTEST_NUMBER = 2
_MOST_PEOPLE = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """What the list is narrowed to; empty means everything."""

    text: str = ""
    kind: str = ""
    standing: str = ""
    secrecy: int | None = None
    unit: UUID | None = None
    scanned: str = ""
    """``part``: not all is scanned; ``none``: nothing is."""


@dataclass(frozen=True, slots=True)
class VolumePage:
    """One page of the list. ``away`` are the reader's own and relatives' cadre files: of these
    the list tells nothing but that they are there."""

    lines: tuple[VolumeLine, ...]
    total: int
    offset: int
    limit: int
    standings: dict[str, int]
    away: frozenset[UUID]


def volumes(
    actor: Actor,
    filters: Filters,
    *,
    offset: int = 0,
    limit: int = LIMIT,
    roster: Counts | None = None,
) -> VolumePage:
    """Volumes over whose people the actor holds ``archive.view``, by number.

    What is restricted is not among them: it is kept, not used (disposal lists it). Noted.
    ``roster`` is the look that the request has had at it, where there is one.
    """
    require(actor, "archive.view")
    rows = volumes_within(actor, "archive.view").filter(restricted_at__isnull=True)
    rows = narrowed(actor, rows, filters)
    standings = dict(rows.order_by().values_list("standing").annotate(Count("pk")))
    if filters.standing:
        rows = rows.filter(standing=filters.standing)
    total = sum(standings.values()) if not filters.standing else standings.get(filters.standing, 0)
    window = list(
        rows.select_related("subject", "fonds").order_by("number")[offset : offset + limit]
    )
    away = kept_away(actor, window)
    if filters.secrecy is not None or filters.scanned:
        # To be found by its mark would tell the mark.
        window = [row for row in window if row.pk not in away]
    actor.trail.add(
        Event(
            "volume.list",
            detail={"text": filters.text, "volumes": [str(row.pk) for row in window]},
            facts={"total": total, "rows": len(window)},
        )
    )
    lines = tuple(volume_lines(actor, window, roster=roster))
    return VolumePage(lines, total, offset, limit, standings, away)


def narrowed(actor: Actor, rows: QuerySet[Volume], filters: Filters) -> QuerySet[Volume]:
    """The rows that every filter but the standing leaves."""
    if filters.kind:
        rows = rows.filter(kind=filters.kind)
    if filters.secrecy is not None:
        rows = rows.filter(highest=filters.secrecy)
    if filters.unit is not None:
        rows = rows.filter(subject__unit__in=organization.tree().subtree(filters.unit))
    if filters.scanned == "none":
        rows = rows.filter(scanned=0, materials__gt=0)
    elif filters.scanned == "part":
        rows = rows.filter(scanned__lt=F("materials"))
    if filters.text:
        rows = rows.filter(_by_text(actor, filters.text))
    return rows


def _by_text(actor: Actor, text: str) -> Q:
    people: Collection[UUID] = ()
    if actor.may("roster.view"):
        people = [hit.subject for hit in roster_queries.search(actor, text, limit=_MOST_PEOPLE)]
    by_number = Q(number__icontains=text) if len(text) >= _SHORTEST_NUMBER else Q(pk=None)
    return by_number | Q(subject__in=people)
