"""Problem tickets, cut to the reader's reach and fields."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Window

from dangan.access.rules import (
    Actor,
    Showing,
    field_showings,
    may_edit,
    reach,
    require,
)
from dangan.audit.rules import Event
from dangan.dictionary.rules import Dictionary, Field, InfoSet
from dangan.dossiers.checks.labels import LABELS
from dangan.dossiers.models import Problem
from dangan.dossiers.opening import (
    problem_place,
)
from dangan.dossiers.queries.basis import Basis, basis, sets_by_reach, subjects_within
from dangan.organization import queries as organization_queries
from dangan.roster import queries as roster_queries
from dangan.ui.messages import say
from dangan.vault import queries as vault_queries
from dangan.vault.rules import SubjectKey, unseal


@dataclass(frozen=True, slots=True)
class ProblemView:
    """A problem ticket as the actor may see it."""

    id: int
    subject: UUID
    name: str
    unit: UUID | None
    code: str
    severity: str
    state: str
    state_label: str
    info_set: InfoSet | None
    row: UUID | None
    field: Field | None
    message: str
    found_at: datetime
    closed_at: datetime | None
    closed_by: UUID | None
    note: str


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """Tickets and their number over all pages."""

    total: int
    problems: tuple[ProblemView, ...]


def problems(
    actor: Actor,
    *,
    subject: UUID | None = None,
    state: str | None = "open",
    code: str | None = None,
    info_set: str | None = None,
    unit: UUID | None = None,
    number: int | None = None,
    offset: int = 0,
    limit: int = 50,
    given: Basis | None = None,
) -> ProblemPage:
    """Problem tickets within the actor's reach, latest first.

    A ticket is listed to those who see something of its set plain; its words are told only to
    those who see its field plain, for they may tell the value.
    """
    require(actor, "problems.view")
    given = given or basis()
    where = _given(subject=subject, state=state, code=code, info_set=info_set, id=number)
    total, page = ticket_page(actor, given, where, unit=unit, offset=offset, limit=limit)
    views = _problem_views(actor, page, given)
    if subject is None and number is None:
        actor.trail.add(Event(action="problem.list", facts={"shown": len(views), "total": total}))
    for view in views if number is not None else ():
        actor.trail.add(Event("problem.read", subject=view.subject, object=view.code))
    return ProblemPage(total, tuple(views))


def ticket_page(
    actor: Actor,
    given: Basis,
    where: Mapping[str, object],
    *,
    unit: UUID | None = None,
    offset: int = 0,
    limit: int = 50,
) -> tuple[int, list[Problem]]:
    """Stored tickets of one page, and how many there are; one statement unless past the end."""
    found = within_reach(actor, given, unit).select_related("subject").filter(**where)
    found = found.annotate(total=Window(Count("id"))).order_by("-found_at", "-id")
    page: list[Problem] = list(found[offset : offset + limit])
    if page:
        return int(page[0].total), page  # type: ignore[attr-defined]  # annotated above
    return (found.count() if offset else 0), page


@dataclass(frozen=True, slots=True)
class ProblemCounts:
    """How many tickets within reach stand in each state, and of which kinds and sets."""

    by_state: Mapping[str, int]
    by_code: Mapping[str, int]
    codes: tuple[str, ...]
    sets: frozenset[str]


def problem_counts(actor: Actor, given: Basis | None = None) -> ProblemCounts:
    """Counts over all tickets within the actor's reach; ``by_code`` counts the open ones."""
    require(actor, "problems.view")
    found = within_reach(actor, given or basis())
    rows = list(found.values_list("state", "code", "info_set").annotate(n=Count("id")).order_by())
    by_state: Counter[str] = Counter()
    by_code: Counter[str] = Counter()
    for state, code, _info_set, count in rows:
        by_state[state] += count
        if state == Problem.State.OPEN:
            by_code[code] += count
    return ProblemCounts(
        by_state,
        by_code,
        tuple(sorted({code for _state, code, _set, _n in rows})),
        frozenset(info_set for _state, _code, info_set, _n in rows),
    )


def may_mend(actor: Actor, problem: ProblemView) -> bool:
    """Whether the actor may edit what the ticket is about."""
    if problem.info_set is None:
        return False
    path = organization_queries.tree().path_of(problem.unit) if problem.unit else ()
    return may_edit(actor, problem.subject, path, problem.info_set)


def within_reach(actor: Actor, given: Basis, unit: UUID | None = None) -> QuerySet[Problem]:
    """Tickets of people and sets of which the actor sees something plain."""
    whole = reach(actor)
    mine = Q(pk__in=[])
    for plain, sets in sets_by_reach(actor, given.dictionary.sets.values()).items():
        people = Q() if plain.everyone else Q(subject__in=subjects_within(plain, given.tree))
        mine |= Q(info_set__in=sets) & people
    return Problem.objects.filter(mine, subject__in=subjects_within(whole, given.tree, unit))


def _given(**where: object) -> dict[str, object]:
    return {key: value for key, value in where.items() if value is not None}


def _problem_views(actor: Actor, page: Sequence[Problem], given: Basis) -> list[ProblemView]:
    people = {item.subject_id for item in page}
    names = roster_queries.names(people, given.dictionary) if people else {}
    return problem_views(actor, page, given, names)


def problem_views(
    actor: Actor, page: Sequence[Problem], given: Basis, names: Mapping[UUID, str]
) -> list[ProblemView]:
    """Stored tickets as the actor may read them; one statement, for the keys."""
    if not page:
        return []
    keys = vault_queries.keys_of({item.subject_id for item in page}, skip_destroyed=True)
    return [
        problem_view(
            actor,
            given.dictionary,
            item,
            key,
            name=names.get(item.subject_id, ""),
            unit_path=given.tree.path_of(item.subject.unit),
        )
        for item in page
        if (key := keys.get(item.subject_id)) is not None
    ]


def problem_view(
    actor: Actor,
    dictionary: Dictionary,
    item: Problem,
    key: SubjectKey,
    *,
    name: str,
    unit_path: tuple[UUID, ...],
) -> ProblemView:
    """A ticket as the actor may read it: without words when they may tell a hidden value."""
    info_set = dictionary.sets.get(item.info_set)
    showings = (
        field_showings(actor, item.subject_id, unit_path, info_set, "read") if info_set else {}
    )
    named = info_set.by_key.get(item.field) if info_set and item.field else None
    plain = named is None or showings.get(named.key) is Showing.PLAIN
    place = problem_place(item.subject_id, item.code, item.row)
    return ProblemView(
        id=item.id,
        subject=item.subject_id,
        name=name,
        unit=item.subject.unit,
        code=item.code,
        severity=item.severity,
        state=item.state,
        state_label=str(Problem.State(item.state).label),
        info_set=info_set,
        row=item.row,
        field=named,
        message=unseal(key, place, bytes(item.sealed_message)).decode() if plain else "",
        found_at=item.found_at,
        closed_at=item.closed_at,
        closed_by=item.closed_by,
        note=unseal(key, place, bytes(item.sealed_note)).decode()
        if plain and item.sealed_note
        else "",
    )


def code_label(code: str) -> str:
    """What the check ``code`` is called, in the reader's language."""
    label = LABELS.get(code)
    return say(label) if label else code
