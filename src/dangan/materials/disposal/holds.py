"""Asking whether something is under a hold 保全. Whoever destroys, sends away, removes or deletes
asks here, inside the transaction that does it.

A hold is placed under an advisory lock that all who ask share until their transaction ends: a
hold placed while something is being destroyed waits for that one thing and stops the next. Rows
are locked after this lock, never before a hold is placed: placing locks no row.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from dangan.access import units
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.disposal.models import Hold

_LOCK = 0x686F6C64  # the advisory lock's number: "hold"


@dataclass(frozen=True, slots=True)
class Held:
    """Which of the things asked about are under a hold, and by which (its number)."""

    subjects: dict[UUID, str] = field(default_factory=dict)
    volumes: dict[UUID, str] = field(default_factory=dict)
    materials: dict[UUID, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.subjects or self.volumes or self.materials)


def share() -> None:
    """Keeps holds from being placed until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [_LOCK])


def alone() -> None:
    """Waits for all who asked and keeps others from asking until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def in_force() -> QuerySet[Hold]:
    """Holds that hold today."""
    today = timezone.localdate()
    return Hold.objects.filter(Q(until__isnull=True) | Q(until__gte=today), lifted_at__isnull=True)


def held(
    subjects: Collection[UUID] = (),
    volumes: Collection[UUID] = (),
    materials: Collection[UUID] = (),
    *,
    whole: bool = True,
    settled: bool = True,
) -> Held:
    """What of these is under a hold now; five statements at most, two when nothing is held.

    A hold on a person or a unit covers all that is theirs; one on a volume its materials. With
    ``whole`` a volume is held when one of its materials is, and a person when anything of theirs
    is: that is how to ask before the whole is destroyed or sent away. Unless ``settled`` is
    False, for what is only shown, no hold is placed until the caller's transaction ends.
    """
    if settled:
        share()
    standing = list(in_force())
    if not standing:
        return Held()
    papers = dict(
        Material.objects.filter(pk__in=materials).values_list("pk", "volume") if materials else ()
    )
    asked = set(volumes) | set(papers.values())
    owners = dict(Volume.objects.filter(pk__in=asked).values_list("pk", "subject")) if asked else {}
    people = set(subjects) | set(owners.values())
    homes = dict(Subject.objects.filter(pk__in=people).values_list("pk", "unit"))
    return _Scopes(standing, homes, whole=whole).cut(subjects, volumes, papers, owners)


class _Scopes:
    """The holds in force, by what they cover."""

    def __init__(
        self, standing: Iterable[Hold], homes: dict[UUID, UUID | None], *, whole: bool
    ) -> None:
        by = {hold.target: hold.number for hold in standing}
        inside = [hold for hold in standing if hold.scope in ("volume", "material")]
        self._by, self._homes = by, homes
        self._person = {h.subject: h.number for h in inside if h.subject} if whole else {}
        self._volume = (
            {h.volume: h.number for h in inside if h.scope == "material" and h.volume}
            if whole
            else {}
        )

    def cut(
        self,
        subjects: Collection[UUID],
        volumes: Collection[UUID],
        papers: dict[UUID, UUID],
        owners: dict[UUID, UUID],
    ) -> Held:
        found = Held()
        for subject in subjects:
            number = self._covering(subject) or self._person.get(subject)
            if number:
                found.subjects[subject] = number
        for volume in volumes:
            number = self._of_volume(volume, owners) or self._volume.get(volume)
            if number:
                found.volumes[volume] = number
        for material, volume in papers.items():
            number = self._by.get(material) or self._of_volume(volume, owners)
            if number:
                found.materials[material] = number
        return found

    def _of_volume(self, volume: UUID, owners: dict[UUID, UUID]) -> str | None:
        owner = owners.get(volume)
        return self._by.get(volume) or (self._covering(owner) if owner else None)

    def _covering(self, subject: UUID) -> str | None:
        if subject in self._by:
            return self._by[subject]
        path = units.path(self._homes.get(subject))
        return next((self._by[unit] for unit in path if unit in self._by), None)
