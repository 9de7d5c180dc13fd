"""Files that arrive for a volume as a whole, and their way to their materials."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.files import actions as files
from dangan.files.archives import members
from dangan.files.incoming import Incoming
from dangan.files.models import SealedFile
from dangan.files.rules import SCANS, BadFile
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.actions.writing import refuse_gated
from dangan.materials.scans.actions.adding import PAGES_MOST
from dangan.materials.scans.actions.writing import (
    PERMISSION,
    drawn,
    hold,
    note,
    recount,
    standing,
    store,
)
from dangan.materials.scans.models import Arrival
from dangan.materials.scans.problems import ScanProblem
from dangan.materials.scans.sealing import arrival_place
from dangan.vault import queries as vault
from dangan.vault.rules import seal

PATH_MOST = 400
_ZIP = b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Received:
    """What became of what was sent: the files that wait now, and those refused."""

    arrivals: Sequence[Arrival]
    refused: Sequence[tuple[str, Message]]


def receive(actor: Actor, *, volume: UUID, path: str, data: Incoming) -> Received:
    """Takes in one uploaded file, or every member of a ZIP, to wait for its material.

    Refused files are named; the others are kept. Raises ``Absent``, ``Refused``.
    """
    with recording(actor):
        looked = catalogue.keep(actor, volume, PERMISSION, lock=False)
        refuse_gated("change", volume)
        subject = looked.volume.subject_id
        key = vault.key_of(subject)
        arrivals: list[Arrival] = []
        refused: list[tuple[str, Message]] = []
        try:
            for where, content in _each(path, data):
                with content:
                    try:
                        file = files.keep(
                            actor,
                            subject=subject,
                            name=where.rpartition("/")[2],
                            data=content,
                            allow=SCANS,
                            held=key,
                        )
                    except BadFile as error:
                        refused.append((where, error.message))
                        continue
                row = Arrival(
                    id=uuid4(), volume=looked.volume, file=file.pk, pages=file.pages or 1,
                    at=timezone.now(), by=actor.id,
                )  # fmt: skip
                row.sealed = seal(key, arrival_place(subject, row.pk), where[-PATH_MOST:].encode())
                row.save(force_insert=True)
                arrivals.append(row)
        except BadFile as error:
            refused.append((path, error.message))
        actor.trail.add(
            Event(
                "page.receive",
                subject=subject,
                object=str(volume),
                facts={"files": len(arrivals), "refused": len(refused)},
            )
        )
        return Received(arrivals, refused)


def _each(path: str, data: Incoming) -> Iterator[tuple[str, Incoming]]:
    """The file itself, or the members of a ZIP with the folder that the ZIP makes."""
    data.seek(0)
    archive = data.read(len(_ZIP)) == _ZIP
    data.seek(0)
    if not archive:
        yield path, data
        return
    yield from members(data, name=path.rpartition("/")[2])


def place(actor: Actor, *, volume: UUID, plan: Mapping[UUID, Iterable[UUID]]) -> int:
    """Puts arrivals behind the pages of their materials, in the order given; how many pages.

    ``plan`` is by material. Arrivals that somebody else has placed meanwhile are left out.
    Raises as ``add_pages``.
    """
    with recording(actor):
        catalogue.keep(actor, volume, PERMISSION, lock=False)
        placed = 0
        for material in sorted(plan):
            placed += _place(actor, volume, material, list(plan[material]))
        return placed


def _place(actor: Actor, volume: UUID, material: UUID, chosen: Sequence[UUID]) -> int:
    row = hold(actor, material)
    if row.volume_id != volume:
        raise Absent
    found = {
        arrival.pk: arrival
        for arrival in Arrival.objects.select_for_update().filter(pk__in=chosen, volume=volume)
    }
    waiting = [found[arrival] for arrival in chosen if arrival in found]
    kept = SealedFile.objects.in_bulk([arrival.file for arrival in waiting])
    key, first = vault.key_of(row.subject), standing(material) + 1
    ready = [(file := kept[arrival.file], drawn(key, file)) for arrival in waiting]
    if first + sum(len(pictures) for _file, pictures in ready) - 1 > PAGES_MOST:
        raise ScanProblem(Message("一份材料最多 {most} 页，请分成几份。", most=PAGES_MOST))
    pages = store(actor, row, key, ready, first)
    Arrival.objects.filter(pk__in=list(found)).delete()
    if pages:
        recount([row])
        note(actor, "add", row, [page.pk for page in pages])
    return len(pages)


def drop(actor: Actor, *, volume: UUID, arrivals: Iterable[UUID]) -> int:
    """Throws arrivals away, files and all; how many."""
    with recording(actor):
        looked = catalogue.keep(actor, volume, PERMISSION, lock=False)
        rows = list(Arrival.objects.select_for_update().filter(pk__in=arrivals, volume=volume))
        for row in rows:
            files.discard(actor, file=row.file)
            row.delete()
        actor.trail.add(
            Event(
                "page.drop",
                subject=looked.volume.subject_id,
                object=str(volume),
                facts={"files": len(rows)},
            )
        )
        return len(rows)
