"""Taking files in and throwing them away."""

from __future__ import annotations

from collections.abc import Collection
from typing import BinaryIO
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.files.inspecting import accept
from dangan.files.models import SealedFile
from dangan.files.opening import name_place, store
from dangan.files.postponing import postponed
from dangan.files.rules import MAX_BYTES, PROOF, BadFile, named_as, size_text
from dangan.files.storage import files, place_of
from dangan.vault import queries as vault_queries
from dangan.vault.rules import seal


def keep(
    actor: Actor,
    *,
    subject: UUID,
    name: str,
    data: BinaryIO | bytes,
    allow: Collection[str] = PROOF,
) -> SealedFile:
    """Takes a file in, sealed under the key of ``subject`` (``vault.rules.SYSTEM`` for nobody's).

    Joins the caller's transaction: the disk has the sealed file when this returns, the row comes
    with the caller's commit, and a file whose row never came is swept up at night. The type is
    told by the content, which must be one of ``allow``; pictures are decoded and encoded anew.

    Raises :class:`BadFile` with a sentence that names the file; nothing is kept then.
    """
    content = _read(name, data)
    accepted = accept(name, content, allow)
    key = vault_queries.key_of(subject)
    file = SealedFile(
        id=uuid4(),
        subject=subject,
        object=uuid4(),
        media_type=accepted.media_type,
        size=len(accepted.data),
        pages=accepted.pages,
        at=timezone.now(),
        by=actor.id,
    )
    stored = store(key, file, accepted.data)
    file.sealed_name = seal(key, name_place(file), named_as(name, file.media_type).encode())
    file.chunks, file.digest = stored.chunks, stored.digest
    file.save(force_insert=True)
    actor.trail.add(
        Event(
            "file.keep",
            subject=subject,
            object=str(file.id),
            facts={"size": file.size, "type": file.media_type, "sha256": file.digest.hex()},
        )
    )
    return file


def discard(actor: Actor, *, file: UUID) -> None:
    """Throws a file away in the caller's transaction: its key at once, its bytes after the commit.

    A file that a room above must keep for now stays (``postponing``) and goes later.
    Raises :class:`Absent`. Bytes that a crash leaves behind are swept up at night.
    """
    stored = (
        SealedFile.objects.select_for_update().filter(id=file, state=SealedFile.State.KEPT).first()
    )
    if stored is None:
        raise Absent
    if postponed(stored.id, stored.subject):
        return
    stored.state, stored.sealed_key = SealedFile.State.GONE, b""
    stored.save(update_fields=["state", "sealed_key"])
    transaction.on_commit(lambda: files().delete(place_of(stored.object)))
    actor.trail.add(Event("file.discard", subject=stored.subject, object=str(file)))


def _read(name: str, data: BinaryIO | bytes) -> bytes:
    content = data if isinstance(data, bytes) else data.read(MAX_BYTES + 1)
    if not content:
        raise BadFile(Message("“{name}”是空文件，请重新选择。", name=name))
    if len(content) > MAX_BYTES:
        raise BadFile(
            Message(
                "“{name}”超过 {limit}，请压缩或分成几份再上传。",
                name=name,
                limit=size_text(MAX_BYTES),
            )
        )
    return content
