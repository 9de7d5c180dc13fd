"""How complete a dossier is (A8). Pure.

Sets marked ``expected`` count; in them each required field weighs two, each expected field one.
Of a set with many rows the newest row counts; a set without a row lacks everything and is one
gap. Fields that rest on consent never count: nobody is nagged into agreeing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from dangan.dictionary.rules import Dictionary, InfoSet
from dangan.dossiers.checks.findings import DossierValues, Row, Values, rows_of

_REQUIRED, _EXPECTED = 2, 1


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing: a field of a set, or with ``field`` ``""`` the whole set."""

    info_set: str
    field: str
    weight: int


@dataclass(frozen=True, slots=True)
class Completeness:
    """``percent`` is whole, 100 only when nothing is missing; ``missing`` heaviest first."""

    percent: int = 0
    missing: tuple[Gap, ...] = ()


def score(rows: DossierValues, dictionary: Dictionary) -> Completeness:
    """The completeness of a person's current rows."""
    total, lacking = 0, 0
    missing: list[Gap] = []
    for info_set, weights in _weights(dictionary):
        total += sum(weight for _, weight in weights)
        values = _newest(info_set, rows_of(rows, info_set.key))
        gaps = [
            Gap(info_set.key, key, weight)
            for key, weight in weights
            if values is None or values.get(key) in (None, "")
        ]
        lacking += sum(gap.weight for gap in gaps)
        whole = Gap(info_set.key, "", sum(weight for _, weight in weights))
        missing += [whole] if values is None and info_set.multiple and weights else gaps
    missing.sort(key=lambda gap: -gap.weight)
    return Completeness(100 - -(-100 * lacking // total) if total else 100, tuple(missing))


def _newest(info_set: InfoSet, rows: Sequence[Row]) -> Values | None:
    if not rows:
        return None
    if info_set.sort_by is None:
        return rows[-1].values
    key = info_set.sort_by
    return max(rows, key=lambda row: str(row.values.get(key) or "")).values


@lru_cache(maxsize=8)
def _weights(dictionary: Dictionary) -> tuple[tuple[InfoSet, tuple[tuple[str, int], ...]], ...]:
    return tuple(
        (
            info_set,
            tuple(
                (item.key, _REQUIRED if item.required else _EXPECTED)
                for item in info_set.fields
                if (item.required or item.expected) and not item.needs_consent
            ),
        )
        for info_set in dictionary.sets.values()
        if info_set.expected
    )
