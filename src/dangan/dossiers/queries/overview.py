"""What the work desk tells about many dossiers at once, within the actor's reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Sum

from dangan.access.rules import Actor, reach
from dangan.audit.rules import Event
from dangan.dictionary.rules import InfoSet
from dangan.dossiers.models import Change, Problem, Subject
from dangan.dossiers.queries.basis import (
    Basis,
    basis,
    beyond_oneself,
    sets_by_reach,
    subjects_within,
)
from dangan.dossiers.queries.problems import ProblemPage, problem_views, ticket_page
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


def overview(actor: Actor, given: Basis | None = None) -> Overview:
    """One statement, whatever the number of people."""
    tree = (given or basis()).tree
    rows = (
        Subject.objects.filter(id__in=subjects_within(beyond_oneself(reach(actor)), tree))
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
    at: datetime
    sets: tuple[InfoSet, ...]


@dataclass(frozen=True, slots=True)
class DeskLines:
    """Open tickets and recent changes; ``problems`` None for those who see no tickets."""

    problems: ProblemPage | None
    changes: tuple[ChangeLine, ...]


def desk_lines(
    actor: Actor, *, tickets: int, changes: int, given: Basis | None = None
) -> DeskLines:
    """The latest open tickets and update records within reach; names are looked up once."""
    given = given or basis()
    total, stored = 0, list[Problem]()
    if actor.may("problems.view"):
        where = {"state": Problem.State.OPEN}
        total, stored = ticket_page(actor, given, where, limit=tickets)
    found = _changes(actor, given, changes) if actor.may("history.view") else []
    people = {item.subject_id for item in stored} | {item.subject_id for item, _sets in found}
    names = roster_queries.names(people, given.dictionary) if people else {}
    if found:
        shown = sorted({str(item.subject_id) for item, _sets in found})
        actor.trail.add(Event("history.list", detail={"subjects": shown}))
    page = None
    if actor.may("problems.view"):
        page = ProblemPage(total, tuple(problem_views(actor, stored, given, names)))
        actor.trail.add(Event("problem.list", facts={"shown": len(stored), "total": total}))
    lines = tuple(
        ChangeLine(
            item.number, item.kind, item.subject_id, names.get(item.subject_id, ""),
            given.tree.label(item.subject.unit), item.at, sets,
        )
        for item, sets in found
    )  # fmt: skip
    return DeskLines(page, lines)


def _changes(actor: Actor, given: Basis, limit: int) -> list[tuple[Change, tuple[InfoSet, ...]]]:
    """Update records of the people one looks after, with the sets one sees of them."""
    sets = given.dictionary.sets
    seen = {
        key
        for plain, keys in sets_by_reach(actor, sets.values()).items()
        if beyond_oneself(plain)
        for key in keys
    }
    people = subjects_within(beyond_oneself(reach(actor)), given.tree)
    stored = (
        Change.objects.filter(subject__in=people)
        .select_related("subject")
        .order_by("-id")[: limit * 3]
    )
    found = [(item, tuple(sets[key] for key in item.sets if key in seen)) for item in stored]
    return [(item, touched) for item, touched in found if touched][:limit]
