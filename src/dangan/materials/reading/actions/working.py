"""Reading the pages that wait, one after another, in the worker.

A page in hand is not locked: rotating it must not wait for the reader. Before a page is read its
attempt is counted and committed, so that a page that kills the process is not tried for ever; what
was read is stored only if nobody has queued the page anew meanwhile. A reader that is killed
leaves the page queued, and the next one begins with it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from dangan.access.queries import system_actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.materials.reading import engine
from dangan.materials.reading.index import page_entry
from dangan.materials.reading.models import Control, Entry, Reading
from dangan.materials.reading.pages import Unreadable, image_of
from dangan.materials.reading.rules.lines import Line, encode
from dangan.materials.reading.sealing import lines_place
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed, VaultError, digest, seal

logger = logging.getLogger(__name__)

TRIES = 3
WAIT = timedelta(minutes=5)
"""Before a page that failed is tried again, times the number of attempts."""

_LOCK = 0x6F6372  # "ocr": one reader per installation, each takes 900 MB and a core


def work(seconds: float = 50) -> int:
    """Reads what waits for about so long; how many pages were read.

    Returns at once when another reader is at work or reading rests.
    """
    until = time.monotonic() + seconds
    done = failed = 0
    with _alone() as mine:
        while mine and time.monotonic() < until:
            taken = _take()
            if taken is None:
                break
            if _read(taken):
                done += 1
            else:
                failed += 1
    if done or failed:
        actor = system_actor(purpose="识别扫描件文字")
        with recording(actor):
            actor.trail.add(Event("reading.run", facts={"pages": done, "failed": failed}))
    return done


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether this is the only reader; PostgreSQL lets go when the process dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (mine,) = cursor.fetchone()
    try:
        yield bool(mine)
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _take() -> Reading | None:
    """The page that has waited longest, its attempt counted; None when nothing is due."""
    if Control.objects.filter(paused_at__isnull=False).exists():
        return None
    waiting = Reading.objects.filter(state=Reading.State.QUEUED, due_at__lte=timezone.now())
    while (row := waiting.order_by("due_at").first()) is not None:
        if row.attempts < TRIES:
            row.attempts += 1
            row.save(update_fields=["attempts"])
            return row
        _give_up(row, Reading.Reason.ENGINE)  # it ended the process that read it
    return None


def _read(row: Reading) -> bool:
    began = time.monotonic()
    try:
        lines = engine.read(image_of(row.page))
    except engine.TooLarge:
        _give_up(row, Reading.Reason.TOO_LARGE)
    except Unreadable:
        _try_later(row, Reading.Reason.UNREADABLE)
    except VaultError as error:
        logger.error("a page of a scan cannot be read: %s", type(error).__name__)
        _try_later(row, Reading.Reason.UNREADABLE)
    except Exception as error:  # whatever the engine throws, the next page is read
        logger.error("reading a page failed: %s", type(error).__name__)
        _try_later(row, Reading.Reason.ENGINE)
    else:
        spent = round((time.monotonic() - began) * 1000)
        return store(row, lines, spent)
    return False


def store(row: Reading, lines: tuple[Line, ...], milliseconds: int = 0) -> bool:
    """Seals what was read and makes it findable; False when the page was queued anew, is gone
    or its person's key was destroyed while it was read."""
    with recording(system_actor()):
        now = Reading.objects.select_for_update().filter(pk=row.page).first()
        if now is None or not _same(now, row.queued_at):
            return False
        try:
            key = vault.key_of(now.subject)
        except KeyDestroyed:
            return False
        now.version += 1
        now.state, now.reason = Reading.State.DONE, Reading.Reason.NONE
        now.read_at, now.milliseconds = timezone.now(), milliseconds
        now.sealed = seal(key, lines_place(now.subject, now.page, now.version), encode(lines))
        now.digest = digest(now.sealed)
        now.save()
        text = "".join(line.text for line in lines)
        entry = page_entry(key, now.page, now.material, now.version, text)
        Entry.objects.bulk_create(
            [entry],
            update_conflicts=True,
            update_fields=["version", "sealed", "grams", "material", "subject"],
            unique_fields=["id"],
        )
    return True


def _same(now: Reading, queued_at: datetime) -> bool:
    return now.state == Reading.State.QUEUED and now.queued_at == queued_at


def _try_later(row: Reading, reason: str) -> None:
    if row.attempts >= TRIES:
        _give_up(row, reason)
        return
    due = timezone.now() + WAIT * row.attempts
    _mine(row).update(due_at=due, reason=reason)


def _give_up(row: Reading, reason: str) -> None:
    """Marks the page; what an earlier reading of another picture said goes."""
    if _mine(row).update(state=Reading.State.FAILED, reason=reason):
        Entry.objects.filter(pk=row.page).delete()


def _mine(row: Reading) -> QuerySet[Reading]:
    return Reading.objects.filter(pk=row.page, state=Reading.State.QUEUED, queued_at=row.queued_at)
