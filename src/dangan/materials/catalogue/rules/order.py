"""In what order materials stand in a volume: classes one after the other, each by its own rule.

Where the rule leaves two papers equal, what somebody placed by hand comes first, then the number
pencilled on the paper, then the day of filing: an order once taken does not shuffle. A date known
only to the year stands at the end of that year, one known to the month at the end of that month,
and what has no date at the end of all.

What is marked 机密 or above is kept apart (E10) and so comes last in its class: the numbers of the
others have no gap that would tell of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.rules.categories import Categories
from dangan.materials.catalogue.rules.papers import (
    PARTIES,
    level_of,
    party_of,
    rank_of,
    stage_of,
)

When = tuple[int, int, int]
_LATER = (9999, 13, 32)
_NEVER = 1 << 30
_PARTY_PLACES = {key: place for place, (key, _label) in enumerate(PARTIES)}


@dataclass(frozen=True, slots=True)
class Entry:
    """A material as far as its place is concerned. ``since`` orders the days of filing."""

    id: UUID
    body: MaterialBody
    since: float = 0.0
    apart: bool = False


Hand = tuple[int, int, float, int]
Rule = tuple[object, ...]
Key = tuple[Rule, Hand]


def when(body: MaterialBody) -> When:
    """The day by which it stands; an unknown part comes after every known one."""
    known = (body.year, body.month, body.day)
    return (known[0] or _LATER[0], known[1] or _LATER[1], known[2] or _LATER[2])


def hand(entry: Entry) -> Hand:
    """What decides among equals."""
    body = entry.body
    return (body.moved or _NEVER, body.number or _NEVER, entry.since, entry.id.int)


def arrange(entries: Iterable[Entry], table: Categories) -> list[Entry]:
    """All materials of a volume in their order. A class the table does not know comes last."""
    classes: dict[tuple[int, str, bool], list[Entry]] = {}
    for entry in entries:
        no = entry.body.category
        place = table.places.get(no, len(table.places))
        classes.setdefault((place, no, entry.apart), []).append(entry)
    return [
        entry
        for place, no, apart in sorted(classes)
        for entry in _in_class(no, classes[place, no, apart], table)
    ]


def equals(entries: Iterable[Entry], of: UUID, table: Categories) -> list[Entry]:
    """Those among which somebody may place a material by hand: the rule leaves them equal. In
    their order, the material itself among them; empty when it is not there."""
    found = {entry.id: entry for entry in entries}
    if of not in found:
        return []
    one = found[of]
    peers = [
        entry
        for entry in found.values()
        if (entry.body.category, entry.apart) == (one.body.category, one.apart)
    ]
    keyed = _keyed(one.body.category, peers, table)
    wanted = _alike(keyed[of][0])
    return [
        entry
        for entry in sorted(peers, key=lambda peer: keyed[peer.id])
        if _alike(keyed[entry.id][0]) == wanted
    ]


def _in_class(no: str, entries: Sequence[Entry], table: Categories) -> list[Entry]:
    keyed = _keyed(no, entries, table)
    return sorted(entries, key=lambda entry: keyed[entry.id])


def _keyed(no: str, entries: Sequence[Entry], table: Categories) -> dict[UUID, Key]:
    category = table.get(no)
    ordering = category.ordering if category else "date"
    return _KEYS.get(ordering, _by_date)(entries)


def _alike(rule: Rule) -> Rule:
    """The rule's part of a key, without what only tells groups of one date apart."""
    return tuple("" if isinstance(part, _Tie) else part for part in rule)


def _by_date(entries: Sequence[Entry]) -> dict[UUID, Key]:
    return {entry.id: ((when(entry.body),), hand(entry)) for entry in entries}


def _by_party(entries: Sequence[Entry]) -> dict[UUID, Key]:
    """六: league, party, democratic parties; application forms before applications …"""
    return {
        entry.id: (
            (
                _PARTY_PLACES.get(party_of(body.title, body.stage), len(_PARTY_PLACES)),
                rank_of("6", body.title, body.rank),
                when(body),
            ),
            hand(entry),
        )
        for entry in entries
        for body in (entry.body,)
    }


@dataclass(frozen=True, slots=True, order=True)
class _Tie:
    """What orders two groups that begin on one day; groups themselves are never equal by rule
    unless each is a single paper."""

    first: Hand
    group: str = ""


def _by_stage(entries: Sequence[Entry]) -> dict[UUID, Key]:
    """4-1: stages from low to high, within a stage by set, within a set by date."""

    def level(entry: Entry) -> int:
        return level_of(stage_of(entry.body.title, entry.body.stage))

    return _grouped(entries, outer=level, rank=lambda _entry: 0, begins=_earliest)


def _by_matter(entries: Sequence[Entry]) -> dict[UUID, Key]:
    """五 and 八: matters in the order they arose, within one the papers by rank."""
    return _grouped(entries, outer=lambda _entry: 0, rank=_rank, begins=_earliest)


def _by_appointment(entries: Sequence[Entry]) -> dict[UUID, Key]:
    """9-2: by date of the appointment form, its assessment after it."""
    return _grouped(entries, outer=lambda _entry: 0, rank=_rank, begins=_head)


def _rank(entry: Entry) -> int:
    return rank_of(entry.body.category, entry.body.title, entry.body.rank)


def _earliest(group: Sequence[Entry]) -> When:
    return min(when(entry.body) for entry in group)


def _head(group: Sequence[Entry]) -> When:
    return when(min(group, key=lambda entry: (_rank(entry), when(entry.body))).body)


def _grouped(
    entries: Sequence[Entry],
    *,
    outer: Callable[[Entry], int],
    rank: Callable[[Entry], int],
    begins: Callable[[Sequence[Entry]], When],
) -> dict[UUID, Key]:
    """Papers of one matter together; a paper without a matter stands for itself."""
    groups: dict[tuple[int, str], list[Entry]] = {}
    for entry in entries:
        matter = "".join(entry.body.matter.split())
        groups.setdefault((outer(entry), matter or str(entry.id)), []).append(entry)
    keyed: dict[UUID, Key] = {}
    for (level, name), group in groups.items():
        begun = begins(group)
        matter = "".join(group[0].body.matter.split())
        tie = _Tie(min(hand(entry) for entry in group), name)
        for entry in group:
            within = (rank(entry), when(entry.body)) if matter else ()
            keyed[entry.id] = ((level, begun, tie, matter, *within), hand(entry))
    return keyed


_KEYS: dict[str, Callable[[Sequence[Entry]], dict[UUID, Key]]] = {
    "date": _by_date,
    "party": _by_party,
    "stage": _by_stage,
    "matter": _by_matter,
    "appointment": _by_appointment,
}
