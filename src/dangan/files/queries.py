"""Reading files. Whether the actor may see one is decided by the room that shows it: a file has
no rights of its own, it has those of the row or the case it belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.files.models import SealedFile
from dangan.files.opening import open_content, open_name, open_random
from dangan.files.previews import render
from dangan.files.rules import PDF, size_text
from dangan.vault import queries as vault_queries
from dangan.vault.rules import KeyDestroyed, SubjectKey


@dataclass(frozen=True, slots=True)
class FileInfo:
    """What is told of a file beside its content."""

    id: UUID
    name: str
    media_type: str
    size: int
    pages: int | None
    at: datetime

    @property
    def is_pdf(self) -> bool:
        return self.media_type == PDF

    @property
    def kind(self) -> str:
        """``PDF``, ``JPEG`` …"""
        return self.media_type.partition("/")[2].upper()

    @property
    def size_text(self) -> str:
        return size_text(self.size)


def infos(
    ids: Iterable[UUID], *, held: Mapping[UUID, SubjectKey] | None = None
) -> dict[UUID, FileInfo]:
    """Names, types and sizes; files that are gone or whose key is destroyed are left out.

    Two statements; one when the caller holds the keys (``held``). The caller has decided that
    the asker may know.
    """
    wanted = set(ids)
    if not wanted:
        return {}
    found = list(SealedFile.objects.filter(id__in=wanted, state=SealedFile.State.KEPT))
    keys = held or vault_queries.keys_of({file.subject for file in found}, skip_destroyed=True)
    return {
        file.id: FileInfo(
            file.id,
            open_name(keys[file.subject], file),
            file.media_type,
            file.size,
            file.pages,
            file.at,
        )
        for file in found
        if file.subject in keys
    }


def content(actor: Actor, file: UUID, *, why: str) -> Iterator[bytes]:
    """The file in chunks, each authenticated before it is given out; noted in the log at once.

    Raises :class:`Absent`; while it is read :class:`dangan.vault.rules.Tampered`.
    """
    stored = _kept(file)
    try:
        key = vault_queries.key_of(stored.subject)
    except KeyDestroyed as error:
        raise Absent from error
    actor.trail.add(_read_event(stored, why, {}))
    return open_content(key, stored)


def page_image(
    actor: Actor,
    file: UUID,
    page: int = 1,
    *,
    width: int = 1200,
    rotation: int = 0,
    watermark: str,
    why: str = "",
    held: SubjectKey | None = None,
) -> bytes:
    """One page as JPEG with ``watermark`` all over it, who looks and when; noted in the log.

    The picture may be a twelfth wider than ``width``; ``rotation`` in degrees, clockwise. Only
    the parts of the file that the page needs are opened. One statement when the caller holds the
    key of the file's person (``held``), else two.

    Raises :class:`Absent` also for a page that is not there, and
    :class:`dangan.vault.rules.Tampered`.
    """
    stored = _kept(file)
    if not 1 <= page <= (stored.pages or 1):
        raise Absent
    try:
        key = held or vault_queries.key_of(stored.subject)
    except KeyDestroyed as error:
        raise Absent from error
    with open_random(key, stored) as content:
        actor.trail.add(_read_event(stored, why, {"page": page}))
        return render(
            content, stored.media_type, page, width=width, rotation=rotation, watermark=watermark
        )


def _kept(file: UUID) -> SealedFile:
    stored = SealedFile.objects.filter(id=file, state=SealedFile.State.KEPT).first()
    if stored is None:
        raise Absent
    return stored


def _read_event(stored: SealedFile, why: str, facts: dict[str, int]) -> Event:
    return Event(
        "file.read", subject=stored.subject, object=str(stored.id), reason=why, facts=facts
    )
