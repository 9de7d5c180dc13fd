"""Counts around the list: on the tabs, in the unit tree, on the statistics page.

One :class:`Counts` reads the roster once and then answers any number of questions about that same
moment, so that the figures of a page agree with each other.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import date
from uuid import UUID

from dangan.access.pages import ActorRequest
from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.roster import queries
from dangan.roster.engine import counting, paging, wheres
from dangan.roster.rules import UNIT, Group, GroupQuery, RosterPage, RosterQuery, RosterRow

_KEPT = "roster_counts"


def counts_of(request: ActorRequest) -> Counts:
    """The counts of this request: page and frame share one look, so that they say the same."""
    kept: Counts | None = getattr(request, _KEPT, None)
    if kept is None:
        kept = Counts(request.actor)
        setattr(request, _KEPT, kept)
    return kept


class Counts:
    """The roster as one actor may see it at one moment."""

    def __init__(self, actor: Actor, today: date | None = None) -> None:
        self._actor = actor
        self._lens, self._sights = queries.look(actor, today)

    def totals(self, asked: Sequence[RosterQuery]) -> list[int]:
        """How many people each query finds. A number alone is no look at anybody: no event."""
        require(self._actor, "roster.view")
        return [self._total(query) for query in asked]

    def page(self, asked: RosterQuery) -> RosterPage:
        """A few people, for a page that shows them beside their number."""
        return queries.page_of(
            self._actor, self._lens, self._sights, asked, begun=time.perf_counter()
        )

    def rows(self, ids: Collection[UUID], columns: Sequence[str]) -> dict[UUID, RosterRow]:
        """These people as the actor may see them, as ``roster.queries.rows_of`` gives them."""
        return queries.rows_seen(self._sights, ids, columns)

    def by_unit(self, states: frozenset[str] | None) -> dict[UUID, int]:
        """People whose post is in each unit itself and whom the actor may list."""
        require(self._actor, "roster.view")
        part = counting.group_part(
            self._sights, GroupQuery(by=(UNIT,), states=states), queries.needle(self._lens, "")
        )
        return {
            UUID(str(values[0])): tally.count
            for values, tally in part.tallies.items()
            if values[0] is not None
        }

    def groups(self, asked: Sequence[GroupQuery]) -> list[list[Group]]:
        """The groups of each query; one event for the page that shows them together."""
        require(self._actor, "statistics.view")
        found = [self._groups(query) for query in asked]
        self._actor.trail.add(
            Event(
                action="statistics.view",
                detail={"filters": sorted({path for query in asked for path in query.filters})},
                facts={
                    "by": sorted({path for query in asked for path in query.by}),
                    "groups": sum(len(groups) for groups in found),
                },
            )
        )
        return found

    def _total(self, query: RosterQuery) -> int:
        needle = queries.needle(self._lens, query.text)
        paging.check_paths(self._lens.axes, (), query.filters)
        selected = (paging.selected(sight, query, needle) for sight in self._sights)
        return sum(
            wheres.count(rows, len(sight.part))
            for sight, rows in zip(self._sights, selected, strict=True)
        )

    def _groups(self, query: GroupQuery) -> list[Group]:
        measured = tuple(measure.path for measure in query.measures)
        paging.check_paths(self._lens.axes, (*query.by, *measured), query.filters)
        needle = queries.needle(self._lens, query.text)
        part = counting.group_part(self._sights, query, needle)
        return counting.groups(self._lens.axes, query, part)
