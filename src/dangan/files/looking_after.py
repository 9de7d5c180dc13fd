"""What is done for the files at night: strays swept up, and every file's bytes compared with what
was written."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.files.incoming import sweep_incoming
from dangan.files.models import SealedFile
from dangan.files.storage import (
    StoreUnavailable,
    files,
    open_object,
    place_of,
    stored_objects,
)

GRACE = timedelta(days=1)
"""How long an object may lie without a row: the transaction that stores it may still run."""

NIGHT_BYTES = 100 * 2**30
"""Bytes read in one night; what has waited longest comes first."""

ROUND_BYTES = 4 * 2**30
"""Bytes after which is written down how far a check has come: some tens of seconds."""

BATCH = 500
_BLOCK = 2**20

Handler = Callable[[int], None]
_handlers: list[Handler] = []


def on_damage(handler: Handler) -> None:
    """Register ``handler(count)``: told in the check's transaction how many files are damaged.

    Call from ``AppConfig.ready``; the same handler counts once.
    """
    if handler not in _handlers:
        _handlers.append(handler)


def sweep(actor: Actor, *, now: datetime | None = None) -> int:
    """Removes objects that no row names, left by a crash or a transaction that was taken back,
    and what killed processes were receiving; returns how many."""
    before = (now or timezone.now()) - GRACE
    removed = sweep_incoming()
    for batch in _batches(stored_objects()):
        old = [name for name, written in batch if written < before]
        kept = SealedFile.objects.filter(object__in=old, state=SealedFile.State.KEPT)
        strays = set(old) - set(kept.values_list("object", flat=True))
        for name in strays:
            files().delete(place_of(name))
        removed += len(strays)
    if removed:
        with recording(actor):
            actor.trail.add(Event("file.sweep", facts={"removed": removed}))
    return removed


def _batches(
    found: Iterator[tuple[UUID, datetime]],
) -> Iterator[list[tuple[UUID, datetime]]]:
    while batch := list(islice(found, BATCH)):
        yield batch


@dataclass(frozen=True, slots=True)
class Fixity:
    """What a check of the files found; ``damaged`` are missing from the disk or altered there."""

    files: int
    size: int
    damaged: tuple[UUID, ...]


def check_fixity(actor: Actor, *, limit: int = NIGHT_BYTES) -> Fixity:
    """Hashes the sealed bytes anew, those first that were not looked at for longest; needs no
    key. What differs is logged as a failure with the identifiers of the files, and those who
    registered are told how many.

    Goes in rounds of some gigabytes, each of which is logged in the transaction that says the
    files were looked at: a check that is killed has reported all it passed, and the next goes on
    behind it.
    """
    done = Fixity(0, 0, ())
    before = timezone.now()
    while done.size < limit:
        found = _round(actor, min(limit - done.size, ROUND_BYTES), before)
        if not found.files:
            break
        done = Fixity(
            done.files + found.files, done.size + found.size, done.damaged + found.damaged
        )
    return done


def _round(actor: Actor, limit: int, before: datetime) -> Fixity:
    waiting = SealedFile.objects.filter(state=SealedFile.State.KEPT).exclude(
        looked_after_at__gte=before
    )
    longest_ago = waiting.order_by(F("looked_after_at").asc(nulls_first=True), "id")
    seen: list[UUID] = []
    damaged: list[UUID] = []
    size = 0
    for file, name, digest, length in longest_ago.values_list("id", "object", "digest", "size")[
        :BATCH
    ]:
        if size >= limit:
            break
        if _digest(name) != bytes(digest):
            damaged.append(file)
        seen.append(file)
        size += length
    if seen:
        _report(actor, seen, size, damaged)
    return Fixity(len(seen), size, tuple(damaged))


def _report(actor: Actor, seen: list[UUID], size: int, damaged: list[UUID]) -> None:
    facts = {"files": len(seen), "bytes": size, "damaged": [str(file) for file in damaged[:100]]}
    with recording(actor):
        SealedFile.objects.filter(id__in=seen).update(looked_after_at=timezone.now())
        actor.trail.add(Event("file.fixity", outcome="failed" if damaged else "done", facts=facts))
        for handler in _handlers if damaged else ():
            handler(len(damaged))


def _digest(name: UUID) -> bytes | None:
    """SHA-256 of what lies on the disk under ``name``; None when nothing does."""
    hashed = hashlib.sha256()
    try:
        with open_object(name) as handle:
            while block := handle.read(_BLOCK):
                hashed.update(block)
    except StoreUnavailable:
        raise  # that a store is away does not tell that anything is damaged
    except OSError:
        return None
    return hashed.digest()
