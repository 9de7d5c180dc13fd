"""Opening volumes and filing materials."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.db.models import F
from django.utils import timezone

from dangan.access import units
from dangan.access.rules import Absent, Actor, refuse
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Subject
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.models import FileKind, Fonds, Material, Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries.looking import Item, item_of, keep
from dangan.materials.catalogue.queries.settings import settings
from dangan.materials.catalogue.rules.bodies import MaterialBody, encode
from dangan.materials.catalogue.sealing import material_place
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey, digest, seal

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

    Needs ``archive.edit`` over the person's unit. Raises :class:`Absent` for a person out of
    reach, :class:`CatalogueProblem` when the organisation keeps no such files or has one already.
    """
    with recording(actor):
        person = Subject.objects.select_for_update().filter(pk=subject).first()
        if person is None or not actor.may_at("archive.view", units.path(person.unit)):
            raise Absent
        if not actor.may_at("archive.edit", units.path(person.unit)):
            raise refuse(actor, "archive.edit", subject=subject)
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
        actor.trail.add(Event("volume.open", subject=subject, object=str(volume.pk)))
        return volume


def _next_number(fonds: UUID, kind: FileKind) -> str:
    found = Fonds.objects.select_for_update().filter(pk=fonds, closed_at__isnull=True).first()
    if found is None:
        raise CatalogueProblem(Message("没有这个全宗，或已停用，请重新选择。"))
    found.next_serial += 1
    found.save(update_fields=["next_serial"])
    return f"{found.code}-{LETTERS[kind]}-{found.next_serial - 1:05d}"


def file_material(actor: Actor, *, volume: UUID, body: MaterialBody, secrecy: int = 0) -> Item:
    """归档: one more line of the catalogue, at its place by the rules of its class.

    Raises as :func:`~dangan.materials.catalogue.queries.keep`, :class:`CatalogueProblem` for a
    line that cannot be.
    """
    with recording(actor):
        found = keep(actor, volume)
        refuse_gated("change", found.volume.pk)
        key = vault.key_of(found.volume.subject_id)
        row = new_material(actor, found.volume, key, body, secrecy)
        return item_of(key, row)


def new_material(
    actor: Actor, volume: Volume, key: SubjectKey, body: MaterialBody, secrecy: int
) -> Material:
    """Seals and counts a material, in the caller's transaction; rights are decided."""
    row = Material(
        id=uuid4(),
        volume=volume,
        subject=volume.subject_id,
        secrecy=secrecy,
        at=timezone.now(),
        by=actor.id,
        pages=body.pages,
    )
    row.sealed = seal(key, material_place(row.subject, row.pk, 1), encode(body))
    row.digest = digest(row.sealed)
    row.save(force_insert=True)
    Volume.objects.filter(pk=volume.pk).update(
        materials=F("materials") + 1, pages=F("pages") + body.pages
    )
    actor.trail.add(
        Event(
            "material.file",
            subject=volume.subject_id,
            object=str(row.pk),
            facts={"volume": str(volume.pk), "version": 1, "sha256": row.digest.hex()},
        )
    )
    return row


def refuse_gated(deed: gates.Deed, volume: UUID) -> None:
    """Raises :class:`CatalogueProblem` with the first reason that stands in the way."""
    reasons = gates.reasons(deed, [volume]).get(volume)
    if reasons:
        raise CatalogueProblem(reasons[0])
