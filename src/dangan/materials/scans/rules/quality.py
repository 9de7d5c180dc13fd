"""What a picture lacks: told from a small grey copy of the page. Nothing is refused for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal
from uuid import UUID

import msgspec
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Fault = Literal["low", "skewed", "blank", "double"]

WORKING_WIDTH = 620
"""Pixels of the copy that skew is measured on."""
ANGLES = 4.0
"""Degrees to either side within which skew is looked for."""
STRIPS = 24
"""Upright strips that the page is sheared in."""
INK = 160
"""A grey value darker than this is ink."""
BLANK_SHARE = 0.0008
"""Less ink than this share of the page is none: dust and the shadow of the edge."""
ALIKE_BITS = 5
"""Of 64: two fingerprints that differ in no more are one page scanned twice."""


class Checks(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was measured on one page; sealed beside it."""

    skew: float = 0.0
    """Degrees by which lines rise to the right (negative: fall)."""
    ink: float = 0.0
    """Share of the page that is ink."""
    print: int = 0
    """64 bits that are alike for pictures that look alike."""


def measure(grey: Grey) -> Checks:
    """All measures of a page's grey copy, some 620 pixels wide."""
    dark = _inside(grey) < INK
    ink = float(dark.mean())
    return Checks(
        skew=round(skew(grey), 2) if ink >= BLANK_SHARE else 0.0,
        ink=round(ink, 5),
        print=fingerprint(grey),
    )


def _inside(grey: Grey) -> Grey:
    """Without the outermost three per cent, where scanners leave shadows."""
    high, wide = grey.shape
    top, left = max(1, high * 3 // 100), max(1, wide * 3 // 100)
    return grey[top : high - top, left : wide - left]


def skew(grey: Grey) -> float:
    """The angle at which rows of ink are densest, by shearing: the variance of row sums is
    greatest when lines of writing lie level. Within 0.1 degrees for a page of text."""
    dark = (_inside(grey) < INK).astype(np.float32)
    edges = np.linspace(0, dark.shape[1], STRIPS + 1).astype(int)
    strips = np.add.reduceat(dark, edges[:-1], axis=1)
    away = (edges[:-1] + edges[1:]) / 2 - dark.shape[1] / 2
    level = partial(_level, strips, away)
    coarse = max(np.arange(-ANGLES, ANGLES + 0.1, 0.5), key=level)
    return float(max(np.arange(coarse - 0.4, coarse + 0.41, 0.1), key=level))


def _level(strips: NDArray[np.float32], away: NDArray[np.float64], degrees: float) -> float:
    """How unevenly ink is spread over rows after turning by ``degrees``: each strip's rows are
    lifted by how far it stands ``away`` from the middle."""
    high, count = strips.shape
    lifts = np.rint(np.tan(np.radians(degrees)) * away).astype(int)
    rows = (np.arange(high)[:, None] - lifts) % high
    sums = strips[rows, np.arange(count)].sum(axis=1)
    return float(np.square(np.diff(sums)).sum())


def fingerprint(grey: Grey) -> int:
    """Difference hash: eight times eight comparisons of neighbours on a 9 × 8 copy."""
    small = _shrunk(grey, 8, 9)
    bits = (small[:, 1:] > small[:, :-1] + 1).flatten()
    return int("".join("1" if bit else "0" for bit in bits), 2)


def _shrunk(grey: Grey, rows: int, columns: int) -> NDArray[np.float64]:
    high, wide = grey.shape
    down = np.linspace(0, high, rows + 1).astype(int)
    across = np.linspace(0, wide, columns + 1).astype(int)
    total = np.add.reduceat(np.add.reduceat(grey.astype(np.int64), down[:-1], 0), across[:-1], 1)
    counts = np.outer(np.diff(down), np.diff(across))
    shrunk: NDArray[np.float64] = total / counts
    return shrunk


@dataclass(frozen=True, slots=True)
class Scanned:
    """One page as the faults are told from it."""

    id: UUID
    dpi: int | None
    checks: Checks


def faults(
    pages: Sequence[Scanned],
    *,
    least_dpi: int,
    most_skew: float,
    elsewhere: Sequence[Checks] = (),
) -> Mapping[UUID, tuple[Fault, ...]]:
    """What a person should look at, by page; pages without fault are left out.

    ``elsewhere`` are pages that one of these may be a double of. Blank pages are no duplicates of
    each other.
    """
    written = [page for page in pages if page.checks.ink >= BLANK_SHARE]
    twins = _twins(written, [one.print for one in elsewhere if one.ink >= BLANK_SHARE])
    found: dict[UUID, tuple[Fault, ...]] = {}
    for page in pages:
        mine: list[Fault] = []
        if page.dpi is not None and page.dpi < least_dpi:
            mine.append("low")
        if page.checks.ink < BLANK_SHARE:
            mine.append("blank")
        elif abs(page.checks.skew) > most_skew:
            mine.append("skewed")
        if page.id in twins:
            mine.append("double")
        if mine:
            found[page.id] = tuple(mine)
    return found


def _twins(pages: Sequence[Scanned], prints: Sequence[int]) -> set[UUID]:
    """Pages that look like one that stands before them, or like one of ``prints``."""
    known, twins = list(prints), set()
    for page in pages:
        mine = page.checks.print
        if any((mine ^ other).bit_count() <= ALIKE_BITS for other in known):
            twins.add(page.id)
        known.append(mine)
    return twins


def encode(checks: Checks) -> bytes:
    return msgspec.json.encode(checks)


def decode(data: bytes) -> Checks:
    return msgspec.json.decode(data, type=Checks)
