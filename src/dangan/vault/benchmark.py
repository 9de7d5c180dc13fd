"""How fast the vault is: what one value costs, and a rotation with readers at work.

``bench_vault`` writes to the database it runs in: give it one of its own.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID, uuid4

from django.db import connection, transaction

from dangan.vault.actions import make_keys, rotate
from dangan.vault.queries import Unwrapper, key_of
from dangan.vault.rules import Place, SubjectKey, Suite, seal, unseal

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

KEYS = 100_000
VALUE_BYTES = 500


@dataclass
class _Nobody:
    """Keeps no record: measuring is not an event."""

    @property
    def trail(self) -> _Nobody:
        return self

    def may(self, permission: str) -> bool:
        return bool(permission)

    def note(self, action: str, **_: object) -> None:
        """Nothing to note."""


def bench_vault(*, keys: int = KEYS) -> list[Figure]:
    """The figures of this room; ``keys`` scales the rotation."""
    subjects = _make(keys)
    return [*_values(), *_bulk(), *_rotation(subjects)]


def _make(keys: int) -> list[UUID]:
    subjects = [uuid4() for _ in range(keys)]
    with transaction.atomic():
        for start in range(0, keys, 5_000):
            make_keys(subjects[start : start + 5_000])
    return subjects


def _values() -> list[Figure]:
    """Sealing and opening one value of 500 bytes, in microseconds."""
    figures: list[Figure] = []
    for suite in Suite:
        key = SubjectKey(uuid4(), 1, suite, bytes(32))
        place, plain = Place("record", key.subject, "identity", uuid4(), 1), bytes(VALUE_BYTES)
        rounds = 2_000
        started = time.perf_counter()
        for _ in range(rounds):
            sealed = seal(key, place, plain)
        middle = time.perf_counter()
        for _ in range(rounds):
            unseal(key, place, sealed)
        ended = time.perf_counter()
        figures += [
            (f"seal 500 bytes, {suite.name}", (middle - started) / rounds * 1e6, "µs", None, None),
            (f"open 500 bytes, {suite.name}", (ended - middle) / rounds * 1e6, "µs", None, None),
        ]
    return figures


def _bulk() -> list[Figure]:
    """Unwrapping everybody's key, as a roster does when it starts."""
    started = time.perf_counter()
    unwrapper = Unwrapper()
    with connection.cursor() as cursor:
        cursor.execute("SELECT subject, version, epoch, wrapped FROM keystore.data_key")
        rows = cursor.fetchall()
    for row in rows:
        unwrapper.key(*row)
    took = time.perf_counter() - started
    return [("fetch and unwrap a data key, in bulk", took / len(rows) * 1e6, "µs", None, None)]


def _rotation(subjects: list[UUID]) -> list[Figure]:
    """Rewrapping every key while two readers open values without pause."""
    place = [Place("record", subject) for subject in subjects[:200]]
    sealed = [seal(key_of(one.subject), one, b"x") for one in place]
    stop, reads, failed, slowest = threading.Event(), [0], [0], [0.0]

    def read() -> None:
        at = 0
        while not stop.is_set():
            at = (at + 1) % len(place)
            started = time.perf_counter()
            try:
                unseal(key_of(place[at].subject), place[at], sealed[at])
            except Exception:
                failed[0] += 1
            slowest[0] = max(slowest[0], time.perf_counter() - started)
            reads[0] += 1
            time.sleep(0.005)
        connection.close()

    threads = [threading.Thread(target=read) for _ in range(2)]
    for thread in threads:
        thread.start()
    started = time.perf_counter()
    rotation = rotate(_Nobody())
    took = time.perf_counter() - started
    stop.set()
    for thread in threads:
        thread.join()
    return [
        (f"rotation of {rotation.rewrapped:,} data keys", took, "s", 5.0, None),
        ("reads that failed meanwhile", float(failed[0]), "", 0.0, None),
        (f"slowest of {reads[0]:,} reads meanwhile", slowest[0] * 1000, "ms", None, None),
    ]
