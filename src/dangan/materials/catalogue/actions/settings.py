"""Setting up the archive room: its terms, the kinds of file it keeps, its fonds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction
from django.utils import timezone

from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.models import FileKind, Fonds, Settings
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.rules.settings import ArchiveSettings, wrong

_CODE = re.compile(r"[A-Z0-9]{1,12}")
NAME_MOST = 120


def save_settings(actor: Actor, *, version: int, values: Mapping[str, object]) -> ArchiveSettings:
    """Sets the terms given, keeps the others. Needs ``archive.settings`` above all units.

    Raises :class:`CatalogueProblem` for a term out of its bounds, for 人事档案 kept without saying
    by whose authority, and when somebody changed the settings in the meantime.
    """
    _require_all(actor)
    with recording(actor):
        row, _made = Settings.objects.select_for_update().get_or_create(pk=1)
        if row.version != version:
            raise CatalogueProblem(Message("设置刚被别人改过，请核对现在的内容后再保存。"))
        body = {**row.body, **values}
        try:
            wanted = msgspec.convert(body, ArchiveSettings, strict=False)
        except msgspec.ValidationError:
            raise CatalogueProblem(Message("有的期限不是数字，请核对。")) from None
        found = wrong(wanted, frozenset(FileKind.values))
        if found is not None:
            raise CatalogueProblem(found[1], found[0])
        changed = sorted(key for key in values if row.body.get(key) != values[key])
        row.body = msgspec.to_builtins(wanted)
        row.version += 1
        row.save()
        actor.trail.add(Event("archive.settings", facts={"changed": changed}))
        return wanted


def open_fonds(actor: Actor, *, code: str, name: str, unit: UUID | None = None) -> Fonds:
    """A new fonds; its code begins the numbers of its volumes."""
    _require_all(actor)
    code, name = code.strip().upper(), " ".join(name.split())
    _check_name(name)
    if not _CODE.fullmatch(code):
        raise CatalogueProblem(Message("全宗号用 1 到 12 个字母或数字，例如 HD。"), "code")
    with recording(actor):
        try:
            with transaction.atomic():
                row = Fonds.objects.create(
                    code=code, name=name, unit=unit, opened_at=timezone.now()
                )
        except IntegrityError:
            raise CatalogueProblem(
                Message("全宗号 {code} 已有，请换一个。", code=code), "code"
            ) from None
        actor.trail.add(Event("fonds.open", object=str(row.pk), facts={"code": code}))
        return row


def change_fonds(actor: Actor, *, fonds: UUID, name: str, unit: UUID | None, closed: bool) -> Fonds:
    """Renames a fonds, ties it to a branch, closes or reopens it. What it holds stays."""
    _require_all(actor)
    name = " ".join(name.split())
    _check_name(name)
    with recording(actor):
        row = Fonds.objects.select_for_update().filter(pk=fonds).first()
        if row is None:
            raise Absent
        row.name, row.unit = name, unit
        if closed != (row.closed_at is not None):
            row.closed_at = timezone.now() if closed else None
        row.save(update_fields=["name", "unit", "closed_at"])
        actor.trail.add(Event("fonds.change", object=str(fonds), facts={"closed": closed}))
        return row


def _check_name(name: str) -> None:
    if not name or len(name) > NAME_MOST:
        raise CatalogueProblem(Message("请填写全宗名称，最多 {most} 字。", most=NAME_MOST), "name")


def _require_all(actor: Actor) -> None:
    """The settings hold for everybody: an archivist of one branch does not change them."""
    require(actor, "archive.settings")
    if not actor.may_at("archive.settings", ()):
        raise refuse(actor, "archive.settings")
