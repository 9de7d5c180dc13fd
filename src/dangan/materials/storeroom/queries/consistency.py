"""Paper against screen: what has no place, what is over full, what the scans do not match."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import F

from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import FileKind, Material, Volume
from dangan.materials.catalogue.queries.keeping_away import kept_away, unnamed
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.storeroom.models import Placement
from dangan.materials.storeroom.queries.places import GONE, direct_counts, in_reach, tree
from dangan.materials.storeroom.queries.shelves import (
    VIEW,
    Node,
    Shelved,
    node_of,
    shelved,
    unplaced,
)
from dangan.materials.storeroom.rules.placing import Wish, refusal, warning
from dangan.ui.messages import say

MOST = 200


@dataclass(frozen=True, slots=True)
class Report:
    """What does not fit. Lists are cut to ``MOST``; the totals are whole."""

    unplaced: tuple[Shelved, ...]
    unplaced_total: int
    full: tuple[tuple[Node, str], ...]
    wrong: tuple[tuple[Shelved, str], ...]
    """Volumes that stand where their mark does not allow, with the reason."""
    pages: tuple[tuple[Shelved, int, int], ...]
    """Volumes, how many materials are scanned in part or over, and how many not at all."""
    pages_total: int


def report(actor: Actor) -> Report:
    """The report for what the actor reaches; counts only, no material is named."""
    require(actor, VIEW)
    grown = tree()
    counts = grown.counts(direct_counts())
    missing = unplaced(actor)
    bare = list(missing.select_related("subject").order_by("number")[:MOST])
    full = [
        (node_of(grown, spot, counts), grown.label(spot.id))
        for spot in grown.spots.values()
        if spot.capacity is not None
        and counts[spot.id] > spot.capacity
        and in_reach(actor, grown, spot.id)
    ]
    differing = _differing(actor)
    some = list(differing)[:MOST]
    volumes = {row.pk: row for row in Volume.objects.select_related("subject").filter(pk__in=some)}
    lines = shelved(actor, [volumes[pk] for pk in some if pk in volumes], grown=grown)
    actor.trail.add(Event("storeroom.report"))
    return Report(
        tuple(shelved(actor, bare, grown=grown)),
        missing.count(),
        tuple(full),
        tuple(_wrong(actor)),
        tuple((line, *differing[line.line.id]) for line in lines),
        len(differing),
    )


def _differing(actor: Actor) -> dict[UUID, tuple[int, int]]:
    """Volumes some of whose materials have other numbers of scanned pages than of pages. Marked
    materials count for their named readers only, own and relatives' cadre files for nobody."""
    rows = (
        Material.objects.filter(
            state=Material.State.FILED,
            volume__in=volumes_within(actor, VIEW).filter(restricted_at__isnull=True),
        )
        .exclude(pages=F("scanned_pages"))
        .exclude(volume__standing__in=GONE)
        .order_by("volume__number")
        .values_list("pk", "volume", "scanned_pages")
    )
    found: dict[UUID, tuple[int, int]] = {}
    listed = list(rows)
    volumes = {volume for _pk, volume, _scanned in listed}
    away = kept_away(actor, Volume.objects.filter(pk__in=volumes, kind=FileKind.CADRE))
    marked = unnamed(actor, [pk for pk, _volume, _scanned in listed])
    for pk, volume, scanned in listed:
        if volume in away or pk in marked:
            continue
        part, none = found.get(volume, (0, 0))
        found[volume] = (part + bool(scanned), none + (not scanned))
    return found


def _wrong(actor: Actor) -> list[tuple[Shelved, str]]:
    """Volumes marked after they were shelved, or among marked ones without a mark."""
    grown = tree()
    rows = list(
        Placement.objects.filter(
            place__isnull=False, volume__in=volumes_within(actor, VIEW).exclude(standing__in=GONE)
        ).select_related("volume__subject")
    )
    found = []
    for row in rows:
        volume = row.volume
        wish = Wish(volume.number, max(volume.secrecy, volume.highest), "held")
        if row.place_id is None:
            continue
        reason = refusal(grown, row.place_id, wish) or warning(grown, row.place_id, wish)
        if reason is not None:
            found.append((volume, say(reason)))
    shown = shelved(actor, [volume for volume, _why in found[:MOST]], grown=grown)
    return list(zip(shown, (why for _volume, why in found), strict=False))
