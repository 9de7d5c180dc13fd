"""Sending a proposal on its way, and taking it back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Change, Proposal, ProposalClaim
from dangan.dossiers.opening import open_rows
from dangan.dossiers.proposals import routes
from dangan.dossiers.proposals.actions.holding import (
    RIGHTS,
    SUBMITTED,
    begin,
    mine,
    own,
    own_draft,
    require_start,
    save,
)
from dangan.dossiers.proposals.facts import facts_of
from dangan.dossiers.proposals.opening import Held, sealed
from dangan.dossiers.proposals.portraits import install_portrait
from dangan.dossiers.proposals.refusals import BadState
from dangan.dossiers.proposals.rules import Body, ProposedRow, row_key
from dangan.dossiers.queries import open_subject
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.dossiers.scanning import scan_subjects
from dangan.dossiers.writing import decided, write
from dangan.workflow import actions as workflow
from dangan.workflow.handling import Facts
from dangan.workflow.models import Case

FARTHEST = timedelta(days=366)
"""How far ahead a change may be dated."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a proposal: a case that decides it, or, where no desk is asked, the update
    record it led to."""

    proposal: UUID
    case: UUID | None
    case_number: str
    change_number: str

    @property
    def direct(self) -> bool:
        return self.case is None


def submit(
    actor: Actor, *, proposal: UUID, words: str = "", effective: date | None = None
) -> Submitted:
    """Sends a draft, or a returned proposal again, the way the routes say.

    ``effective`` in the future makes an agreed change wait for that day; an earlier day is from
    when the rows hold. Where no desk is asked the change is written at once.

    Raises :class:`Claimed`, :class:`InvalidRecord`, :class:`Conflict`, :class:`Refused`,
    :class:`BadState`, :class:`workflow.problems.CannotStart`; nothing has changed then.
    """
    with recording(actor):
        held = mine(actor, proposal)
        return _send(actor, held, words.strip(), effective)


def submit_apart(
    actor: Actor, *, proposal: UUID, words: str = "", effective: date | None = None
) -> list[Submitted]:
    """Sends a draft set by set: each information set becomes a proposal and, where a desk is
    asked, a case of its own, so that a doubt about a diploma does not hold up a mobile number.

    A returned proposal goes as it is. All of them are sent or none; raises what :func:`submit`
    raises.
    """
    with recording(actor):
        held = mine(actor, proposal)
        parts = held.body.by_set()
        if held.proposal.state == Proposal.State.RETURNED or len(parts) < 2:
            return [_send(actor, held, words.strip(), effective)]
        save(held, parts[0])
        sent = [_send(actor, held, words.strip(), effective)]
        for body in parts[1:]:
            made = begin(actor, held.proposal.subject_id, Proposal.State.OPEN)
            made.sealed_body = sealed(held.key, made, body)
            made.save(force_insert=True)
            sent.append(_send(actor, Held(made, held.key, body), words.strip(), effective))
        return sent


def propose(
    actor: Actor,
    *,
    subject: UUID,
    rows: Sequence[RowPlan],
    words: str = "",
    effective: date | None = None,
) -> Submitted:
    """Draft and submission in one, beside any draft the actor may have. Raises what
    :func:`submit` raises and :class:`Absent`."""
    require_start(actor, subject)
    opened = open_subject(actor, subject)
    multiple = {item.key: item.multiple for item in opened.dictionary.sets.values()}
    body = Body(
        tuple(
            ProposedRow(
                row_key(subject, plan, multiple=multiple.get(plan.info_set, True), fresh=uuid4()),
                plan,
            )
            for plan in rows
        )
    )
    with recording(actor):
        made = begin(actor, subject, Proposal.State.OPEN)
        made.sealed_body = sealed(opened.key, made, body)
        made.save(force_insert=True)
        return _send(actor, Held(made, opened.key, body), words.strip(), effective)


def withdraw(actor: Actor, *, proposal: UUID) -> None:
    """收回, while nobody has decided. Raises :class:`Absent` and
    :class:`workflow.problems.NotAllowed`."""
    with recording(actor):
        held = own(actor, proposal)
        if held.proposal.case is None:
            raise Absent
        workflow.withdraw(actor, case=held.proposal.case)


def reopen(actor: Actor, *, proposal: UUID) -> Proposal:
    """Makes a withdrawn or refused proposal a draft again, on top of the rows as they are now; a
    returned one is open for changes as it is. Raises :class:`Absent`, :class:`BadState`."""
    with recording(actor):
        held = own(actor, proposal)
        stored = held.proposal
        if stored.state in (Proposal.State.RETURNED, Proposal.State.DRAFT):
            return stored
        if stored.state not in (Proposal.State.WITHDRAWN, Proposal.State.REFUSED):
            raise BadState(SUBMITTED)
        if own_draft(actor, stored.subject_id) is not None:
            raise BadState(Message("你还有一份未提交的草稿，请先提交或删除它。"))
        stored.state, stored.case, stored.case_number = Proposal.State.DRAFT, None, ""
        return save(held, _on_top(held))


def _send(actor: Actor, held: Held, words: str, effective: date | None) -> Submitted:
    today = timezone.localdate()
    if effective and effective > today + FARTHEST:
        raise BadState(Message("生效日期最多在一年以后，请改近一些。"))
    since = effective if effective and effective <= today else None
    body = replace(held.body, words=words)
    plans = [replace(plan, valid_from=plan.valid_from or since) for plan in body.plans]
    subject = SubjectPlan(plans, held.proposal.subject_id)
    setting, found, _key = decided(actor, subject, rights=RIGHTS)
    if not found.writes:
        raise BadState(Message("没有改动，请先填写再提交。"))
    way = routes.way_of(setting, found)
    if way.direct and since != effective:
        raise BadState(Message("这项改动不用审批，只能从今天或更早生效，请改生效日期。"))
    _leave_other_way(actor, held.proposal, way.to)
    _claim(actor, held.proposal, [item.key for item in body.rows])
    held.proposal.effective = effective
    if way.direct:
        return _write(actor, held, body, subject)
    facts = facts_of(way.fields, rows=len(found.writes), by_self=way.who == "self")
    return _open(actor, held, body, way.to, facts)


def _leave_other_way(actor: Actor, stored: Proposal, to: str) -> None:
    """A returned proposal that by its changed content belongs elsewhere leaves its case: what
    came back from lenient desks must not pass strict content through them."""
    if stored.state != Proposal.State.RETURNED or stored.case is None:
        return
    case = Case.objects.select_related("definition_version").get(id=stored.case)
    if case.definition_version.definition_id == to:
        return
    workflow.withdraw(actor, case=case.id)
    stored.state, stored.case, stored.case_number = Proposal.State.OPEN, None, ""


def _write(actor: Actor, held: Held, body: Body, plan: SubjectPlan) -> Submitted:
    """The fast path: no desk is asked, the dossier changes now."""
    stored = held.proposal
    deletes = all(row.delete for row in plan.rows)
    kind = Change.Kind.DELETE if deletes else Change.Kind.EDIT
    written = write(actor, [plan], kind=kind, reason=body.words, rights=RIGHTS)[0]
    install_portrait(actor, held)
    scan_subjects(actor, [written.subject])
    stored.state, stored.change_id = Proposal.State.EFFECTIVE, written.change
    release(stored)
    save(held, body)
    _note(actor, stored, written.number, body)
    return Submitted(stored.id, None, "", written.number)


def _open(actor: Actor, held: Held, body: Body, definition: str, facts: Facts) -> Submitted:
    """Hands the proposal to the desks; it may have taken effect when this returns."""
    stored = held.proposal
    again = stored.case if stored.state == Proposal.State.RETURNED else None
    stored.state = Proposal.State.OPEN
    save(held, body)
    if again is not None:
        day = stored.effective.isoformat() if stored.effective else None
        facts = {**facts, "effective": day}
        case = workflow.resubmit(actor, case=again, facts=facts, words=body.words)
    else:
        later = stored.effective if stored.effective else None
        case = workflow.open_case(
            actor,
            definition=definition,
            subject=stored.subject_id,
            object=stored.id,
            facts=facts,
            words=body.words,
            effective=later,
        )
        Proposal.objects.filter(id=stored.id).update(case=case.id, case_number=case.number)
    _note(actor, stored, case.number, body)
    return Submitted(stored.id, case.id, case.number, "")


def _note(actor: Actor, proposal: Proposal, number: str, body: Body) -> None:
    sets = list(dict.fromkeys(plan.info_set for plan in body.plans))
    actor.trail.add(
        Event(
            "proposal.submit",
            subject=proposal.subject_id,
            object=str(proposal.id),
            facts={"number": number, "sets": sets, "rows": len(body.rows)},
        )
    )


def release(proposal: Proposal) -> None:
    """Gives the rows free again."""
    ProposalClaim.objects.filter(proposal=proposal).delete()


def _on_top(held: Held) -> Body:
    """The proposed rows on top of what the dossier says now; rows that are gone are left out."""
    subject = held.proposal.subject_id
    now = open_rows({subject: held.key}, dictionary_queries.current())[subject]
    versions = {row.row: row.version for rows in now.values() for row in rows}
    rows = tuple(
        item
        if item.plan.row is None
        else replace(item, plan=replace(item.plan, base_version=versions[item.plan.row]))
        for item in held.body.rows
        if item.plan.row is None or item.plan.row in versions
    )
    return replace(held.body, rows=rows)


def _claim(actor: Actor, proposal: Proposal, keys: Sequence[UUID]) -> None:
    """Takes the rows, so that nobody else proposes them; the first one wins."""
    ProposalClaim.objects.filter(proposal=proposal).delete()
    ProposalClaim.objects.bulk_create(
        [ProposalClaim(proposal=proposal, row=key) for key in sorted(keys)], ignore_conflicts=True
    )
    routes.refuse_claimed(actor, keys, but=proposal.id)
