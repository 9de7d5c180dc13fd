"""Secrecy marks and the readers named for what bears them (E10).

The marks are the organisation's own. What is marked 机密 or above is seen by named readers only:
whoever sets the mark or files such a paper has seen it and becomes the first of them. Nobody names
themselves later, one who does not see a thing names nobody to it, and the last reader is not ended.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from dangan.access import units
from dangan.access.queries import NoSuchAccount, actor_of
from dangan.access.rules import Absent, Actor, refuse
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.avoidance.queries import relation_of
from dangan.materials.catalogue.actions.writing import refuse_gated, refuse_version, rewrite
from dangan.materials.catalogue.models import FileKind, Material, Reader, Secrecy, Volume
from dangan.materials.catalogue.problems import CatalogueProblem, LineConflict
from dangan.materials.catalogue.queries.looking import Item, Look, keep, material
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM
from dangan.notices.actions import tell


def require_marks(actor: Actor, looked: Look) -> None:
    """Raises :class:`Refused` unless the actor may set marks from 机密 up: ``archive.settings``."""
    if not actor.may_at("archive.settings", units.path(looked.volume.subject.unit)):
        raise refuse(actor, "archive.settings", subject=looked.volume.subject_id)


def set_secrecy(
    actor: Actor, *, material_id: UUID, version: int, secrecy: int, reason: str
) -> Item:
    """Marks a material or takes its mark away, with a reason.

    From or to 机密 and above it needs ``archive.settings`` besides ``archive.edit``. Raises
    :class:`Absent`, :class:`Refused`, :class:`LineConflict`, :class:`CatalogueProblem`.
    """
    with recording(actor):
        looked, item = material(actor, material_id, lock=True)
        if not looked.sight.edit:
            raise refuse(actor, "archive.edit", subject=looked.volume.subject_id)
        if item.version != version:
            raise LineConflict(version, item.version)
        _check_mark(secrecy, reason)
        if max(secrecy, item.secrecy) >= NAMED_READERS_FROM:
            require_marks(actor, looked)
        refuse_gated("change", looked.volume.pk)
        if secrecy == item.secrecy:
            return item
        row = Material.objects.select_for_update(of=("self",)).get(pk=material_id)
        row.secrecy = secrecy
        if secrecy >= NAMED_READERS_FROM:
            name_oneself(actor, row)
        return rewrite(actor, row, item.body, event="material.mark", reason=reason)


def mark_volume(actor: Actor, *, volume: UUID, version: int, secrecy: int, reason: str) -> Volume:
    """Marks a whole volume: each of its materials then bears the mark at least."""
    with recording(actor):
        found = keep(actor, volume)
        refuse_version(found.volume, version)
        _check_mark(secrecy, reason)
        if max(secrecy, found.volume.secrecy) >= NAMED_READERS_FROM:
            require_marks(actor, found)
            if found.volume.secrecy >= NAMED_READERS_FROM and not found.sight.marked_all:
                raise CatalogueProblem(Message("你不是这个案卷的指定阅览人，不能改它的密级。"))
        refuse_gated("change", volume)
        row = found.volume
        row.secrecy = secrecy
        contents = Material.objects.filter(volume=row, state=Material.State.FILED)
        row.highest = max([secrecy, *contents.values_list("secrecy", flat=True)])
        row.version += 1
        row.save(update_fields=["secrecy", "highest", "version"])
        if secrecy >= NAMED_READERS_FROM:
            _add_reader(actor, row.pk, None, actor.id, None)
        actor.trail.add(
            Event(
                "volume.mark",
                subject=row.subject_id,
                object=str(row.pk),
                reason=reason,
                facts={"secrecy": secrecy},
            )
        )
        return row


def name_reader(
    actor: Actor,
    *,
    volume: UUID,
    account: UUID,
    material_id: UUID | None = None,
    until: datetime | None = None,
) -> Reader:
    """指定阅览人: lets an account see a marked material, or all that is marked in the volume.

    They are told by a notice. Being named gives no sight of the volume itself: whoever does not
    keep it still needs a consultation. Raises :class:`Absent`, :class:`Refused`,
    :class:`CatalogueProblem`.
    """
    with recording(actor):
        found = keep(actor, volume)
        require_marks(actor, found)
        if account == actor.id:
            raise CatalogueProblem(Message("不能指定自己，请由另一名负责人指定。"), "account")
        if until is not None and until <= timezone.now():
            raise CatalogueProblem(Message("有效期须在今天之后。"), "until")
        _require_sight(actor, found, material_id)
        _check_account(found.volume, account)
        reader = _add_reader(actor, volume, material_id, account, until)
        if reader is None:
            raise CatalogueProblem(Message("这个人已是指定阅览人。"), "account")
        tell(
            accounts=[account],
            topic="archive.named",
            url=reverse("catalogue:volume", args=[volume]),
            facts={"number": found.volume.number},
        )
        return reader


def end_reader(actor: Actor, *, reader: UUID) -> Reader:
    """Ends somebody's leave to see what is marked. The last reader in force stays."""
    with recording(actor):
        row = Reader.objects.select_for_update().filter(pk=reader, ended_at__isnull=True).first()
        if row is None:
            raise Absent
        found = keep(actor, row.volume_id)
        require_marks(actor, found)
        _require_sight(actor, found, row.material_id)
        others = readers_in_force(row.volume_id).exclude(pk=row.pk)
        if not others.filter(Q(material=None) | Q(material=row.material_id)).exists():
            raise CatalogueProblem(Message("至少保留一名指定阅览人；先指定他人，再收回。"))
        row.ended_at = timezone.now()
        row.save(update_fields=["ended_at"])
        _note(actor, "reader.end", found.volume, row)
        return row


def readers_in_force(volume: UUID) -> QuerySet[Reader]:
    """Readers whose time is not over."""
    in_force = Q(until__isnull=True) | Q(until__gt=timezone.now())
    return Reader.objects.filter(in_force, volume=volume, ended_at__isnull=True)


def name_oneself(actor: Actor, row: Material) -> None:
    """Whoever marks or files a marked material has seen it: its first named reader."""
    _add_reader(actor, row.volume_id, row.pk, actor.id, None)


def name_oneself_to_all(actor: Actor, volume: Volume) -> None:
    """Whoever opens a marked volume is the first named reader of all that comes into it."""
    _add_reader(actor, volume.pk, None, actor.id, None)


def _add_reader(
    actor: Actor, volume: UUID, material_id: UUID | None, account: UUID, until: datetime | None
) -> Reader | None:
    """None when they are named already. One whose time is over is ended first."""
    standing = Reader.objects.select_for_update().filter(
        volume=volume, material=material_id, account=account, ended_at__isnull=True
    )
    for old in standing:
        if old.until is None or old.until > timezone.now():
            return None
        old.ended_at = old.until
        old.save(update_fields=["ended_at"])
    reader = Reader.objects.create(
        volume_id=volume,
        material_id=material_id,
        account=account,
        until=until,
        at=timezone.now(),
        by=actor.id,
    )
    found = Volume.objects.get(pk=volume)
    _note(actor, "reader.name", found, reader)
    return reader


def _require_sight(actor: Actor, looked: Look, material_id: UUID | None) -> None:
    """Only one who sees a thing decides who else does, unless nobody is left who does."""
    if material_id is not None:
        row = Material.objects.filter(pk=material_id, volume=looked.volume).first()
        if row is None:
            raise Absent
        seen = looked.sight.shows(row.pk, row.secrecy)
    else:
        seen = looked.sight.marked_all or _sees_all(looked)
    wanted = Q(material=None) | Q(material=material_id) if material_id else Q()
    if not seen and readers_in_force(looked.volume.pk).filter(wanted).exists():
        raise refuse(actor, "archive.settings", subject=looked.volume.subject_id)


def _sees_all(looked: Look) -> bool:
    """Whether nothing in the volume is kept from the reader: to name somebody for all that is
    marked is to name them for each."""
    if looked.volume.secrecy >= NAMED_READERS_FROM:
        return False
    rows = Material.objects.filter(volume=looked.volume).exclude(state=Material.State.DESTROYED)
    return all(looked.sight.shows(pk, mark) for pk, mark in rows.values_list("pk", "secrecy"))


def _check_account(volume: Volume, account: UUID) -> None:
    try:
        named = actor_of(account)
    except NoSuchAccount:
        raise CatalogueProblem(Message("没有这个账号，或已停用。"), "account") from None
    if volume.kind == FileKind.CADRE and relation_of(named.subject, volume.subject_id):
        raise CatalogueProblem(Message("本人和亲属不能看其干部人事档案，请指定他人。"), "account")


def _check_mark(secrecy: int, reason: str) -> None:
    if secrecy not in Secrecy.values:
        raise CatalogueProblem(Message("没有这个密级，请重新选择。"), "secrecy")
    if not reason.strip():
        raise CatalogueProblem(Message("请写明定密或解密的理由。"), "reason")


def _note(actor: Actor, name: str, volume: Volume, reader: Reader) -> None:
    actor.trail.add(
        Event(
            name,
            subject=volume.subject_id,
            object=str(reader.material_id or volume.pk),
            facts={"volume": str(volume.pk), "reader": str(reader.account)},
        )
    )
