"""Taking page images in, and putting one in the place of another."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.dictionary.rules import Message
from dangan.files.actions import keep
from dangan.files.incoming import Incoming
from dangan.files.models import SealedFile
from dangan.files.rules import SCANS, BadFile
from dangan.materials.scans.actions.writing import (
    PARKED,
    current,
    drawn,
    hold,
    locked,
    note,
    recount,
    renumber,
    standing,
    store,
)
from dangan.materials.scans.drawing import Drawn
from dangan.materials.scans.models import Page
from dangan.materials.scans.problems import ScanProblem
from dangan.vault import queries as vault

PAGES_MOST = 2_000
"""Pages that one material holds at most."""

Sent = tuple[str, Incoming | bytes]
"""Name and content of one file."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the files: the pages that came of them, and those refused with the reason."""

    pages: Sequence[Page]
    refused: Sequence[tuple[str, Message]]


def add_pages(actor: Actor, *, material: UUID, files: Iterable[Sent]) -> Added:
    """Puts the pages of these files behind those that are there, in the order given.

    A file that is refused is named and the rest are kept. Files are looked through and drawn
    before the material is locked, so that several hands may upload to one volume at a time.
    Raises :class:`Absent`, ``Refused``, ``CatalogueProblem``.
    """
    with recording(actor):
        row = hold(actor, material, lock=False)
        key = vault.key_of(row.subject)
        taken: list[tuple[SealedFile, list[tuple[int, Drawn]]]] = []
        refused: list[tuple[str, Message]] = []
        for name, data in files:
            try:
                file = keep(actor, subject=row.subject, name=name, data=data, allow=SCANS, held=key)
            except BadFile as error:
                refused.append((name, error.message))
            else:
                taken.append((file, drawn(key, file)))
        row = locked(row)
        first = standing(material) + 1
        if first + sum(len(pictures) for _file, pictures in taken) - 1 > PAGES_MOST:
            raise ScanProblem(Message("一份材料最多 {most} 页，请分成几份。", most=PAGES_MOST))
        pages = store(actor, row, key, taken, first)
        if pages:
            recount([row])
            note(actor, "add", row, [page.pk for page in pages])
        return Added(pages, refused)


def replace_page(actor: Actor, *, page: UUID, name: str, data: Incoming | bytes) -> list[Page]:
    """Puts a new scan in the place of a page; the old one stays as a former page.

    A file of several pages takes the place of one. Raises :class:`BadFile`, and as
    :func:`add_pages`.
    """
    with recording(actor):
        old = Page.objects.filter(pk=page, state=Page.State.CURRENT).first()
        if old is None:
            raise Absent
        row = hold(actor, old.material_id)
        key = vault.key_of(row.subject)
        file = keep(actor, subject=row.subject, name=name, data=data, allow=SCANS, held=key)
        before = current(row.pk)
        old = next((one for one in before if one.pk == page), None)
        if old is None:
            raise Absent
        place = before.index(old)
        old.state = Page.State.FORMER
        old.save(update_fields=["state"])
        made = store(actor, row, key, [(file, drawn(key, file))], PARKED)
        Page.objects.filter(pk__in=[one.pk for one in made]).update(instead_of=old)
        renumber([*before[:place], *made, *before[place + 1 :]])
        recount([row])
        note(actor, "replace", row, [old.pk, *(one.pk for one in made)], number=place + 1)
        return made
