"""What registers must leave out of a line: own and relatives' cadre files, and what is marked."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.materials.avoidance.queries import relations
from dangan.materials.catalogue.models import FileKind, Material, Reader, Volume
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM


def kept_away(actor: Actor, volumes: Iterable[Volume]) -> frozenset[UUID]:
    """Those that are cadre files of the actor or of a relative: a register tells nothing of what
    happens to them. No statement when there is no cadre file among them, else as ``relations``."""
    cadre = {volume.pk: volume.subject_id for volume in volumes if volume.kind == FileKind.CADRE}
    near = relations(actor.subject, set(cadre.values())) if cadre else {}
    return frozenset(volume for volume, subject in cadre.items() if subject in near)


def unnamed(actor: Actor, materials: Collection[UUID]) -> frozenset[UUID]:
    """Those marked 机密 or above, by their own mark or their volume's, that the actor is no named
    reader of. Two statements; the volumes are ones that the actor keeps."""
    marked = Q(secrecy__gte=NAMED_READERS_FROM) | Q(volume__secrecy__gte=NAMED_READERS_FROM)
    rows = Material.objects.filter(marked, pk__in=materials).values_list("pk", "volume")
    found = dict(rows) if materials else {}
    if not found:
        return frozenset()
    in_force = Q(until__isnull=True) | Q(until__gt=timezone.now())
    readers = Reader.objects.filter(
        in_force, volume__in=set(found.values()), account=actor.id, ended_at__isnull=True
    )
    named: set[tuple[UUID, UUID | None]] = set(readers.values_list("volume", "material"))
    return frozenset(
        material
        for material, volume in found.items()
        if (volume, None) not in named and (volume, material) not in named
    )
