"""Taking files in and throwing them away."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.files import scanner
from dangan.files.incoming import Incoming, take_in
from dangan.files.inspecting import accept
from dangan.files.models import SealedFile
from dangan.files.opening import name_place, store
from dangan.files.postponing import postponed
from dangan.files.rules import CHUNK_BYTES, PROOF, BadFile, Terms, named_as, size_text, terms_of
from dangan.files.rules.stream import Readable
from dangan.files.storage import files, place_of
from dangan.files.verifying import Verified, verify
from dangan.vault import queries as vault_queries
from dangan.vault.rules import SubjectKey, seal


def keep(
    actor: Actor,
    *,
    subject: UUID,
    name: str,
    data: Incoming | Readable | bytes,
    allow: Terms | Collection[str] = PROOF,
    held: SubjectKey | None = None,
) -> SealedFile:
    """Takes a file in, sealed under the key of ``subject`` (``vault.rules.SYSTEM`` for nobody's).

    Joins the caller's transaction: the disk has the sealed file when this returns, the row comes
    with the caller's commit, and a file whose row never came is swept up at night. The type is
    told by the content, which must be one of ``allow``. With :data:`SCANS` the file is kept bit
    for bit, an :class:`Incoming` without being written again, and ``pages_seen`` of what is
    returned says how large its pages are; otherwise pictures are encoded anew.

    ``held`` is the key of ``subject``, where the caller has it: for many files at a time.
    Raises :class:`BadFile` with a sentence that names the file; nothing is kept then, and nothing
    was written to the database.
    """
    terms = terms_of(allow)
    if not terms.as_given:
        found, ready = _made_anew(name, data, terms)
    elif isinstance(data, Incoming):
        found, ready = _verified(name, data, terms), data
    else:
        ready = take_in(name, _pieces(name, data, terms))
        found = _verified(name, ready, terms)
    try:
        return _filed(actor, subject, name, found, ready, held or vault_queries.key_of(subject))
    finally:
        if ready is not data:
            ready.close()


def _verified(name: str, incoming: Incoming, terms: Terms) -> Verified:
    """What came in, looked through where it lies; it is gone when it is refused."""
    try:
        _sized(name, incoming.spool.size, terms)
        with incoming.spool.reader() as reader:
            scanner.scan(name, reader)
            return verify(name, reader, terms)
    except BaseException:
        incoming.close()
        raise


def _made_anew(
    name: str, data: Incoming | Readable | bytes, terms: Terms
) -> tuple[Verified, Incoming]:
    if isinstance(data, Incoming):
        _sized(name, data.spool.size, terms)
        data.seek(0)
    content = b"".join(_pieces(name, data, terms))
    scanner.scan_bytes(name, content)
    accepted = accept(name, content, terms)
    return Verified(accepted.media_type, accepted.pages), take_in(name, [accepted.data])


def _pieces(name: str, data: Readable | bytes, terms: Terms) -> Iterator[bytes]:
    """What is given, in pieces, and not much more of it than may be."""
    taken = 0
    source = io.BytesIO(data) if isinstance(data, bytes) else data
    while taken <= terms.size and (piece := source.read(CHUNK_BYTES)):
        taken += len(piece)
        yield piece
    _sized(name, taken, terms)


def _sized(name: str, size: int, terms: Terms) -> None:
    if not size:
        raise BadFile(Message("“{name}”是空文件，请重新选择。", name=name))
    if size > terms.size:
        raise BadFile(
            Message(
                "“{name}”超过 {limit}，请压缩或分成几份再上传。",
                name=name,
                limit=size_text(terms.size),
            )
        )


def _filed(  # noqa: PLR0917 - what a row is made of
    actor: Actor,
    subject: UUID,
    name: str,
    found: Verified,
    incoming: Incoming,
    key: SubjectKey,
) -> SealedFile:
    file = SealedFile(
        id=incoming.spool.id,
        subject=subject,
        object=uuid4(),
        media_type=found.media_type,
        pages=found.pages,
        at=timezone.now(),
        by=actor.id,
    )
    settled = store(key, file, incoming)
    file.sealed_name = seal(key, name_place(file), named_as(name, file.media_type).encode())
    file.size, file.chunks, file.digest = settled.size, settled.chunks, settled.digest
    file.pages_seen, file.small = found.facts, found.small
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
