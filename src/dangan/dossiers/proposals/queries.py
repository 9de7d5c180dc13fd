"""Reading proposed changes: old beside new, cut to the reader's rights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import InfoSet
from dangan.dossiers.models import Change, Proposal, change_number
from dangan.dossiers.proposals.comparing import compare, shown_proofs
from dangan.dossiers.proposals.opening import open_bodies, open_held
from dangan.dossiers.proposals.rules import Body
from dangan.dossiers.proposals.shapes import (
    ChangeLine,
    ProposalLine,
    ProposalView,
    RowChange,
    RowState,
    SetChanges,
)
from dangan.files.queries import FileInfo
from dangan.vault.rules import KeyDestroyed
from dangan.workflow.models import Case
from dangan.workflow.rights import may_see

__all__ = [
    "ChangeLine",
    "ProposalLine",
    "ProposalView",
    "RowChange",
    "RowState",
    "SetChanges",
    "case_labels",
    "mine",
    "own_body",
    "proof",
    "row_states",
    "view",
]

WAITING = "waiting"


def mine(actor: Actor, subject: UUID | None = None) -> list[ProposalLine]:
    """The actor's own proposals, newest first; of one person or of all."""
    found = Proposal.objects.filter(opened_by=actor.id).order_by("-opened_at")
    if subject is not None:
        found = found.filter(subject=subject)
    return _lines(list(found[:500]))


def row_states(actor: Actor, subject: UUID) -> dict[UUID, RowState]:
    """Where the change of each row stands, by row key: the actor's own proposals, and rows that
    somebody else's open one holds."""
    found = Proposal.objects.filter(subject=subject).order_by("opened_at")
    listed = [
        item
        for item in found
        if item.opened_by == actor.id or item.state in (item.State.OPEN, item.State.RETURNED)
    ]
    bodies = open_bodies(listed)
    states = _states(listed)
    result: dict[UUID, RowState] = {}
    for item in listed:
        body = bodies.get(item.id)
        if body is None:
            continue
        state, label = states[item.id]
        for row in body.rows:
            before = result.get(row.key)
            if before is not None and before.state == Proposal.State.OPEN:
                continue  # what is being decided says more than a later draft
            result[row.key] = RowState(
                row.key,
                state,
                label,
                item.id,
                item.case,
                item.case_number,
                row.plan.delete,
                item.opened_by == actor.id,
            )
    return result


def view(actor: Actor, proposal: UUID) -> ProposalView:
    """One's own proposal, old beside new. Raises :class:`Absent` for anybody else's."""
    found = Proposal.objects.filter(id=proposal, opened_by=actor.id).first()
    if found is None:
        raise Absent
    return view_of(actor, found)


def view_of(actor: Actor, proposal: Proposal) -> ProposalView:
    """A proposal for somebody whom its case lets in; noted in the log. Raises :class:`Absent`."""
    try:
        return compare(actor, open_held(proposal))
    except KeyDestroyed as error:
        raise Absent from error


def proof(actor: Actor, proposal: UUID, file: UUID) -> FileInfo:
    """A proof that the actor may look at: of an own proposal or of one whose case the actor may
    see, and only with every value that it proves in plain sight. Raises :class:`Absent`."""
    found = Proposal.objects.filter(id=proposal).first()
    if found is None:
        raise Absent
    if found.opened_by != actor.id:
        case = Case.objects.filter(id=found.case).first() if found.case else None
        if case is None or not may_see(actor, case):
            raise Absent
    try:
        shown = shown_proofs(actor, open_held(found))
    except KeyDestroyed as error:
        raise Absent from error
    info = next((item for item in shown if item.id == file), None)
    if info is None:
        actor.trail.add(
            Event("file.read", outcome="refused", subject=found.subject_id, object=str(file))
        )
        raise Absent
    return info


def own_body(actor: Actor, proposal: UUID) -> Body:
    """What one's own proposal says, to fill its forms with. Raises :class:`Absent`."""
    found = Proposal.objects.filter(id=proposal, opened_by=actor.id).first()
    if found is None:
        raise Absent
    try:
        return open_held(found).body
    except KeyDestroyed as error:
        raise Absent from error


def case_labels(objects: Iterable[UUID]) -> dict[UUID, tuple[tuple[InfoSet, ...], int]]:
    """The sets that proposals touch and how many rows, by their identifiers; two statements."""
    proposals = list(Proposal.objects.filter(id__in=list(objects)))
    return {key: (_sets(body), len(body.rows)) for key, body in open_bodies(proposals).items()}


def _sets(body: Body) -> tuple[InfoSet, ...]:
    keys = dict.fromkeys(plan.info_set for plan in body.plans)
    sets = dictionary_queries.current().sets
    return tuple(sets[key] for key in keys if key in sets)


def _states(proposals: Sequence[Proposal]) -> dict[UUID, tuple[str, str]]:
    """State and its word of each: of an open one the case knows whether it waits for its day."""
    cases = {item.case for item in proposals if item.case and item.state == item.State.OPEN}
    waiting = set(
        Case.objects.filter(id__in=cases, state=Case.State.WAITING).values_list("id", flat=True)
    )
    return {
        item.id: (WAITING, str(Case.State.WAITING.label))
        if item.case in waiting
        else (item.state, str(Proposal.State(item.state).label))
        for item in proposals
    }


def _lines(proposals: Sequence[Proposal]) -> list[ProposalLine]:
    bodies = open_bodies(proposals)
    states = _states(proposals)
    changes = [item.change_id for item in proposals if item.change_id]
    years = dict(Change.objects.filter(id__in=changes).values_list("id", "at__year"))
    return [
        ProposalLine(
            id=item.id,
            state=states[item.id][0],
            state_label=states[item.id][1],
            opened_by=item.opened_by,
            opened_at=item.opened_at,
            changed_at=item.changed_at,
            effective=item.effective,
            case=item.case,
            case_number=item.case_number,
            change_number=change_number(item.change_id, years[item.change_id])
            if item.change_id
            else "",
            version=item.version,
            sets=_sets(bodies[item.id]),
            rows=len(bodies[item.id].rows),
        )
        for item in proposals
        if item.id in bodies
    ]
