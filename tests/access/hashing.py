"""Argon2 at a cost that suits tests; one story measures the real one."""

from __future__ import annotations

from dangan.access.passwords import Argon2id

REAL = "dangan.access.passwords.Argon2id"
QUICK = "tests.access.hashing.QuickArgon2"


class QuickArgon2(Argon2id):
    """The same algorithm with the least memory and rounds."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1
