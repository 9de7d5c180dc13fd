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
    lacking = 0
    missing: list[Gap] = []
    total, wanted = _wanted(dictionary)
    for info_set, gaps, whole in wanted:
        values = _newest(info_set, rows_of(rows, info_set.key))
        if values is None:
            lacking += whole.weight
            missing += [whole] if info_set.multiple else gaps
        else:
            found = [gap for gap in gaps if values.get(gap.field) in (None, "")]
            lacking += sum(gap.weight for gap in found)
            missing += found
    missing.sort(key=lambda gap: -gap.weight)
    return Completeness(100 - -(-100 * lacking // total) if total else 100, tuple(missing))


def _newest(info_set: InfoSet, rows: Sequence[Row]) -> Values | None:
    if not rows:
        return None
    key = info_set.sort_by
    if key is None or len(rows) == 1:
        return rows[-1].values
    return max(rows, key=lambda row: str(row.values.get(key) or "")).values


@lru_cache(maxsize=8)
def _wanted(dictionary: Dictionary) -> tuple[int, list[tuple[InfoSet, list[Gap], Gap]]]:
    """The whole weight, and by set what could be missing."""
    wanted = []
    for info_set in dictionary.sets.values():
        gaps = [
            Gap(info_set.key, item.key, _REQUIRED if item.required else _EXPECTED)
            for item in info_set.fields
            if (item.required or item.expected) and not item.needs_consent
        ]
        if info_set.expected and gaps:
            whole = Gap(info_set.key, "", sum(gap.weight for gap in gaps))
            wanted.append((info_set, gaps, whole))
    return sum(whole.weight for _, _, whole in wanted), wanted
