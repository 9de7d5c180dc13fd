"""How far a running import is, told from beside its transaction."""

from __future__ import annotations

import threading
from types import TracebackType
from uuid import UUID

from django.db import DatabaseError, connection
from django.utils import timezone

from dangan.exchange.models import RUNNING, ImportJob

_EVERY = 0.5  # seconds


class Stopped(Exception):  # noqa: N818 - an answer, not an error
    """The owner asked to stop; the import's transaction rolls back."""


class Reporter:
    """Call it with (stage, done, total). It writes to the job every half second from a thread
    with a connection of its own, because the import's own transaction shows nothing until it
    commits; and it raises :class:`Stopped` when the owner has asked to stop."""

    def __init__(self, job: UUID) -> None:
        self._job = job
        self._news: tuple[str, int, int] = ("", 0, 0)
        self._end = threading.Event()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="import-progress", daemon=True)

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._stop.is_set():
            raise Stopped
        self._news = (stage, done, total)

    def __enter__(self) -> Reporter:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the thread; the caller writes the outcome after this."""
        self._end.set()
        self._thread.join(timeout=5)

    def _tell(self) -> None:
        try:
            while not self._end.wait(_EVERY):
                self._write()
        except DatabaseError:
            # The import goes on without a bar; its outcome is written with it.
            return
        finally:
            connection.close()

    def _write(self) -> None:
        stage, done, total = self._news
        job = ImportJob.objects.filter(id=self._job, state__in=RUNNING)
        job.update(stage=stage, done=done, total=total, beat_at=timezone.now())
        if job.filter(stop_asked=True).exists():
            self._stop.set()
