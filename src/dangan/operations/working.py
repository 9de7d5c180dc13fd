"""A worker of background jobs, and what becomes of a job whose worker was killed."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from procrastinate.contrib.django import app

from dangan.operations.health.logs import JOB

if TYPE_CHECKING:
    from procrastinate.job_context import JobContext
    from procrastinate.middleware import AsyncCallNext
    from procrastinate.worker import Worker

CONCURRENCY = 2
SILENT_SECONDS = 45
"""A worker tells every ten seconds that it lives."""
MOST_ATTEMPTS = 3
"""A job that has taken its worker with it so often is not begun again."""
_log = logging.getLogger("dangan.jobs")

_STALLED = """
SELECT j.id, j.attempts FROM procrastinate_jobs j
LEFT JOIN procrastinate_workers w ON w.id = j.worker_id
WHERE j.status = 'doing'
    AND (w.id IS NULL OR w.last_heartbeat < now() - make_interval(secs => %s))
ORDER BY j.id FOR UPDATE OF j SKIP LOCKED
"""


def run_worker() -> None:
    """Works until SIGTERM or SIGINT, then finishes the jobs it has begun."""
    asyncio.run(_work())


async def _work() -> None:
    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]  # Django's connector has it
        async with app.open_async():
            await app.run_worker_async(
                concurrency=CONCURRENCY, worker_middleware=[numbered], install_signal_handlers=True
            )


async def numbered(call_next: AsyncCallNext, context: JobContext, worker: Worker) -> Any:  # noqa: ARG001 - procrastinate's signature
    """Has what is logged during a job bear its number."""
    token = JOB.set(f"{context.job.task_name}[{context.job.id}]")
    try:
        return await call_next()
    finally:
        JOB.reset(token)


def take_up_stalled() -> int:
    """Puts jobs back whose worker is gone; returns how many.

    Jobs may be run again: each either is one transaction or goes on where it stood. One that has
    been begun :data:`MOST_ATTEMPTS` times is given up, and so is one that waits already again.
    """
    taken = 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_STALLED, [SILENT_SECONDS])
        for job, attempts in cursor.fetchall():
            # It counts a try when it is put back.
            again = attempts + 1 < MOST_ATTEMPTS and _put_back(job)
            if again:
                taken += 1
            else:
                cursor.execute("SELECT procrastinate_finish_job_v1(%s, 'failed', false)", [job])
            _log.warning("job %d was cut off; %s", job, "begun again" if again else "given up")
    return taken


def _put_back(job: int) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT procrastinate_retry_job_v1(%s, now(), NULL, NULL, NULL)", [job])
    except IntegrityError:
        return False
    return True
