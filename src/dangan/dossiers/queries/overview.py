"""What the work desk tells about many dossiers at once, within the actor's reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Sum

from dangan.access.rules import Actor, Reach, reach, scope
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import InfoSet
from dangan.dossiers.models import Change, Subject
from dangan.dossiers.queries.problems import subjects_within
from dangan.organization import queries as organization_queries
from dangan.organization.rules import Tree
from dangan.roster import queries as roster_queries

LIVING = ("draft", "confirmed", "filed", "changed")
"""States of those who are with the organisation; the others have left."""


@dataclass(frozen=True, slots=True)
class UnitFigure:
    """Completeness of a department: mean percent over its people."""

    unit: UUID
    label: str
    people: int
    percent: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts by state, and completeness of the living dossiers, lowest department first."""

    people: int
    by_state: Mapping[str, int]
    percent: int
    units: tuple[UnitFigure, ...]


def overview(actor: Actor) -> Overview:
    """One statement, whatever the number of people."""
    tree = organization_queries.tree()
    rows = (
        Subject.objects.filter(id__in=subjects_within(_others(actor), tree, None))
        .values_list("unit", "state")
        .annotate(n=Count("id"), filled=Sum("completeness"))
        .order_by()
    )
    by_state: Counter[str] = Counter()
    people: Counter[UUID] = Counter()
    filled: Counter[UUID] = Counter()
    total = 0
    for unit, state, count, percent in rows:
        by_state[state] += count
        if state not in LIVING:
            continue
        total += percent
        department = _department(tree, unit)
        if department is not None:
            people[department] += count
            filled[department] += percent
    living = sum(by_state[state] for state in LIVING)
    figures = [
        UnitFigure(unit, tree.label(unit), count, round(filled[unit] / count))
        for unit, count in people.items()
    ]
    figures.sort(key=lambda item: (item.percent, item.label))
    return Overview(living, by_state, round(total / living) if living else 0, tuple(figures))


def _others(actor: Actor) -> Reach:
    """The actor's reach without their own dossier: a desk of one's own people."""
    whole = reach(actor)
    return Reach(everyone=whole.everyone, subtrees=whole.subtrees, units=whole.units)


def _department(tree: Tree, unit: UUID | None) -> UUID | None:
    """The department a unit belongs to; the unit itself above departments."""
    for step in tree.path_of(unit):
        node = tree.nodes[step]
        if node.kind == "department":
            return step
    return unit if unit in tree.nodes else None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """An update record of some dossier in one line: whom it was about, which sets it touched."""

    number: str
    kind: str
    subject: UUID
    name: str
    unit: str
    actor: UUID
    at: datetime
    sets: tuple[InfoSet, ...]


def recent_changes(actor: Actor, *, limit: int = 6) -> list[ChangeLine]:
    """The latest update records within reach; sets that the actor may not see are left out."""
    tree = organization_queries.tree()
    dictionary = dictionary_queries.current()
    seen = {
        info_set.key
        for info_set in dictionary.sets.values()
        if any(
            scope(actor, "read", info_set.key, item.key, item.field_class).plain
            for item in info_set.fields
        )
    }
    stored = list(
        Change.objects.filter(subject__in=subjects_within(_others(actor), tree, None))
        .select_related("subject")
        .order_by("-id")[: limit * 3]
    )
    names = roster_queries.names({item.subject_id for item in stored})
    lines = []
    for item in stored:
        sets = tuple(dictionary.sets[key] for key in item.sets if key in seen)
        if not sets:
            continue
        lines.append(
            ChangeLine(
                item.number, item.kind, item.subject_id, names.get(item.subject_id, ""),
                tree.label(item.subject.unit), item.actor, item.at, sets,
            )
        )  # fmt: skip
    return lines[:limit]
