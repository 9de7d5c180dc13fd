"""What every question begins with: today's dictionary and tree, the asker's lens, fresh rows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.values import normal
from dangan.organization import queries as organization_queries
from dangan.roster.engine.axes import Axes
from dangan.roster.engine.lens import Lens, Sight
from dangan.roster.engine.matching import Needle
from dangan.roster.memory import Roster

ExactLookup = Callable[[str, str], UUID | None]
"""(path of a unique field, value) -> subject. Answers without regard to rights."""

SHORTEST_ID = 15
"""ID numbers of the first generation had fifteen digits; shorter texts are never looked up."""

lookups: list[ExactLookup] = []


def axes_on(today: date | None) -> Axes:
    """Return the axes of a day, None for today."""
    return Axes(
        dictionary_queries.current(),
        organization_queries.tree(),
        today or timezone.localdate(),
    )


def look(actor: Actor, today: date | None, roster: Roster) -> tuple[Lens, list[Sight]]:
    """Bring the roster up to date; return the asker's lens and what it shows of each partition."""
    lens = Lens(actor, axes_on(today))
    view = roster.view(lens.axes.dictionary)
    return lens, [
        Sight(lens, part.people, True if part.alive is None else part.alive) for part in view.parts
    ]


def needle(lens: Lens, text: str) -> Needle:
    """Return what to look for, with whose unique value the text is where it may be one."""
    compact = normal(text).replace(" ", "").upper()
    if len(compact) < SHORTEST_ID or not compact.isascii():
        return Needle(text)
    exact = []
    for field in lens.axes.dictionary.unique_fields:
        if field.type != "id_number" or not lens.axes.keeps(field.path):
            continue
        for lookup in lookups:
            subject = lookup(field.path, compact)
            if subject is not None:
                exact.append((field.path, subject))
    return Needle(text, tuple(exact))
