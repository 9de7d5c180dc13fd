"""Moving pages about: orders in, orders out."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID


def is_order_of(order: Sequence[UUID], pages: Sequence[UUID]) -> bool:
    """Whether ``order`` holds exactly these pages, each once."""
    return len(order) == len(pages) and set(order) == set(pages)


def turned(rotation: int, by: int) -> int:
    """A rotation after another turn clockwise; both multiples of 90."""
    if by % 90:
        raise ValueError("pages are turned by quarters")
    return (rotation + by) % 360


def halves(pages: Sequence[UUID], at: int) -> tuple[list[UUID], list[UUID]]:
    """The pages before and from the ``at``-th (counted from 1); both halves hold something.

    Raises :class:`ValueError` otherwise.
    """
    if not 1 < at <= len(pages):
        raise ValueError("a material is split between two of its pages")
    return list(pages[: at - 1]), list(pages[at - 1 :])
