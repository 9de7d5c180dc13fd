"""kill -9 at any moment: the next sequencer goes on, and the log agrees with every copy."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection
from tests.audit.conftest import log, sql

from dangan.audit.queries import verify
from dangan.audit.sequencer import sequence_once

_CHILD = """
import os, sys, threading
import django
from django.conf import settings
settings.DATABASES["default"]["NAME"] = sys.argv[1]
django.setup()
type(settings.DANGAN).checkpoint_file = property(lambda _: __import__("pathlib").Path(sys.argv[2]))
from dangan.audit.sequencer import run_sequencer
print("up", flush=True)
run_sequencer(threading.Event(), pause=0.001)
"""


def start(file: Path) -> subprocess.Popen[bytes]:
    name = connection.settings_dict["NAME"]
    child = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(name), str(file)],
        stdout=subprocess.PIPE,
        env=os.environ,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"up\n"
    return child


def kill(child: subprocess.Popen[bytes]) -> None:
    child.send_signal(signal.SIGKILL)
    child.wait()
    assert child.stdout is not None
    child.stdout.close()


def rounds_of_killing(file: Path, rounds: int) -> None:
    chance, written = random.Random(7), 0  # noqa: S311 - moments, not secrets
    for _ in range(rounds):
        child = start(file)
        until = time.monotonic() + chance.uniform(0.0, 0.12)
        while time.monotonic() < until:
            count = chance.randint(1, 300)
            log(count)
            written += count
        kill(child)
        report = verify(checkpoints=file if file.exists() else None)
        assert report.ok, report.problems
    # The dead process's transaction may take the server a moment to end.
    for _ in range(50):
        sequence_once()
        if sql("SELECT count(*) FROM audit_leaf") == [(written,)]:
            break
        time.sleep(0.1)
    report = verify(checkpoints=file)
    assert report.ok, report.problems
    assert report.events == report.leaves == written
    assert report.exported > 0


@pytest.mark.django_db(transaction=True)
def test_a_killed_sequencer_is_taken_over(empty_log: Path) -> None:
    rounds_of_killing(empty_log, 3)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_many_times(empty_log: Path) -> None:
    rounds_of_killing(empty_log, 60)
