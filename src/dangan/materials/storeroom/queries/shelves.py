"""What stands where, as pages show it: people cut to the reader's rights, marks on every line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.panels import Fact
from dangan.materials.catalogue.queries import Look, find_volumes
from dangan.materials.catalogue.queries.keeping_away import kept_away
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.catalogue.shown import PersonBlock, VolumeLine, volume_lines
from dangan.materials.storeroom import holders
from dangan.materials.storeroom.models import Move, Place, Placement
from dangan.materials.storeroom.queries.places import (
    GONE,
    Standing,
    direct_counts,
    in_reach,
    place_of,
    require_place,
    tree,
)
from dangan.materials.storeroom.rules.placing import Spot, Tree, one_label
from dangan.materials.storeroom.sealing import open_words
from dangan.vault.queries import key_of
from dangan.vault.rules import KeyDestroyed

VIEW = "storeroom.view"
PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Node:
    """One place as a line of the tree."""

    id: UUID
    label: str
    level: str
    depth: int
    count: int
    capacity: int | None
    apart: int
    closed: bool
    note: str = ""

    @property
    def percent(self) -> float:
        """How full it is; 0 without a capacity."""
        return 100 * self.count / self.capacity if self.capacity else 0.0

    @property
    def tone(self) -> str:
        """Of the bar: full is worth a look."""
        return "warn" if self.capacity and self.count >= self.capacity else ""

    @property
    def free(self) -> int | None:
        return None if self.capacity is None else max(0, self.capacity - self.count)


@dataclass(frozen=True, slots=True)
class Shelved:
    """A volume and where it is."""

    line: VolumeLine
    place: Standing | None
    restricted: bool
    quiet: bool
    """What happens to it is not told: restricted, or one's own or a relative's cadre file."""
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Overview:
    """The storeroom as the reader sees it."""

    nodes: tuple[Node, ...]
    volumes: int
    unplaced: int


@dataclass(frozen=True, slots=True)
class PlacePage:
    """A place with what stands directly in it."""

    grown: Tree
    node: Node
    row: Place
    path: tuple[tuple[UUID, str], ...]
    inside: tuple[Node, ...]
    lines: tuple[Shelved, ...]
    hidden: int
    """Volumes out of the reader's reach that stand here too."""
    total: int
    offset: int
    limit: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a volume's way."""

    at: datetime
    kind: str
    origin: str
    target: str
    who: str
    why: str


def overview(actor: Actor, *, deep: bool = False) -> Overview:
    """Rooms and what stands in them down to shelves (boxes with ``deep``); four statements."""
    require(actor, VIEW)
    grown = tree()
    counts = grown.counts(direct_counts())
    nodes: list[Node] = []
    for room in grown.children.get(None, []):
        if in_reach(actor, grown, room.id):
            nodes += [
                node_of(grown, spot, counts)
                for spot in grown.under(room.id)
                if deep or spot.level != "box"
            ]
    actor.trail.add(Event("storeroom.read"))
    return Overview(
        tuple(nodes),
        sum(node.count for node in nodes if node.depth == 0),
        unplaced(actor).count(),
    )


def unplaced(actor: Actor) -> QuerySet[Volume]:
    """Volumes in reach that should have a place and have none."""
    homes = Placement.objects.filter(place__isnull=False).values("volume")
    return volumes_within(actor, VIEW).exclude(standing__in=GONE).exclude(pk__in=homes)


def place_page(actor: Actor, place: UUID, *, offset: int = 0) -> PlacePage:
    """A place with its volumes, by number; ten statements however many.

    Raises :class:`Absent` alike for no such place and one out of reach.
    """
    require(actor, VIEW)
    grown = tree()
    spot = require_place(actor, grown, place)
    row = Place.objects.get(pk=place)
    counts = grown.counts(direct_counts())
    homes = Placement.objects.filter(place=place)
    mine = volumes_within(actor, VIEW).exclude(standing__in=GONE)
    mine = mine.filter(pk__in=homes.values("volume"))
    total = mine.count()
    rows = list(mine.select_related("subject").order_by("number")[offset : offset + PER_PAGE])
    there = homes.exclude(volume__standing__in=GONE).count()
    actor.trail.add(Event("place.read", object=str(place), facts={"volumes": len(rows)}))
    return PlacePage(
        grown=grown,
        node=replace(node_of(grown, spot, counts), note=row.note),
        row=row,
        path=tuple((one.id, one_label(one)) for one in grown.path(place)),
        inside=tuple(node_of(grown, one, counts) for one in grown.children.get(place, [])),
        lines=tuple(shelved(actor, rows, grown=grown)),
        hidden=there - total,
        total=total,
        offset=offset,
    )


def shelved(actor: Actor, rows: Sequence[Volume], *, grown: Tree | None = None) -> list[Shelved]:
    """Volumes the caller has decided to show, in their order. Of a restricted one only number,
    mark and place are told: it is kept, and used for nothing. Who has one's own or a relative's
    cadre file, and why it was moved or mended, is not told either."""
    homes = place_of([row.pk for row in rows], known=grown)
    quiet = kept_away(actor, rows) | {row.pk for row in rows if row.restricted_at}
    who = holders.of(actor, [row for row in rows if row.pk not in quiet])
    lines = {line.id: line for line in volume_lines(actor, rows)}
    return [
        Shelved(
            line=_bare(lines[row.pk]) if row.restricted_at else lines[row.pk],
            place=homes.get(row.pk),
            restricted=row.restricted_at is not None,
            quiet=row.pk in quiet,
            holder=who.get(row.pk, ""),
        )
        for row in rows
    ]


def whereabouts(actor: Actor, text: str, limit: int = 12) -> list[Shelved]:
    """“它现在在哪”: volumes by name, pinyin, employee number or their number."""
    require(actor, VIEW)
    found = find_volumes(actor, text, limit, permission=VIEW)
    rows = {
        row.pk: row
        for row in Volume.objects.select_related("subject").filter(
            pk__in=[line.id for line in found]
        )
    }
    shown = shelved(actor, [rows[line.id] for line in found if line.id in rows])
    for one in shown:
        actor.trail.add(
            Event("storeroom.find", subject=one.line.person.subject, object=str(one.line.id))
        )
    return shown


def known_volume(actor: Actor, volume: UUID, permission: str = VIEW) -> Volume:
    """A volume whose standing in the storeroom the actor may know; raises :class:`Absent`."""
    row = volumes_within(actor, permission).select_related("subject").filter(pk=volume).first()
    if row is None:
        actor.trail.add(Event("volume.moves", outcome="refused", object=str(volume)))
        raise Absent
    return row


def steps(actor: Actor, volume: Volume) -> list[Step]:
    """Where the volume stood, latest first; the caller has it from :func:`known_volume`."""
    rows = list(Move.objects.filter(volume=volume).order_by("-at", "-id")[:500])
    names = names_of_accounts({row.by for row in rows})
    try:
        key = key_of(volume.subject_id)
    except KeyDestroyed as error:
        raise Absent from error
    hide = volume.restricted_at is not None or bool(kept_away(actor, [volume]))
    actor.trail.add(Event("volume.moves", subject=volume.subject_id, object=str(volume.pk)))
    return [
        Step(
            row.at,
            row.get_kind_display(),
            row.origin_text,
            row.target_text,
            names.get(row.by, ""),
            "" if hide else open_words(key, "move", row.key, row.sealed_why),
        )
        for row in rows
    ]


def fact(actor: Actor, looked: Look) -> Fact | None:
    """存放 in a volume's head."""
    home = place_of([looked.volume.pk]).get(looked.volume.pk)
    url = reverse("storeroom:moves", args=[looked.volume.pk]) if actor.may(VIEW) else ""
    return Fact(_("存放"), home.label if home else _("未上架"), "" if home else "back", url)


def node_of(grown: Tree, spot: Spot, counts: Mapping[UUID, int]) -> Node:
    return Node(
        id=spot.id,
        label=one_label(spot),
        level=spot.level,
        depth=len(grown.path(spot.id)) - 1,
        count=counts.get(spot.id, 0),
        capacity=spot.capacity,
        apart=grown.apart(spot.id),
        closed=grown.closed(spot.id),
    )


def _bare(line: VolumeLine) -> VolumeLine:
    return replace(line, person=PersonBlock(line.person.subject))
