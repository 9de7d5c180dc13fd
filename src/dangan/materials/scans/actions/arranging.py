"""Turning, ordering, removing pages; splitting and merging materials."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.dictionary.rules import Message
from dangan.materials.catalogue import actions as catalogue_actions
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.actions.writing import refuse_gated
from dangan.materials.catalogue.models import Material
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.scans.actions.writing import (
    PARKED,
    current,
    hold,
    note,
    recount,
    redraw,
    renumber,
)
from dangan.materials.scans.models import Page
from dangan.materials.scans.problems import ScanProblem
from dangan.materials.scans.rules.arranging import halves, is_order_of, turned


def rotate(actor: Actor, *, page: UUID, by: int) -> Page:
    """Turns a page by a multiple of 90 degrees clockwise; the file stays as it was given."""
    with recording(actor):
        row, material = _page(actor, page)
        row.rotation = turned(row.rotation, by)
        redraw(row)
        row.save(update_fields=["rotation", "sealed_thumbnail", "sealed_checks"])
        note(actor, "rotate", material, [row.pk], rotation=row.rotation)
        return row


def reorder(actor: Actor, *, material: UUID, order: Sequence[UUID]) -> None:
    """Puts the pages into this order. Raises :class:`ScanProblem` when pages came or went since
    the order was chosen."""
    with recording(actor):
        row = hold(actor, material)
        pages = {page.pk: page for page in current(material)}
        if not is_order_of(order, list(pages)):
            raise ScanProblem(Message("页面刚刚有增减，顺序没有保存，请刷新后再排。"))
        renumber([pages[page] for page in order])
        note(actor, "reorder", row, list(order))


def remove_page(actor: Actor, *, page: UUID) -> None:
    """Takes a page out; it can be put back. Raises as ``hold`` and when the volume is held."""
    with recording(actor):
        row, material = _page(actor, page)
        refuse_gated("remove", material.volume_id)
        row.state, number = Page.State.REMOVED, row.number
        row.save(update_fields=["state"])
        renumber(current(material.pk))
        recount([material])
        note(actor, "remove", material, [row.pk], number=number)


def restore_page(actor: Actor, *, page: UUID) -> None:
    """Puts a page that was taken out, or replaced, back at the end."""
    with recording(actor):
        row, material = _page(actor, page, states=("removed", "former"))
        pages = current(material.pk)
        row.state, row.number = Page.State.CURRENT, len(pages) + 1
        row.save(update_fields=["state", "number"])
        recount([material])
        note(actor, "restore", material, [row.pk], number=row.number)


def accept_page(actor: Actor, *, page: UUID, reason: str) -> None:
    """照用: somebody has looked at what the checks say and keeps the page as it is.

    Raises :class:`ScanProblem` without a reason, which the log keeps.
    """
    if not reason.strip():
        raise ScanProblem(Message("请写明照用的理由，例如“原件如此”。"))
    with recording(actor):
        row, material = _page(actor, page)
        row.accepted = True
        row.save(update_fields=["accepted"])
        note(actor, "accept", material, [row.pk], reason=reason.strip())


def move_pages(actor: Actor, *, pages: Sequence[UUID], to: UUID) -> None:
    """Moves pages of one material behind those of another in the same volume."""
    with recording(actor):
        wanted = set(pages)
        source = Page.objects.filter(pk__in=wanted, state=Page.State.CURRENT).first()
        if source is None:
            raise Absent
        # Both rows are locked in one order, whoever moves which way.
        both = {key: hold(actor, key) for key in sorted({source.material_id, to})}
        origin, target = both[source.material_id], both[to]
        if origin.volume_id != target.volume_id or origin.pk == target.pk:
            raise ScanProblem(Message("页面只能移到同一案卷的另一份材料。"))
        staying = current(origin.pk)
        going = [page for page in staying if page.pk in wanted]
        if len(going) != len(wanted):
            raise Absent
        _hand_over(going, target)
        renumber([page for page in staying if page.pk not in wanted])
        recount([origin, target])
        moved = [page.pk for page in going]
        note(actor, "move", origin, moved, to=str(target.pk))
        note(actor, "receive_moved", target, moved, origin=str(origin.pk))


def _hand_over(going: Sequence[Page], target: Material) -> None:
    there = current(target.pk)
    for place, page in enumerate(going):
        page.material, page.number = target, PARKED + place
    Page.objects.bulk_update(going, ["material", "number"])
    renumber([*there, *going])


def split_material(actor: Actor, *, material: UUID, at: int, body: MaterialBody) -> UUID:
    """The pages from the ``at``-th on become a material of their own, as ``body`` says.

    Raises :class:`ScanProblem` for a place that is none; else as ``file_material``.
    """
    with recording(actor):
        row = hold(actor, material)
        pages = current(material)
        try:
            _staying, going = halves([page.pk for page in pages], at)
        except ValueError:
            raise ScanProblem(Message("请选择第 2 页以后的一页，从那里分开。")) from None
        item = catalogue_actions.file_material(
            actor,
            volume=row.volume_id,
            body=msgspec.structs.replace(body, pages=len(going)),
            secrecy=row.secrecy,
        )
        move_pages(actor, pages=going, to=item.id)
        return item.id


def merge_materials(actor: Actor, *, material: UUID, into: UUID) -> None:
    """All pages of ``material`` go behind those of ``into``, and its line is taken out."""
    with recording(actor):
        pages = [page.pk for page in current(material)]
        if pages:
            move_pages(actor, pages=pages, to=into)
        _looked, item = catalogue.material(actor, material)
        catalogue_actions.remove_material(
            actor, material=material, version=item.version, reason="扫描件并入另一份材料"
        )


def _page(actor: Actor, page: UUID, states: Sequence[str] = ("current",)) -> tuple[Page, Material]:
    """The page, locked, and its material, held."""
    found = Page.objects.filter(pk=page, state__in=states).first()
    if found is None:
        raise Absent
    material = hold(actor, found.material_id)
    row = (
        Page.objects.select_for_update()
        .filter(pk=page, material=material, state__in=states)
        .first()
    )
    if row is None:
        raise Absent
    return row, material
