"""How fast the log is: writing with the sequencer at work, proving, checking everything.

``bench_audit`` writes to the database it runs in: give it one of its own.
"""

from __future__ import annotations

import hashlib
import os
import threading
import time
from typing import TypeAlias
from uuid import uuid4

from django.db import connection, transaction

from dangan.audit import tree
from dangan.audit.actions import flush
from dangan.audit.queries import proof, verify
from dangan.audit.rules import Event, Trail
from dangan.audit.sequencer import run_sequencer, sequence_once
from dangan.vault.actions import make_keys

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

PER_REQUEST = 20
WRITERS = 2


def bench_audit(*, seconds: float = 8.0, baseline_seconds: float = 3.0) -> list[Figure]:
    """The figures of this room; ``seconds`` is how long events are written."""
    chained = _naive_chain(baseline_seconds)
    written = _write(seconds)
    sequence_once()
    chain_check = _naive_check()
    report = verify()
    checked = report.leaves / max(report.took_ms, 1) * 1000
    return [
        ("events written with the sequencer running", written, "/s", 5_000, chained),
        ("full check of the log", checked, "/s", 40_000, chain_check),
        ("inclusion proof, median", _proofs(), "ms", 5, None),
        ("events in the log", float(report.leaves), "", None, None),
        ("problems found", float(len(report.problems)), "", 0, None),
    ]


def _write(seconds: float) -> float:
    """Events a second that requests of 20 events each get into the log, leaf included."""
    stop, counts = threading.Event(), [0] * WRITERS
    subjects = list(make_keys(uuid4() for _ in range(50)))

    def work(number: int) -> None:
        while not stop.is_set():
            trail = Trail(uuid4(), uuid4(), "account", "10.8.2.47")
            for at in range(PER_REQUEST):
                subject = subjects[(counts[number] + at) % len(subjects)]
                trail.add(Event("dossier.read", subject=subject, object="identity", facts={"n": 6}))
            flush(trail)
            counts[number] += PER_REQUEST
        connection.close()

    before = _leaves()
    sequencer = threading.Thread(target=run_sequencer, args=(stop,))
    writers = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    started = time.perf_counter()
    for thread in (sequencer, *writers):
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in (*writers, sequencer):
        thread.join()
    sequence_once()
    # Counted when they are in the tree: what only waits is not yet proved.
    return (_leaves() - before) / (time.perf_counter() - started)


def _leaves() -> int:
    signed = tree.latest()
    return signed.size if signed else 0


def _proofs(rounds: int = 50) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT event FROM audit_leaf ORDER BY random() LIMIT %s", [rounds])
        events = [event for (event,) in cursor.fetchall()]
    took = []
    for event in events:
        started = time.perf_counter()
        proof(event)
        took.append(time.perf_counter() - started)
    return sorted(took)[len(took) // 2] * 1000


def _naive_chain(seconds: float) -> float:
    """The usual hash chain: each event locks its predecessor, one commit each."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_chain")
        cursor.execute(
            "CREATE TABLE bench_chain (id bigserial PRIMARY KEY, entry bytea, hash bytea)"
        )
        cursor.execute("INSERT INTO bench_chain (entry, hash) VALUES ('', '')")
    stop, counts = threading.Event(), [0] * WRITERS
    entry = os.urandom(400)

    def work(number: int) -> None:
        while not stop.is_set():
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(1)")
                cursor.execute("SELECT hash FROM bench_chain ORDER BY id DESC LIMIT 1")
                (last,) = cursor.fetchone()
                cursor.execute(
                    "INSERT INTO bench_chain (entry, hash) VALUES (%s, %s)",
                    [entry, hashlib.sha256(last + entry).digest()],
                )
            counts[number] += 1
        connection.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(WRITERS)]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    stop.set()
    for thread in threads:
        thread.join()
    return sum(counts) / seconds


def _naive_check(rounds: int = 20_000) -> float:
    """Checking the chain as it is usually done: row by row through the ORM's cursor."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM bench_chain")
        (rows,) = cursor.fetchone()
        rows = min(rows, rounds)
        started, last = time.perf_counter(), b""
        for number in range(2, rows + 1):
            cursor.execute("SELECT entry, hash FROM bench_chain WHERE id = %s", [number])
            entry, noted = cursor.fetchone()
            last = hashlib.sha256(last + entry).digest()
            if last != noted:
                raise AssertionError("the chain is broken")
        took = time.perf_counter() - started
        cursor.execute("DROP TABLE bench_chain")
    return float(rows - 1) / took
