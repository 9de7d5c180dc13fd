"""A job whose worker was killed is begun again, and given up when it takes workers with it."""

from __future__ import annotations

import pytest
from django.db import connection

from dangan.operations.working import MOST_ATTEMPTS, take_up_stalled

pytestmark = pytest.mark.django_db


def _job(*, silent: int | None, attempts: int = 0, lock: str | None = None) -> int:
    """A job at work; its worker was heard of ``silent`` seconds ago, or is gone altogether."""
    with connection.cursor() as cursor:
        worker = None
        if silent is not None:
            cursor.execute(
                "INSERT INTO procrastinate_workers (last_heartbeat)"
                " VALUES (now() - make_interval(secs => %s)) RETURNING id",
                [silent],
            )
            (worker,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO procrastinate_jobs"
            " (queue_name, task_name, status, attempts, worker_id, queueing_lock, args)"
            " VALUES ('default', 'test', 'doing', %s, %s, %s, '{}') RETURNING id",
            [attempts, worker, lock],
        )
        return int(cursor.fetchone()[0])


def _state(job: int) -> tuple[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs WHERE id = %s", [job])
        found: tuple[str, int] = cursor.fetchone()
    return found


def test_only_jobs_whose_worker_is_gone_are_begun_again() -> None:
    living, silent, orphan = _job(silent=5), _job(silent=120), _job(silent=None)
    assert take_up_stalled() == 2
    assert _state(living)[0] == "doing"
    assert _state(silent)[0] == "todo"
    assert _state(orphan)[0] == "todo"
    assert take_up_stalled() == 0


def test_a_job_that_keeps_killing_its_worker_is_given_up() -> None:
    job = _job(silent=None, attempts=MOST_ATTEMPTS)
    assert take_up_stalled() == 0
    assert _state(job)[0] == "failed"


def test_a_job_that_waits_already_again_is_not_doubled() -> None:
    job = _job(silent=None, lock="only-one")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_jobs (queue_name, task_name, queueing_lock, args)"
            " VALUES ('default', 'test', 'only-one', '{}')"
        )
    assert take_up_stalled() == 0
    assert _state(job)[0] == "failed"
