"""Labels: codes issued, replaced when lost, and how they are printed."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.queries.reach import volumes_within
from dangan.materials.storeroom import codes
from dangan.materials.storeroom.models import Code, Setup
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries.places import require_place, tree
from dangan.materials.storeroom.rules.labelling import SHEETS

PRINT = "archive.print"
MOST_AT_ONCE = 500


def print_labels(
    actor: Actor, *, volumes: Collection[UUID] = (), places: Collection[UUID] = ()
) -> dict[UUID, str]:
    """Codes for labels that are about to be printed, in one kind: of volumes or of places.

    Needs ``archive.print`` and ``storeroom.view`` over each. Noted for each volume.
    Raises :class:`Absent` when one is out of reach.
    """
    with recording(actor):
        require(actor, PRINT)
        wanted = set(volumes or places)
        if not wanted:
            raise StoreroomProblem(Message("请先选择要打印标签的案卷。"), "volumes")
        if len(wanted) > MOST_AT_ONCE:
            raise StoreroomProblem(Message("一次最多打印 {most} 枚标签。", most=MOST_AT_ONCE))
        subjects = _subjects(actor, wanted) if volumes else {}
        if not volumes:
            _require_places(actor, wanted)
        made = dict(codes.issue(actor, volumes=volumes, places=places))
        Code.objects.filter(pk__in=made.values()).update(printed_at=timezone.now())
        for one in wanted:
            actor.trail.add(Event("label.print", subject=subjects.get(one), object=str(one)))
    return made


def replace_label(actor: Actor, *, volume: UUID | None = None, place: UUID | None = None) -> str:
    """换发: the label was lost; its code says from now on that it is void, and another is given."""
    with recording(actor):
        require(actor, PRINT)
        if volume is not None:
            subject = _subjects(actor, {volume})[volume]
            rows = Code.objects.filter(volume=volume, void_at__isnull=True)
        elif place is not None:
            _require_places(actor, {place})
            subject = None
            rows = Code.objects.filter(place=place, void_at__isnull=True)
        else:
            raise Absent
        rows.update(void_at=timezone.now(), void_by=actor.id)
        made = codes.issue(
            actor, volumes=[volume] if volume else (), places=[place] if place else ()
        )
        actor.trail.add(Event("label.replace", subject=subject, object=str(volume or place)))
    return next(iter(made.values()))


def set_up(actor: Actor, *, sheet: str, names: bool) -> None:
    """How labels are printed here; needs ``archive.settings``."""
    with recording(actor):
        require(actor, "archive.settings")
        if sheet not in SHEETS:
            raise StoreroomProblem(Message("请从列表中选择标签纸。"), "sheet")
        Setup.objects.update_or_create(pk=1, defaults={"sheet": sheet, "names": names})
        actor.trail.add(Event("label.setup", facts={"sheet": sheet, "names": names}))


def _subjects(actor: Actor, wanted: Collection[UUID]) -> dict[UUID, UUID]:
    rows = volumes_within(actor, PRINT).filter(pk__in=wanted)
    found = dict(
        rows.filter(pk__in=volumes_within(actor, "storeroom.view")).values_list("pk", "subject")
    )
    if len(found) != len(set(wanted)):
        actor.trail.add(Event("label.print", outcome="refused"))
        raise Absent
    return found


def _require_places(actor: Actor, wanted: Collection[UUID]) -> None:
    grown = tree()
    for one in wanted:
        require_place(actor, grown, one)
