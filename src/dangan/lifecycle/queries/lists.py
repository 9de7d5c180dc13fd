"""Lists of movements and of duties that follow them, scoped to the actor's reach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.lifecycle.actions import signs
from dangan.lifecycle.checklist import checklist
from dangan.lifecycle.models import ChecklistItem, Kind, Movement, State
from dangan.lifecycle.queries.content import Duty, duty_of
from dangan.lifecycle.rules.checklist import STAND_INS
from dangan.organization import queries as organization_queries
from dangan.organization.rules import Tree
from dangan.roster import queries as roster_queries
from dangan.workflow import queries as workflow
from dangan.workflow.models import Case
from dangan.workflow.rights import may_see

PER_PAGE = 50
DUTIES = 200

STATES: Mapping[str, str | Promise] = {
    "open": gettext_lazy("审批中"),
    "returned": gettext_lazy("已退回"),
    "waiting": gettext_lazy("待生效"),
    "effective": gettext_lazy("已生效"),
    "refused": gettext_lazy("已拒绝"),
    "withdrawn": gettext_lazy("已撤回"),
}
STATE_SHAPES: Mapping[str, str] = {
    "open": "run",
    "returned": "back",
    "waiting": "run",
    "effective": "ok",
    "refused": "off",
    "withdrawn": "off",
}


@dataclass(frozen=True, slots=True)
class MovementLine:
    """A movement in the list."""

    id: UUID
    number: str
    kind: str
    kind_label: str
    subject: UUID
    name: str
    unit: str
    new_unit: str
    effective: date
    state: str
    shape: str
    state_label: str
    step: str
    open_duties: int


@dataclass(frozen=True, slots=True)
class MovementPage:
    """A page of the list; ``kinds`` counts all within reach: (key, label, how many)."""

    lines: tuple[MovementLine, ...]
    kinds: tuple[tuple[str, str, int], ...]
    total: int
    offset: int
    limit: int
    duties: int


@dataclass(frozen=True, slots=True)
class DutyLine:
    """A duty with the person it concerns."""

    duty: Duty
    movement: UUID
    number: str
    kind_label: str
    subject: UUID
    name: str


def movements(
    actor: Actor, *, kind: str = "", state: str = "", offset: int = 0, limit: int = PER_PAGE
) -> MovementPage:
    """Movements of people within reach, newest first. Permission lifecycle.view.

    A person counts as being where they were and where they go.
    """
    require(actor, "lifecycle.view")
    tree = organization_queries.tree()
    mine = Movement.objects.filter(_within(actor, tree))
    counted = dict(mine.values_list("kind").annotate(n=Count("pk")).order_by())
    found = _in_state(mine.filter(kind=kind) if kind else mine, state)
    total = found.count() if kind or state else sum(counted.values())
    rows = list(found.order_by("-opened_at", "id")[offset : offset + limit])
    actor.trail.add(Event("movement.list", facts={"rows": len(rows), "kind": kind}))
    return MovementPage(
        lines=tuple(_lines(rows, tree)),
        kinds=tuple((key, _(Kind(key).label), counted.get(key, 0)) for key in Kind.values),
        total=total,
        offset=offset,
        limit=limit,
        duties=len(_open_duties(actor, tree)),
    )


def own_movements(actor: Actor) -> tuple[MovementLine, ...]:
    """What the person asked for, and what took effect, newest first. Permission lifecycle.own.

    What others are still deciding about somebody is not told by a list.
    """
    require(actor, "lifecycle.own")
    if actor.subject is None:
        return ()
    told = Q(by_self=True) | Q(state=State.EFFECTIVE)
    mine = Movement.objects.filter(told, subject=actor.subject)
    rows = list(mine.order_by("-opened_at")[:PER_PAGE])
    return tuple(_lines(rows, organization_queries.tree()))


def movement_for(actor: Actor, movement: UUID) -> Case:
    """The case of a movement for whoever takes part in it, keeps its list (lifecycle.view within
    reach) or is told of it as the person concerned. Raises :class:`Absent`."""
    found = Movement.objects.filter(pk=movement).first()
    case = Case.objects.filter(pk=found.case).first() if found and found.case else None
    if found is None or case is None:
        raise Absent
    own = found.subject == actor.subject and (found.by_self or found.state == State.EFFECTIVE)
    listed = Movement.objects.filter(_within(actor, organization_queries.tree()), pk=movement)
    if own or listed.exists() or may_see(actor, case):
        return case
    actor.trail.add(Event("movement.read", outcome="refused", subject=found.subject))
    raise Absent


def duties(actor: Actor) -> tuple[DutyLine, ...]:
    """What the actor is to do after movements, most urgent first. Permission cases.own.

    Whoever is to sign learns whom it concerns: the name is a public field.
    """
    require(actor, "cases.own")
    tree = organization_queries.tree()
    items = _open_duties(actor, tree)
    names = roster_queries.names(item.movement.subject for item in items)
    cases = workflow.of_objects({item.movement_id for item in items})
    actor.trail.add(Event("movement.duties", facts={"rows": len(items)}))
    return tuple(
        DutyLine(
            duty=duty_of(item, name="", note="", may_sign=True),
            movement=item.movement_id,
            number=cases[item.movement_id].number if item.movement_id in cases else "",
            kind_label=_(Kind(item.movement.kind).label),
            subject=item.movement.subject,
            name=names.get(item.movement.subject, ""),
        )
        for item in items
    )


def overdue_duties(today: date | None = None) -> dict[str, int]:
    """How many duties of each department are overdue, for the daily reminder."""
    before = today or timezone.localdate()
    found = ChecklistItem.objects.filter(after=True, state=ChecklistItem.State.OPEN, due__lt=before)
    return dict(found.values_list("department").annotate(n=Count("pk")).order_by())


def _open_duties(actor: Actor, tree: Tree) -> list[ChecklistItem]:
    """The actor's open duties; a movement lies where the person is now or was when leaving."""
    roles = {grant.role.key for grant in actor.grants}
    mine = [
        key
        for key, department in checklist().departments.items()
        if roles & {department.role, *STAND_INS}
    ]
    waiting = (
        ChecklistItem.objects.filter(
            after=True, state=ChecklistItem.State.OPEN, department__in=mine
        )
        .select_related("movement")
        .order_by("due", "id")[:DUTIES]
    )
    return [
        item
        for item in waiting
        if signs(
            actor,
            item.department,
            item.movement.subject,
            tree.path_of(item.movement.new_unit or item.movement.unit),
        )
    ]


def _within(actor: Actor, tree: Tree) -> Q:
    """Movements that begin or end in a branch where the actor may see them."""
    units: set[UUID] = set()
    for grant in actor.grants:
        if "lifecycle.view" not in grant.role.permissions:
            continue
        if grant.unit is None:
            return Q()
        units |= tree.subtree(grant.unit)
    if not units:
        return Q(pk__in=())
    return Q(unit__in=units) | Q(new_unit__in=units)


def _in_state(found: QuerySet[Movement], state: str) -> QuerySet[Movement]:
    waiting = Case.objects.filter(state=Case.State.WAITING).values("pk")
    if state == "waiting":
        return found.filter(state=State.OPEN, case__in=waiting)
    if state == "open":
        return found.filter(state=State.OPEN).exclude(case__in=waiting)
    return found.filter(state=state) if state in State.values else found


def _lines(rows: Sequence[Movement], tree: Tree) -> Iterable[MovementLine]:
    cases = workflow.of_objects([row.id for row in rows])
    names = roster_queries.names(row.subject for row in rows)
    waiting = dict(
        ChecklistItem.objects.filter(movement__in=rows, after=True, state="open")
        .values_list("movement")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for row in rows:
        case = cases.get(row.id)
        state = "waiting" if _waits(row, case) else row.state
        moved = row.new_unit and row.new_unit != row.unit
        yield MovementLine(
            id=row.id,
            number=case.number if case else "",
            kind=row.kind,
            kind_label=_(Kind(row.kind).label),
            subject=row.subject,
            name=names.get(row.subject, ""),
            unit=tree.label(row.unit),
            new_unit=tree.label(row.new_unit) if moved else "",
            effective=row.effective,
            state=state,
            shape=STATE_SHAPES[state],
            state_label=str(STATES[state]),
            step=case.step_label if case and row.state == State.OPEN else "",
            open_duties=waiting.get(row.id, 0),
        )


def _waits(row: Movement, case: workflow.CaseLine | None) -> bool:
    return row.state == State.OPEN and case is not None and case.state == Case.State.WAITING
