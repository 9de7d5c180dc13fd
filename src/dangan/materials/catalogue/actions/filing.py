"""Opening volumes and filing materials."""

from __future__ import annotations

from uuid import UUID

from django.utils import timezone
from msgspec.structs import replace

from dangan.access import units
from dangan.access.rules import Absent, Actor, refuse
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Subject
from dangan.materials.catalogue.actions.marking import (
    name_oneself,
    name_oneself_to_all,
    require_marks,
)
from dangan.materials.catalogue.actions.writing import (
    checked,
    new_material,
    refuse_gated,
    rewrite,
)
from dangan.materials.catalogue.models import FileKind, Fonds, Material, Volume
from dangan.materials.catalogue.problems import CatalogueProblem, Duplicate, LineConflict
from dangan.materials.catalogue.queries.arranging import arranged
from dangan.materials.catalogue.queries.looking import (
    Item,
    Look,
    contents,
    item_of,
    keep,
    material,
)
from dangan.materials.catalogue.queries.settings import settings
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.rules.checking import alike
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey

LETTERS = {FileKind.CADRE: "G", FileKind.STAFF: "Y", FileKind.EMPLOYEE_FILE: "Z"}
"""In the number of a volume: 干部, 员工, 资料."""


def open_volume(
    actor: Actor,
    *,
    subject: UUID,
    fonds: UUID,
    kind: str,
    retention: str = "permanent",
    secrecy: int = 0,
    original: UUID | None = None,
) -> Volume:
    """立卷: a new, empty volume; with ``original`` the partial copy 副本 of that one.

    Needs ``archive.edit`` over the person's unit, and ``archive.settings`` to mark it 机密 or
    above: whoever does is its first named reader. Raises :class:`Absent` for a person out of
    reach, :class:`CatalogueProblem` when the organisation keeps no such files or has one already.
    """
    with recording(actor):
        person = Subject.objects.select_for_update().filter(pk=subject).first()
        if person is None or not actor.may_at("archive.view", units.path(person.unit)):
            raise Absent
        if not actor.may_at("archive.edit", units.path(person.unit)):
            raise refuse(actor, "archive.edit", subject=subject)
        if secrecy >= NAMED_READERS_FROM and not actor.may_at(
            "archive.settings", units.path(person.unit)
        ):
            raise refuse(actor, "archive.settings", subject=subject)
        if kind not in settings().kinds:
            raise CatalogueProblem(Message("本单位不保管这类档案，请在档案室设置里选择。"))
        copy = Volume.Copy.PARTIAL if original else Volume.Copy.ORIGINAL
        others = Volume.objects.filter(subject=subject, kind=kind, copy=copy)
        if others.exclude(standing__in=["away", "destroyed"]).exists():
            raise CatalogueProblem(Message("这个人已有同类的案卷，不能再立一卷。"))
        volume = Volume.objects.create(
            subject=person,
            fonds_id=fonds,
            number=_next_number(fonds, FileKind(kind)),
            kind=kind,
            copy=copy,
            original_id=original,
            retention=retention,
            secrecy=secrecy,
            highest=secrecy,
            keeper=actor.id,
            opened_at=timezone.now(),
            opened_by=actor.id,
        )
        if secrecy >= NAMED_READERS_FROM:
            name_oneself_to_all(actor, volume)
        actor.trail.add(Event("volume.open", subject=subject, object=str(volume.pk)))
        return volume


def _next_number(fonds: UUID, kind: FileKind) -> str:
    found = Fonds.objects.select_for_update().filter(pk=fonds, closed_at__isnull=True).first()
    if found is None:
        raise CatalogueProblem(Message("没有这个全宗，或已停用，请重新选择。"))
    found.next_serial += 1
    found.save(update_fields=["next_serial"])
    return f"{found.code}-{LETTERS[kind]}-{found.next_serial - 1:05d}"


def file_material(
    actor: Actor,
    *,
    volume: UUID,
    body: MaterialBody,
    secrecy: int = 0,
    duplicate: bool = True,
) -> Item:
    """归档: one more line of the catalogue, at its place by the rules of its class.

    Whoever files what is marked 机密 or above becomes its first named reader. Raises as
    :func:`~dangan.materials.catalogue.queries.keep`, :class:`CatalogueProblem` (with the field)
    for a line that cannot be, :class:`Duplicate` without ``duplicate`` when one like it is there.
    """
    with recording(actor):
        found = keep(actor, volume)
        tidy = checked(body)
        refuse_gated("change", found.volume.pk)
        if secrecy >= NAMED_READERS_FROM:
            require_marks(actor, found)
        key = vault.key_of(found.volume.subject_id)
        if not duplicate:
            _refuse_duplicate(found, tidy, key)
        row = new_material(actor, found.volume, key, tidy, secrecy)
        if secrecy >= NAMED_READERS_FROM:
            name_oneself(actor, row)
        return item_of(key, row)


def _refuse_duplicate(found: Look, body: MaterialBody, key: SubjectKey) -> None:
    items, _hidden = contents(found, key=key)
    if any(alike(item.body, body) for item in items):
        raise Duplicate(
            Message(
                "目录里已有同名、同日期的材料“{title}”。确属另一份的，勾选后再保存。",
                title=body.title,
            )
        )


def change_material(actor: Actor, *, material: UUID, version: int, body: MaterialBody) -> Item:
    """Corrects a line; the old version stays. In another class the paper keeps its old number
    until it is renumbered.

    What was placed by hand, its number and its origin are kept whatever ``body`` says of them.
    Raises as :func:`keep_material`, :class:`LineConflict` when somebody was faster,
    :class:`CatalogueProblem` for a line that cannot be.
    """
    with recording(actor):
        looked, item, row = keep_material(actor, material)
        if item.version != version:
            raise LineConflict(version, item.version)
        refuse_gated("change", looked.volume.pk)
        tidy = checked(_keeping(item.body, body))
        return item if tidy == item.body else rewrite(actor, row, tidy)


def _keeping(before: MaterialBody, wanted: MaterialBody) -> MaterialBody:
    """``wanted`` with what only other verbs may change."""
    stays = before.category == wanted.category
    return replace(
        wanted,
        number=before.number if stays else 0,
        was=before.was if stays else before.pencilled,
        moved=before.moved if stays and _place(before) == _place(wanted) else 0,
        removed=before.removed,
    )


def _place(body: MaterialBody) -> tuple[object, ...]:
    return (body.year, body.month, body.day, body.matter, body.stage, body.rank)


def place_material(actor: Actor, *, material: UUID, later: bool) -> None:
    """Moves a material by hand one place up, or down with ``later``, among its equals: those
    that the rule of the class leaves equal.

    Raises as :func:`keep_material`, :class:`CatalogueProblem` when the rule leaves it no choice.
    """
    with recording(actor):
        looked, _item, _row = keep_material(actor, material)
        refuse_gated("change", looked.volume.pk)
        peers = [line.item for line in arranged(looked).equals_of(material)]
        at = next(place for place, peer in enumerate(peers) if peer.id == material)
        to = at + 1 if later else at - 1
        if not 0 <= to < len(peers):
            raise CatalogueProblem(Message("按本类的排列规则，这份材料不能再移动。"))
        peers[at], peers[to] = peers[to], peers[at]
        key = vault.key_of(looked.volume.subject_id)
        for place, peer in enumerate(peers, start=1):
            if peer.body.moved != place:
                row = Material.objects.select_for_update(of=("self",)).get(pk=peer.id)
                rewrite(actor, row, replace(peer.body, moved=place), key=key)


def renumber(actor: Actor, *, volume: UUID, fingerprint: str) -> int:
    """Notes that the numbers on the papers have been pencilled anew as the list said.

    Only those the actor sees: the numbers of marked materials are a named reader's to rewrite.
    Returns how many changed. Raises as :func:`keep`, :class:`CatalogueProblem` when the order has
    changed since the list was shown.
    """
    with recording(actor):
        found = keep(actor, volume)
        refuse_gated("change", found.volume.pk)
        arrangement = arranged(found)
        if arrangement.fingerprint != fingerprint:
            raise CatalogueProblem(Message("目录刚有变化，编号清单已更新，请按新的清单改写。"))
        key = vault.key_of(found.volume.subject_id)
        items = {line.item.id: line.item for line in arrangement.lines}
        for change in arrangement.renumber:
            body = items[change.id].body
            number = int(change.new.rpartition("-")[2])
            row = Material.objects.select_for_update(of=("self",)).get(pk=change.id)
            new = rewrite(actor, row, replace(body, number=number, was=""), key=key)
            Material.objects.filter(origin=row, origin_version=new.version - 1).update(
                origin_version=new.version
            )
        return len(arrangement.renumber)


def keep_material(actor: Actor, material_id: UUID) -> tuple[Look, Item, Material]:
    """A material for a keeper's verb, its volume and row locked.

    Raises :class:`Absent` for what the actor may not know of, :class:`Refused` without
    ``archive.edit`` over the person's unit.
    """
    looked, item = material(actor, material_id, lock=True)
    if not looked.sight.edit:
        raise refuse(actor, "archive.edit", subject=looked.volume.subject_id)
    return looked, item, Material.objects.select_for_update(of=("self",)).get(pk=material_id)
