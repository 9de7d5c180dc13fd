"""Changing what is known of a volume."""

from __future__ import annotations

from uuid import UUID

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.actions.writing import refuse_gated, refuse_version
from dangan.materials.catalogue.models import Fonds, Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries.looking import keep
from dangan.materials.catalogue.rules.settings import RETENTION

BOOKS_MOST = 99


def change_volume(
    actor: Actor, *, volume: UUID, version: int, retention: str, books: int, fonds: UUID
) -> Volume:
    """Changes retention, number of books and fonds. The number stays what it is: it is written on
    the spine and in registers.

    Raises as :func:`keep`, :class:`CatalogueProblem`.
    """
    with recording(actor):
        row = keep(actor, volume).volume
        refuse_version(row, version)
        refuse_gated("change", volume)
        if retention not in RETENTION:
            raise CatalogueProblem(Message("没有这个保管期限，请重新选择。"), "retention")
        if not 1 <= books <= BOOKS_MOST:
            raise CatalogueProblem(Message("册数写 1 到 {most}。", most=BOOKS_MOST), "books")
        if not _usable(row, fonds):
            raise CatalogueProblem(Message("没有这个全宗，或已停用，请重新选择。"), "fonds")
        before = (row.retention, row.books, str(row.fonds_id))
        row.retention, row.books, row.fonds_id = retention, books, fonds
        row.version += 1
        row.save(update_fields=["retention", "books", "fonds", "version"])
        actor.trail.add(
            Event(
                "volume.change",
                subject=row.subject_id,
                object=str(volume),
                facts={"from": list(before), "to": [retention, books, str(fonds)]},
            )
        )
        return row


def _usable(row: Volume, fonds: UUID) -> bool:
    return row.fonds_id == fonds or Fonds.objects.filter(pk=fonds, closed_at=None).exists()
