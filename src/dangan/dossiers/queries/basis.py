"""Dictionary and organisation, asked for once and shared by the questions of one page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q

from dangan.access.rules import Actor, Reach, scope
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary, InfoSet
from dangan.dossiers.models import Subject
from dangan.organization import queries as organization_queries
from dangan.organization.rules import Tree


@dataclass(frozen=True, slots=True)
class Basis:
    """What most questions need to know besides the actor."""

    dictionary: Dictionary
    tree: Tree


def basis() -> Basis:
    """Two cheap statements."""
    return Basis(dictionary_queries.current(), organization_queries.tree())


def subjects_within(within: Reach, tree: Tree, unit: UUID | None = None) -> Any:
    """Subjects in ``within`` (and under ``unit``), as a subquery."""
    subjects = Subject.objects.exclude(state=Subject.State.DESTROYED)
    if unit is not None:
        subjects = subjects.filter(unit__in=tree.subtree(unit))
    if not within.everyone:
        units = set(within.units)
        for root in within.subtrees:
            units |= tree.subtree(root)
        mine = Q(unit__in=units)
        if within.people:
            mine |= Q(id__in=within.people)
        subjects = subjects.filter(mine)
    return subjects.values("id")


def sets_by_reach(actor: Actor, sets: Iterable[InfoSet]) -> dict[Reach, list[str]]:
    """For whom the actor sees something of each set plain; sets of one reach together.

    Sets of which the actor sees nothing plain anywhere are left out.
    """
    found: dict[Reach, list[str]] = {}
    for info_set in sets:
        whole = Reach()
        for item in info_set.fields:
            whole |= scope(actor, "read", info_set.key, item.key, item.field_class).plain
        if whole:
            found.setdefault(whole, []).append(info_set.key)
    return found


def beyond_oneself(given: Reach) -> Reach:
    """``given`` without single people, oneself first: the people one looks after."""
    return Reach(everyone=given.everyone, subtrees=given.subtrees, units=given.units)
