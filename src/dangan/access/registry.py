"""The matrix in force: the tables under ``data/`` read against the dictionary in force."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from dangan.access.rules.parties import Role
from dangan.access.rules.roles import (
    Matrix,
    Permission,
    all_powerful,
    matrix_from,
    permissions_from,
)
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary

EMPLOYEE = "employee"
HEAD = "head"


@cache
def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files("dangan.access") / "data" / name).read_text("utf-8"))


@cache
def permissions() -> dict[str, Permission]:
    """All page permissions, in the order of the table."""
    return permissions_from(_table("permissions.toml"))


@cache
def console_role() -> Role:
    """The role of whoever holds the machine and its root secret."""
    return all_powerful(permissions())


def matrix() -> Matrix:
    """Roles, permissions and conflicts, worked out once per dictionary."""
    return _matrix_of(_Same(dictionary_queries.current()))


class _Same:
    """A dictionary as a cache key: the same object means the same matrix."""

    __slots__ = ("dictionary",)

    def __init__(self, dictionary: Dictionary) -> None:
        self.dictionary = dictionary

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.dictionary is other.dictionary

    def __hash__(self) -> int:
        return id(self.dictionary)


@lru_cache(maxsize=4)
def _matrix_of(key: _Same) -> Matrix:
    return matrix_from(_table("roles.toml"), permissions(), key.dictionary)


def role(key: str) -> Role | None:
    """The role ``key``; None for one that no longer exists, whose grants then give nothing."""
    return matrix().roles.get(key)
