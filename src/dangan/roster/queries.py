"""Questions to the roster, the asker first. Every answer is cut to the asker's rights."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary
from dangan.dictionary.values import normal
from dangan.roster import looking, memory
from dangan.roster.engine import counting, paging
from dangan.roster.engine.cells import RowMaker
from dangan.roster.engine.lens import Lens, Sight
from dangan.roster.looking import ExactLookup, needle
from dangan.roster.rules import (
    NAME,
    Group,
    GroupQuery,
    Hit,
    RosterPage,
    RosterQuery,
    RosterRow,
)

__all__ = [
    "ExactLookup",
    "group",
    "look",
    "names",
    "needle",
    "page",
    "page_of",
    "ready",
    "register_exact_lookup",
    "rows_of",
    "search",
    "subjects",
    "subjects_of_each",
]


def register_exact_lookup(lookup: ExactLookup) -> None:
    """Give the roster a way to find a person by a unique value (ID number) in the database."""
    looking.lookups[:] = [lookup]


def page(actor: Actor, query: RosterQuery) -> RosterPage:
    """Return one page of people. Permission roster.view; raises UnknownPath."""
    begun = time.perf_counter()
    lens, sights = look(actor, query.today)
    return page_of(actor, lens, sights, query, begun=begun)


def page_of(
    actor: Actor, lens: Lens, sights: Sequence[Sight], query: RosterQuery, *, begun: float
) -> RosterPage:
    """Return one page of people from a look taken before, at `begun` (perf_counter).

    Permission roster.view; raises UnknownPath.
    """
    require(actor, "roster.view")
    paging.check_paths(lens.axes, (query.sort, *query.columns), query.filters)
    part = paging.page_part(sights, query, needle(lens, query.text), whole=True)
    rows = tuple(row for _, row in part.rows)
    _note_page(actor, query, part.total, rows)
    took = (time.perf_counter() - begun) * 1000
    return RosterPage(part.total, rows, query.offset, query.limit, took)


def _note_page(actor: Actor, query: RosterQuery, total: int, rows: Sequence[RosterRow]) -> None:
    actor.trail.add(
        Event(
            action="roster.view",
            detail={
                "text": query.text,
                "unit": None if query.unit is None else str(query.unit),
                "filters": sorted(query.filters),
                "sort": query.sort,
                "subjects": [str(row.subject) for row in rows],
            },
            facts={"total": total, "rows": len(rows), "columns": list(query.columns)},
        )
    )


def search(actor: Actor, text: str, limit: int = 10) -> list[Hit]:
    """Find people by part of a name, pinyin, initials, number. Permission roster.view.

    Exact before prefix before part; within these by name.
    """
    require(actor, "roster.view")
    if not normal(text):
        return []
    lens, sights = look(actor, None)
    hits = paging.merge_hits([paging.hit_part(sights, needle(lens, text), limit)], limit)
    actor.trail.add(
        Event(
            action="search.run",
            detail={"text": text, "subjects": [str(hit.subject) for hit in hits]},
            facts={"hits": len(hits)},
        )
    )
    return hits


def group(actor: Actor, query: GroupQuery) -> list[Group]:
    """Count people by one or two columns. Permission statistics.view; raises UnknownPath."""
    require(actor, "statistics.view")
    lens, sights = look(actor, query.today)
    measured = tuple(measure.path for measure in query.measures)
    paging.check_paths(lens.axes, (*query.by, *measured), query.filters)
    part = counting.group_part(sights, query, needle(lens, query.text))
    found = counting.groups(lens.axes, query, part)
    actor.trail.add(
        Event(
            action="statistics.view",
            detail={"text": query.text, "filters": sorted(query.filters)},
            facts={"by": list(query.by), "groups": len(found)},
        )
    )
    return found


def subjects(actor: Actor, query: RosterQuery) -> list[UUID]:
    """Return everyone the query finds, in its order; offset and limit are ignored.

    Permission roster.view. What the caller does with them is the caller's to log.
    """
    require(actor, "roster.view")
    lens, sights = look(actor, query.today)
    paging.check_paths(lens.axes, (query.sort,), query.filters)
    return paging.all_subjects(sights, query, needle(lens, query.text))


def subjects_of_each(actor: Actor, wanted: Sequence[RosterQuery]) -> list[list[UUID]]:
    """What :func:`subjects` returns for each query, from one look at the roster.

    Permission roster.view. What the caller does with them is the caller's to log.
    """
    require(actor, "roster.view")
    lens, sights = look(actor, None)
    for query in wanted:
        paging.check_paths(lens.axes, (query.sort,), query.filters)
    return [paging.all_subjects(sights, query, needle(lens, query.text)) for query in wanted]


def names(ids: Iterable[UUID], dictionary: Dictionary | None = None) -> dict[UUID, str]:
    """Return names without regard to rights: the caller has decided that they may be shown.

    People who are not in the roster, or have no name, are left out. A caller that has the
    dictionary at hand saves a statement by giving it.
    """
    view = memory.roster().view(dictionary or dictionary_queries.current())
    found: dict[UUID, str] = {}
    for subject in set(ids):
        place = view.find(subject)
        name = None if place is None else place[0].column(NAME).text(place[1])
        if name is not None:
            found[subject] = name
    return found


def rows_of(actor: Actor, ids: Iterable[UUID], columns: Sequence[str]) -> dict[UUID, RosterRow]:
    """These people as the actor may see them; whoever is out of reach is left out.

    For rooms that name people beside something else; what they show is theirs to log.
    """
    wanted = set(ids)
    return rows_seen(look(actor, None)[1], wanted, columns) if wanted else {}


def rows_seen(
    sights: Sequence[Sight], wanted: Collection[UUID], columns: Sequence[str]
) -> dict[UUID, RosterRow]:
    """As :func:`rows_of`, of a look that was had at the roster (:func:`look`)."""
    found: dict[UUID, RosterRow] = {}
    for sight in sights:
        maker = RowMaker(sight, columns)
        for subject in wanted:
            place = sight.part.row_of(subject)
            if place is not None and sight.sees(place):
                found[subject] = maker.row(place)
    return found


def ready() -> bool:
    """Tell whether this process has its roster in memory (health check)."""
    return memory.roster().ready


def look(actor: Actor, today: date | None) -> tuple[Lens, list[Sight]]:
    """Return the roster as the actor may see it now: for questions that belong together."""
    return looking.look(actor, today, memory.roster())
