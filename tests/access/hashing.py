"""Argon2 at a cost that suits tests; one story measures the real one."""

from __future__ import annotations

from django.contrib.auth.hashers import Argon2PasswordHasher

REAL = "django.contrib.auth.hashers.Argon2PasswordHasher"
QUICK = "tests.access.hashing.QuickArgon2"


class QuickArgon2(Argon2PasswordHasher):
    """The same algorithm with the least memory and rounds."""

    time_cost = 1
    memory_cost = 64
    parallelism = 1
