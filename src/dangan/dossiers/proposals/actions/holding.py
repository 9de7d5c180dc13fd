"""One's own proposal in hand: locked, opened, saved again."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID, uuid4

from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals.opening import Held, open_held
from dangan.dossiers.proposals.refusals import BadState, Stale
from dangan.dossiers.proposals.rules import Body
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.dossiers.writing import Draft, decided
from dangan.files import actions as file_actions
from dangan.workflow.models import Case

RIGHTS = ("start", "edit")
"""Either lets somebody propose a change of a field."""

SUBMITTED = Message("这份变更已提交，不能再改。可以先收回。")


def require_start(actor: Actor, subject: UUID) -> None:
    require(actor, "self.edit" if actor.subject == subject else "changes.start")


def own_draft(actor: Actor, subject: UUID) -> Proposal | None:
    drafts = Proposal.objects.filter(subject=subject, opened_by=actor.id)
    return drafts.filter(state=Proposal.State.DRAFT).first()


def begin(actor: Actor, subject: UUID, state: str) -> Proposal:
    now = timezone.now()
    return Proposal(
        id=uuid4(),
        subject_id=subject,
        state=state,
        opened_by=actor.id,
        opened_at=now,
        changed_at=now,
    )


def own(actor: Actor, proposal: UUID) -> Held:
    """The actor's own proposal, locked after its case: deciders lock in that order too."""
    found = Proposal.objects.filter(id=proposal, opened_by=actor.id).first()
    if found is None:
        raise Absent
    require_start(actor, found.subject_id)
    if found.case is not None:
        Case.objects.select_for_update().filter(id=found.case).first()
    locked = Proposal.objects.select_for_update(of=("self",)).filter(id=proposal).first()
    if locked is None:
        raise Absent
    return open_held(locked)


def mine(actor: Actor, proposal: UUID, version: int | None = None) -> Held:
    """The actor's own proposal while it may be changed."""
    held = own(actor, proposal)
    if held.proposal.state not in (Proposal.State.DRAFT, Proposal.State.RETURNED):
        raise BadState(SUBMITTED)
    if version is not None and version != held.proposal.version:
        raise Stale
    return held


def save(held: Held, body: Body) -> Proposal:
    held.seal_in(body)
    held.proposal.changed_at = timezone.now()
    held.proposal.save()
    return held.proposal


def discard_files(actor: Actor, files: Sequence[UUID]) -> None:
    for file in files:
        file_actions.discard(actor, file=file)


def decide(actor: Actor, held: Held, plans: Sequence[RowPlan]) -> Draft:
    _setting, found, _key = decided(
        actor, SubjectPlan(plans, held.proposal.subject_id), rights=RIGHTS
    )
    return found
