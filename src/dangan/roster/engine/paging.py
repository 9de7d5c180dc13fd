"""Pages, hits and whole lists of people: the part of one process, and how parts merge.

A part holds the first people of the asker's order with their sort keys; merging picks the window.
Parts of the partitions in one process and parts sent by other processes merge alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from dangan.roster.engine import wheres
from dangan.roster.engine.axes import Axes
from dangan.roster.engine.cells import RowMaker
from dangan.roster.engine.lens import Sight
from dangan.roster.engine.matching import (
    EXACT,
    Needle,
    Scores,
    in_states,
    in_unit,
    matches,
    scores,
    text_matches,
)
from dangan.roster.engine.ordering import Ordered, OrderKey, merge_window
from dangan.roster.engine.wheres import Where, both
from dangan.roster.rules import (
    NAME,
    NUMBER,
    UNIT,
    Filter,
    GroupQuery,
    Hit,
    RosterQuery,
    RosterRow,
)

POSITION = "post.position"
HIT_COLUMNS = (NAME, NUMBER, UNIT, POSITION)


@dataclass(frozen=True, slots=True)
class PagePart:
    """What one process knows of a page: the total, and its first rows with their keys."""

    total: int
    rows: tuple[tuple[OrderKey, RosterRow], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def key(self, place: int) -> OrderKey:
        return self.rows[place][0]


@dataclass(frozen=True, slots=True)
class HitPart:
    """The best hits of one process, best first, with their keys."""

    hits: tuple[tuple[OrderKey, Hit], ...]

    def __len__(self) -> int:
        return len(self.hits)

    def key(self, place: int) -> OrderKey:
        return self.hits[place][0]


def selected(sight: Sight, query: RosterQuery | GroupQuery, needle: Needle) -> Where:
    """Return the rows a query is about, already cut to what the asker may know."""
    found = both(sight.rows, in_states(sight, query.states))
    if query.unit is not None and found is not False:
        found = both(found, in_unit(sight, query.unit, query.subtree))
    for path, given in query.filters.items():
        found = both(found, matches(sight, path, given))
    if needle.words and found is not False:
        found = both(found, text_matches(sight, needle))
    return found


def check_paths(axes: Axes, paths: Sequence[str], filters: Mapping[str, Filter]) -> None:
    """Raise UnknownPath unless the roster keeps all of these, whoever asks."""
    for path in (*paths, *filters):
        axes.axis(path)


# --- pages -----------------------------------------------------------------------------------


def page_part(
    sights: Sequence[Sight], query: RosterQuery, needle: Needle, *, whole: bool
) -> PagePart:
    """Answer for these partitions.

    `whole`: the partitions are the whole roster, so only the window itself is made; otherwise
    everything up to its end is, for a merge elsewhere.
    """
    total, lists = ordered(sights, query, needle, first=query.offset + query.limit)
    offset = query.offset if whole else 0
    limit = query.limit if whole else query.offset + query.limit
    makers = [RowMaker(sight, query.columns) for sight in sights]
    rows = []
    for number, place in merge_window(lists, offset, limit):
        row = makers[number].row(int(lists[number].rows[place]))
        rows.append((() if whole else lists[number].key(place), row))
    return PagePart(total, tuple(rows))


def merge_pages(parts: Sequence[PagePart], offset: int, limit: int) -> tuple[int, list[RosterRow]]:
    """Merge parts that were not made as whole; returns the total and the window's rows."""
    window = merge_window(parts, offset, limit)
    return sum(part.total for part in parts), [
        parts[number].rows[place][1] for number, place in window
    ]


def ordered(
    sights: Sequence[Sight], query: RosterQuery, needle: Needle, first: int
) -> tuple[int, list[Ordered]]:
    """Return how many people there are and, per partition, the first of them in order."""
    total, lists = 0, []
    for sight in sights:
        wanted = selected(sight, query, needle)
        total += wheres.count(wanted, len(sight.part))
        axis = sight.lens.axes.axis(query.sort)
        lists.append(Ordered(sight, wanted, axis, descending=query.descending, first=first))
    return total, lists


def all_subjects(sights: Sequence[Sight], query: RosterQuery, needle: Needle) -> list[UUID]:
    """Return everyone a query finds, in its order."""
    everyone = sum(len(sight.part) for sight in sights)
    total, lists = ordered(sights, query, needle, first=everyone)
    return [
        sights[number].part.subject(int(lists[number].rows[place]))
        for number, place in merge_window(lists, 0, total)
    ]


# --- search ----------------------------------------------------------------------------------


def hit_part(sights: Sequence[Sight], needle: Needle, limit: int) -> HitPart:
    """Return the best hits of these partitions: exact before prefix before part, then by name."""
    found: list[tuple[OrderKey, Hit]] = []
    for sight in sights:
        found += _hits(sight, needle, limit)
    found.sort(key=lambda item: item[0])
    return HitPart(tuple(found[:limit]))


def merge_hits(parts: Sequence[HitPart], limit: int) -> list[Hit]:
    """Merge the best hits of several processes."""
    return [parts[number].hits[place][1] for number, place in merge_window(parts, 0, limit)]


def _hits(sight: Sight, needle: Needle, limit: int) -> list[tuple[OrderKey, Hit]]:
    by_path = {path: score for path, score in scores(sight, needle).items() if score is not None}
    if not by_path or sight.rows is False:
        return []
    best = _best(list(by_path.values()))
    allowed = both(sight.rows, in_states(sight, None))
    found: list[tuple[OrderKey, Hit]] = []
    for level in range(EXACT, 0, -1):
        wanted = both(best == level, allowed)
        lists = Ordered(sight, wanted, None, descending=False, first=limit - len(found))
        for place, row in enumerate(lists.rows.tolist()):
            matched = next(path for path, score in by_path.items() if score[row] == level)
            found.append(((-level, *lists.key(place)), _hit(sight, row, matched, level)))
        if len(found) >= limit:
            break
    return found


def _best(found: Sequence[Scores]) -> Scores:
    best = found[0]
    for more in found[1:]:
        best = np.maximum(best, more)
    return best


def _hit(sight: Sight, row: int, matched: str, score: int) -> Hit:
    kept = tuple(path for path in HIT_COLUMNS if sight.lens.axes.keeps(path))
    made = RowMaker(sight, kept).row(row)
    return Hit(made.subject, made.unit, made.state, matched, score, made.cells)
