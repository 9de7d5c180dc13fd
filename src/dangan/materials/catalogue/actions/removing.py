"""剔除: taking a material out of a volume, and putting it back."""

from __future__ import annotations

from uuid import UUID

from msgspec.structs import replace

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.actions.filing import keep_material
from dangan.materials.catalogue.actions.writing import refuse_gated, rewrite
from dangan.materials.catalogue.models import Material
from dangan.materials.catalogue.problems import CatalogueProblem, LineConflict
from dangan.materials.catalogue.queries.looking import Item

REASON_MOST = 300


def remove_material(actor: Actor, *, material: UUID, version: int, reason: str) -> Item:
    """Takes a material out, with a reason that stays with it. It is kept, not destroyed.

    Raises as :func:`keep_material`, :class:`LineConflict`, :class:`CatalogueProblem` when a hold, a
    loan or a transfer stands in the way.
    """
    with recording(actor):
        looked, item, row = keep_material(actor, material)
        _refuse_stale(item, version)
        if item.state != Material.State.FILED:
            raise CatalogueProblem(Message("这份材料已经剔除。"))
        words = reason.strip()
        if not words or len(words) > REASON_MOST:
            raise CatalogueProblem(
                Message("请写明剔除的理由，最多 {most} 字。", most=REASON_MOST), "reason"
            )
        refuse_gated("remove", looked.volume.pk)
        row.state = Material.State.REMOVED
        return rewrite(
            actor,
            row,
            replace(item.body, removed=words),
            change="removed",
            event="material.remove",
            reason=words,
        )


def restore_material(actor: Actor, *, material: UUID, version: int) -> Item:
    """Puts a material that was taken out back at its place; its number is pencilled anew."""
    with recording(actor):
        looked, item, row = keep_material(actor, material)
        _refuse_stale(item, version)
        if item.state != Material.State.REMOVED:
            raise CatalogueProblem(Message("这份材料在目录里，不需要恢复。"))
        refuse_gated("change", looked.volume.pk)
        row.state = Material.State.FILED
        body = replace(item.body, removed="", number=0, was=item.body.pencilled, moved=0)
        return rewrite(actor, row, body, change="restored", event="material.restore")


def _refuse_stale(item: Item, version: int) -> None:
    if item.version != version:
        raise LineConflict(version, item.version)
