"""A roster spread over several processes: each answers for its share, the parts merge exactly.

A share is told by the last byte of a person's identifier, so any process can tell where a person
lies and the database can read one share only. Rights are decided where the people are: what
leaves a process is already cut to the asker. How a question travels is the caller's matter; a
question, its asker and an answer can all be pickled between processes that trust each other.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeAlias

from dangan.access.rules import Actor, require
from dangan.dictionary.values import normal
from dangan.roster import looking
from dangan.roster.engine import counting, paging
from dangan.roster.engine.counting import GroupPart
from dangan.roster.engine.paging import HitPart, PagePart
from dangan.roster.loading import Share
from dangan.roster.memory import Roster
from dangan.roster.rules import Group, GroupQuery, Hit, RosterPage, RosterQuery

Search: TypeAlias = tuple[str, int]
"""A search text and how many hits are wanted."""

Question: TypeAlias = RosterQuery | GroupQuery | Search
Answer: TypeAlias = PagePart | GroupPart | HitPart
Ask: TypeAlias = Callable[[Actor, Question], Answer]
"""Puts a question to one process."""


class Served:
    """The side that holds people: answers questions about its share."""

    def __init__(self, share: Share) -> None:
        self.roster = Roster(share)

    def answer(self, actor: Actor, question: Question) -> Answer:
        """Return this share's part, with every change committed before now."""
        if isinstance(question, tuple):
            text, limit = question
            lens, sights = looking.look(actor, None, self.roster)
            return paging.hit_part(sights, looking.needle(lens, text), limit)
        lens, sights = looking.look(actor, question.today, self.roster)
        needle = looking.needle(lens, question.text)
        if isinstance(question, GroupQuery):
            return counting.group_part(sights, question, needle)
        return paging.page_part(sights, question, needle, whole=False)


def page(actor: Actor, query: RosterQuery, asks: Sequence[Ask]) -> RosterPage:
    """As `queries.page`, of all shares together; the caller logs it."""
    require(actor, "roster.view")
    begun = time.perf_counter()
    axes = looking.axes_on(query.today)
    paging.check_paths(axes, (query.sort, *query.columns), query.filters)
    parts = [part for ask in asks if isinstance(part := ask(actor, query), PagePart)]
    total, rows = paging.merge_pages(parts, query.offset, query.limit)
    took = (time.perf_counter() - begun) * 1000
    return RosterPage(total, tuple(rows), query.offset, query.limit, took)


def search(actor: Actor, text: str, limit: int, asks: Sequence[Ask]) -> list[Hit]:
    """As `queries.search`, of all shares together; the caller logs it."""
    require(actor, "roster.view")
    if not normal(text):
        return []
    parts = [part for ask in asks if isinstance(part := ask(actor, (text, limit)), HitPart)]
    return paging.merge_hits(parts, limit)


def group(actor: Actor, query: GroupQuery, asks: Sequence[Ask]) -> list[Group]:
    """As `queries.group`, of all shares together; the caller logs it."""
    require(actor, "statistics.view")
    axes = looking.axes_on(query.today)
    measured = tuple(measure.path for measure in query.measures)
    paging.check_paths(axes, (*query.by, *measured), query.filters)
    parts = [part for ask in asks if isinstance(part := ask(actor, query), GroupPart)]
    return counting.groups(axes, query, counting.merge_parts(parts))
