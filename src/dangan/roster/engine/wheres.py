"""Sets of rows: all, none, or a mask; the first two cost nothing."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from dangan.roster.engine.columns import Mask, Rows

Where: TypeAlias = bool | Mask
"""True: every row; False: no row. Masks are never changed once made."""


def both(one: Where, other: Where) -> Where:
    if one is False or other is False:
        return False
    if one is True:
        return other
    return one if other is True else one & other


def either(one: Where, other: Where) -> Where:
    if one is True or other is True:
        return True
    if one is False:
        return other
    return one if other is False else one | other


def opposite(where: Where) -> Where:
    return not where if isinstance(where, bool) else ~where


def count(where: Where, length: int) -> int:
    if isinstance(where, bool):
        return length if where else 0
    return int(np.count_nonzero(where))


def rows_of(where: Where, length: int) -> Rows:
    if isinstance(where, bool):
        return np.arange(length if where else 0)
    return np.flatnonzero(where)


def at(where: Where, rows: Rows) -> Mask:
    """Tell for each of these rows whether it is in the set."""
    if isinstance(where, bool):
        return np.full(len(rows), where)
    return where[rows]


def one_row(where: Where, row: int) -> bool:
    return where if isinstance(where, bool) else bool(where[row])
