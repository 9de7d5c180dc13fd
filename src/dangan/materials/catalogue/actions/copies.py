"""副本: opening a partial copy from materials of the original, and keeping it up to date.

When the original changes, so does the copy (干部人事档案工作条例); until then it is listed.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from msgspec.structs import replace

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.actions.filing import open_volume
from dangan.materials.catalogue.actions.writing import new_material, refuse_gated, rewrite
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries.copies import lagging
from dangan.materials.catalogue.queries.looking import contents, item_of, keep
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey


def open_copy(actor: Actor, *, original: UUID, materials: Collection[UUID]) -> Volume:
    """Opens the partial copy of an original with these of its materials.

    Raises as :func:`keep`, :class:`CatalogueProblem` when nothing was chosen, when the volume is a
    copy itself or has one.
    """
    with recording(actor):
        found = keep(actor, original)
        if found.volume.copy != Volume.Copy.ORIGINAL:
            raise CatalogueProblem(Message("副本只能从正本建立。"))
        items, _hidden = contents(found)
        chosen = [item for item in items if item.id in set(materials)]
        if not chosen:
            raise CatalogueProblem(Message("请至少选择一份材料。"), "materials")
        copy = open_volume(
            actor,
            subject=found.volume.subject_id,
            fonds=found.volume.fonds_id,
            kind=found.volume.kind,
            retention=found.volume.retention,
            secrecy=found.volume.secrecy,
            original=original,
        )
        key = vault.key_of(found.volume.subject_id)
        rows = Material.objects.in_bulk([item.id for item in chosen])
        for item in chosen:
            body = _copied(item.body, MaterialBody(category=item.body.category, title=""))
            new_material(actor, copy, key, body, item.secrecy, origin=rows[item.id])
        copy.refresh_from_db()
        return copy


def bring_up_to_date(actor: Actor, *, volume: UUID) -> int:
    """Makes a partial copy agree with its original; returns how many of its materials changed.

    Materials that the actor does not see wait for somebody who does.
    """
    with recording(actor):
        found = keep(actor, volume)
        refuse_gated("change", volume)
        key = vault.key_of(found.volume.subject_id)
        done = 0
        for row in lagging(volume).select_for_update(of=("self",)):
            origin = row.origin
            if origin is None or not (
                found.sight.shows(row.pk, row.secrecy)
                and found.sight.shows(origin.pk, min(origin.secrecy, row.secrecy))
            ):
                continue
            _agree(actor, key, row, origin)
            done += 1
        return done


def _agree(actor: Actor, key: SubjectKey, row: Material, origin: Material) -> None:
    own, theirs = item_of(key, row).body, item_of(key, origin).body
    row.origin_version = origin.version
    if origin.state != Material.State.FILED:
        row.state = Material.State.REMOVED
        rewrite(actor, row, replace(own, removed="正本已剔除"), key=key, change="removed")
        return
    row.secrecy = origin.secrecy
    rewrite(actor, row, _copied(theirs, own), key=key)


def _copied(theirs: MaterialBody, own: MaterialBody) -> MaterialBody:
    """The original's line as it stands in the copy, which has numbers of its own."""
    stays = theirs.category == own.category
    return replace(
        theirs,
        copy=True,
        number=own.number if stays else 0,
        was=own.was if stays else own.pencilled,
        moved=own.moved if stays else 0,
        removed="",
    )
