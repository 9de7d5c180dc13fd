"""Looking at a volume: the one way by which pages, registers and exports come to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor, Refused
from dangan.audit.rules import Event
from dangan.materials.avoidance.queries import relation
from dangan.materials.catalogue import grants
from dangan.materials.catalogue.models import FileKind, Material, Reader, Volume
from dangan.materials.catalogue.rules.bodies import MaterialBody, decode
from dangan.materials.catalogue.rules.seeing import Circumstances, Given, Sight, sight
from dangan.materials.catalogue.sealing import material_place
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed, SubjectKey, unseal


@dataclass(frozen=True, slots=True)
class Look:
    """A volume that somebody may see, and how much of it."""

    volume: Volume
    sight: Sight


@dataclass(frozen=True, slots=True)
class Item:
    """A material as one reader sees it."""

    id: UUID
    secrecy: int
    version: int
    body: MaterialBody
    pages: int
    scanned_pages: int
    state: str = Material.State.FILED
    at: datetime | None = None
    """When it came into this version, and by whom."""
    by: UUID | None = None
    filed_at: datetime | None = None
    origin: UUID | None = None
    """In a partial copy: the material of the original."""


def look(actor: Actor, volume: UUID, *, lock: bool = False) -> Look:
    """The volume, locked for a verb if asked for.

    Raises :class:`Absent` when there is none or the actor may not know of it (noted), and
    :class:`Refused` with a reason when it is their own or a relative's cadre file.
    """
    rows = Volume.objects.select_related("fonds", "subject")
    row = (
        (rows.select_for_update(of=("self",)) if lock else rows)
        .filter(pk=volume)
        .exclude(standing=Volume.Standing.DESTROYED)
        .first()
    )
    if row is None:
        _note_refusal(actor, volume, None)
        raise Absent
    seen = sight_of(actor, row)
    if seen.keeps_away:
        _note_refusal(actor, volume, row.subject_id)
        raise Refused("archive.view", "任何人不看本人和亲属的干部人事档案", recorded=True)
    if not seen:
        _note_refusal(actor, volume, row.subject_id)
        raise Absent
    return Look(row, seen)


def keep(
    actor: Actor, volume: UUID, permission: str = "archive.edit", *, lock: bool = True
) -> Look:
    """The volume for a verb of its keeper: seen whole, and ``permission`` held over the person's
    unit. Raises as :func:`look`, and :class:`Refused` without the permission."""
    found = look(actor, volume, lock=lock)
    path = units.path(found.volume.subject.unit)
    if not found.sight.whole or not actor.may_at(permission, path):
        _note_refusal(actor, volume, found.volume.subject_id)
        raise Refused(permission, recorded=True)
    return found


def sight_of(actor: Actor, volume: Volume) -> Sight:
    """How much of it the actor sees; three statements at most."""
    path = units.path(volume.subject.unit)
    keeps = actor.may_at("archive.view", path)
    given = grants.of(actor, volume.pk)
    if not keeps and not given:
        return Sight()
    cadre = volume.kind == FileKind.CADRE
    named = _named(actor, volume.pk)
    return sight(
        Circumstances(
            cadre=cadre,
            mark=volume.secrecy,
            own_or_relative=cadre and relation(actor, volume.subject_id) is not None,
            restricted=volume.restricted_at is not None,
            keeps=keeps,
            may_print=actor.may_at("archive.print", path),
            may_download=actor.may_at("archive.download", path),
            may_edit=actor.may_at("archive.edit", path),
            named_for_all=None in named,
            named_for=frozenset(material for material in named if material is not None),
            grants=tuple(
                Given(g.number, g.materials, g.print, g.download, g.marked) for g in given
            ),
        )
    )


def contents(
    looked: Look, *, key: SubjectKey | None = None, states: Collection[str] = ("filed",)
) -> tuple[list[Item], int]:
    """What the reader sees of the volume, in no order, and how many marked materials are kept
    from them. Two statements. Raises :class:`Absent` when the key is destroyed."""
    held = key or _key(looked.volume.subject_id)
    rows = list(Material.objects.filter(volume=looked.volume, state__in=states))
    shown = [row for row in rows if looked.sight.shows(row.pk, row.secrecy)]
    hidden = len(rows) - len(shown) if looked.sight.whole else 0
    return [item_of(held, row) for row in shown], hidden


def material(actor: Actor, material: UUID, *, lock: bool = False) -> tuple[Look, Item]:
    """One material the actor may see. Raises :class:`Absent`, :class:`Refused` as :func:`look`."""
    row = Material.objects.filter(pk=material).first()
    if row is None:
        _note_refusal(actor, material, None)
        raise Absent
    looked = look(actor, row.volume_id, lock=lock)
    if lock:
        row = Material.objects.select_for_update().get(pk=material)
    if row.state not in _states(looked.sight) or not looked.sight.shows(row.pk, row.secrecy):
        _note_refusal(actor, material, row.subject)
        raise Absent
    return looked, item_of(_key(row.subject), row)


def _states(sight: Sight) -> Collection[str]:
    """What was taken out is for keepers only; what is destroyed for nobody."""
    if sight.whole:
        return {Material.State.FILED, Material.State.REMOVED}
    return {Material.State.FILED}


def item_of(key: SubjectKey, row: Material) -> Item:
    """A material opened; raises :class:`dangan.vault.rules.Tampered`."""
    place = material_place(row.subject, row.pk, row.version)
    body = decode(unseal(key, place, bytes(row.sealed)))
    return Item(
        row.pk,
        row.secrecy,
        row.version,
        body,
        row.pages,
        row.scanned_pages,
        row.state,
        row.at,
        row.by,
        row.filed_at,
        row.origin_id,
    )


def volumes_of(subject: UUID) -> Sequence[Volume]:
    """The volumes of one person that are not destroyed. The caller decides who may know."""
    found = Volume.objects.select_related("fonds", "subject").filter(subject=subject)
    return list(found.exclude(standing=Volume.Standing.DESTROYED).order_by("kind", "copy"))


def _named(actor: Actor, volume: UUID) -> set[UUID | None]:
    in_force = Q(until__isnull=True) | Q(until__gt=timezone.now())
    rows = Reader.objects.filter(in_force, volume=volume, account=actor.id, ended_at__isnull=True)
    return set(rows.values_list("material", flat=True))


def _key(subject: UUID) -> SubjectKey:
    try:
        return vault.key_of(subject)
    except KeyDestroyed as error:
        raise Absent from error


def _note_refusal(actor: Actor, object_: UUID, subject: UUID | None) -> None:
    actor.trail.add(Event("volume.read", outcome="refused", subject=subject, object=str(object_)))
