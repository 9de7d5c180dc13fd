"""Looking at a volume: the one way by which pages, registers and exports come to it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone

from dangan.access import brakes, units
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

Names = Collection[UUID | None]
"""The materials of a volume that somebody is a named reader of; None: of all."""


@dataclass(slots=True)
class Look:
    """A volume that somebody may see, and how much of it; lives no longer than the request.

    What is drawn beside each other on a page is given the same look, so that rights are decided
    and the key is unwrapped once.
    """

    volume: Volume
    sight: Sight
    _key: SubjectKey | None = field(default=None, repr=False, compare=False)

    @property
    def key(self) -> SubjectKey:
        """The key of the person; raises :class:`Absent` when it is destroyed. One statement the
        first time."""
        if self._key is None:
            self._key = _key(self.volume.subject_id)
        return self._key


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

    Raises :class:`Absent` when there is none or the actor may not know of it (noted),
    :class:`Refused` with a reason when it is their own or a relative's cadre file, and
    :class:`~dangan.access.brakes.Braked` when they have opened as many people's as they may. A verb
    that locks is not counted: its page was, and the account's other requests do not wait for it.
    """
    rows = Volume.objects.select_related("fonds", "subject").annotate(names=names_of(actor, "pk"))
    row = (
        (rows.select_for_update(of=("self",)) if lock else rows)
        .filter(pk=volume)
        .exclude(standing=Volume.Standing.DESTROYED)
        .first()
    )
    if row is None:
        _note_refusal(actor, volume, None)
        raise Absent
    found = _looked(actor, row, row.names)
    if not lock:
        brakes.ask(actor, "open", row.subject_id)
    return found


def _looked(actor: Actor, row: Volume, names: Names) -> Look:
    """The look at a volume that was read, if the actor may; raises as :func:`look`."""
    seen = sight_of(actor, row, names)
    if seen.keeps_away:
        _note_refusal(actor, row.pk, row.subject_id)
        raise Refused("archive.view", "任何人不看本人和亲属的干部人事档案", recorded=True)
    if not seen:
        _note_refusal(actor, row.pk, row.subject_id)
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


def sight_of(actor: Actor, volume: Volume, names: Names | None = None) -> Sight:
    """How much of it the actor sees; three statements at most, one less with ``names``
    (:func:`names_of`)."""
    path = units.path(volume.subject.unit)
    keeps = actor.may_at("archive.view", path)
    # An administrator (D4) reads nobody's papers, whatever a consultation allows.
    others = actor.barred and volume.subject_id != actor.subject
    given = [] if others else grants.of(actor, volume.pk)
    if not keeps and not given:
        return Sight()
    cadre = volume.kind == FileKind.CADRE
    named = set(_named(actor, volume.pk) if names is None else names)
    return sight(
        Circumstances(
            cadre=cadre,
            mark=volume.secrecy,
            own_or_relative=cadre and relation(actor, volume.subject_id) is not None,
            restricted=bool(volume.restricted_at or volume.subject.restricted_at),
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
    held = key or looked.key
    rows = list(Material.objects.filter(volume=looked.volume, state__in=states))
    shown = [row for row in rows if looked.sight.shows(row.pk, row.secrecy)]
    hidden = len(rows) - len(shown) if looked.sight.whole else 0
    return [item_of(held, row) for row in shown], hidden


def material(actor: Actor, material: UUID, *, lock: bool = False) -> tuple[Look, Item]:
    """One material the actor may see. Raises :class:`Absent`, :class:`Refused` as :func:`look`."""
    rows = Material.objects.select_related("volume__fonds", "volume__subject")
    row = rows.annotate(names=names_of(actor, "volume")).filter(pk=material).first()
    if row is None:
        _note_refusal(actor, material, None)
        raise Absent
    if not lock:
        return opened(actor, row, row.names)
    looked = look(actor, row.volume_id, lock=True)
    return _shown(actor, looked, Material.objects.select_for_update().get(pk=material))


def opened(actor: Actor, row: Material, names: Names) -> tuple[Look, Item]:
    """As :func:`material`, of one that a room above has read with its ``volume__fonds`` and
    ``volume__subject``; ``names`` is what :func:`names_of` gave of the volume."""
    if row.volume.standing == Volume.Standing.DESTROYED:
        _note_refusal(actor, row.volume_id, None)
        raise Absent
    found = _shown(actor, _looked(actor, row.volume, names), row)
    brakes.ask(actor, "open", row.volume.subject_id)
    return found


def _shown(actor: Actor, looked: Look, row: Material) -> tuple[Look, Item]:
    """A material of a volume that was looked at, if it is shown; raises :class:`Absent`."""
    if row.state not in _states(looked.sight) or not looked.sight.shows(row.pk, row.secrecy):
        _note_refusal(actor, row.pk, row.subject)
        raise Absent
    return looked, item_of(looked.key, row)


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


def names_of(actor: Actor, volume: str) -> ArraySubquery:
    """What the actor is a named reader of, to be read with the volume: ``volume`` is the way from
    the row to it."""
    return ArraySubquery(_names(actor).filter(volume=OuterRef(volume)).values("material"))


def _named(actor: Actor, volume: UUID) -> Names:
    return list(_names(actor).filter(volume=volume).values_list("material", flat=True))


def _names(actor: Actor) -> QuerySet[Reader]:
    in_force = Q(until__isnull=True) | Q(until__gt=timezone.now())
    return Reader.objects.filter(in_force, account=actor.id, ended_at__isnull=True)


def _key(subject: UUID) -> SubjectKey:
    try:
        return vault.key_of(subject)
    except KeyDestroyed as error:
        raise Absent from error


def _note_refusal(actor: Actor, object_: UUID, subject: UUID | None) -> None:
    actor.trail.add(Event("volume.read", outcome="refused", subject=subject, object=str(object_)))
