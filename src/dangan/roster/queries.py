"""Questions to the roster, the asker first. Every answer is cut to the asker's rights."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from uuid import UUID

from dangan.access.rules import Actor
from dangan.roster.rules import Group, GroupQuery, Hit, RosterPage, RosterQuery

ExactLookup = Callable[[str, str], UUID | None]
"""(path of a unique field, value) -> subject. Answers without regard to rights."""


def register_exact_lookup(lookup: ExactLookup) -> None:
    """Give the roster a way to find a person by a unique value (ID number) in the database."""
    raise NotImplementedError


def page(actor: Actor, query: RosterQuery) -> RosterPage:
    """Return one page of people. Permission roster.view."""
    raise NotImplementedError


def search(actor: Actor, text: str, limit: int = 10) -> list[Hit]:
    """Find people by part of a name, pinyin, initials, number. Permission roster.view."""
    raise NotImplementedError


def group(actor: Actor, query: GroupQuery) -> list[Group]:
    """Count people by one or two columns. Permission statistics.view."""
    raise NotImplementedError


def subjects(actor: Actor, query: RosterQuery) -> list[UUID]:
    """Return everyone the query finds, in its order; offset and limit are ignored."""
    raise NotImplementedError


def names(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Return names without regard to rights: the caller has decided that they may be shown."""
    raise NotImplementedError


def ready() -> bool:
    """Tell whether this process has its roster in memory (health check)."""
    raise NotImplementedError
