"""A draft row by row, with its proofs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import BinaryIO
from uuid import UUID, uuid4

from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Proposal
from dangan.dossiers.proposals import routes
from dangan.dossiers.proposals.actions.holding import (
    SUBMITTED,
    begin,
    decide,
    discard_files,
    mine,
    own,
    own_draft,
    require_start,
    save,
)
from dangan.dossiers.proposals.opening import Held, sealed
from dangan.dossiers.proposals.refusals import BadState
from dangan.dossiers.proposals.rules import Body, ProposedRow, row_key
from dangan.dossiers.queries import open_subject
from dangan.dossiers.rules import FieldProblem, InvalidRecord, RowPlan, changed_fields
from dangan.files import actions as file_actions
from dangan.files.models import SealedFile
from dangan.workflow import actions as workflow

MAX_ROWS = 60
MAX_PROOFS = 10


def draft(actor: Actor, *, subject: UUID) -> Proposal:
    """The actor's one draft of changes to this dossier, begun if there is none.

    Raises :class:`Absent` and :class:`Refused`.
    """
    require_start(actor, subject)
    opened = open_subject(actor, subject)
    with recording(actor):
        found = own_draft(actor, subject)
        if found is not None:
            return found
        made = begin(actor, subject, Proposal.State.DRAFT)
        made.sealed_body = sealed(opened.key, made, Body())
        Proposal.objects.bulk_create([made], ignore_conflicts=True)
        found = own_draft(actor, subject)
        if found is None:
            raise Absent
        if found.id == made.id:
            actor.trail.add(Event("proposal.draft", subject=subject, object=str(made.id)))
        return found


def put_row(
    actor: Actor,
    *,
    proposal: UUID,
    plan: RowPlan,
    version: int | None = None,
    row_key: UUID | None = None,
    proofs: Sequence[UUID] | None = None,
) -> Proposal:
    """Puts a row in, or instead of the one of ``row_key``; ``proofs`` None keeps its files.

    A row that would change nothing is taken out again. ``version`` is the proposal's that the
    writer saw. Raises what saving the row would raise, :class:`Claimed`, :class:`BadState` and
    :class:`Stale`.
    """
    with recording(actor):
        held = mine(actor, proposal, version)
        before = _replaced(held, plan, row_key)
        key = before.key if before else _key_of(held, plan)
        routes.refuse_claimed(actor, [key], but=proposal)
        kept = _proofs(actor, held, before, proofs)
        _refuse_loose_photo(plan, kept)
        found = decide(actor, held, [plan])
        if not found.writes:
            return save(held, held.body.without_row(key))
        if len(held.body.rows) >= MAX_ROWS and before is None:
            raise BadState(Message("一次最多提交 {n} 行改动，请分次提交。", n=MAX_ROWS))
        changed = changed_fields(found.writes[0].old, found.writes[0].new)
        values = {name: value for name, value in plan.values.items() if name in changed}
        row = ProposedRow(key, replace(plan, values=values), kept)
        return save(held, held.body.with_row(row))


def drop_row(
    actor: Actor, *, proposal: UUID, row_key: UUID, version: int | None = None
) -> Proposal:
    """Takes a row out with its proofs. Raises :class:`Absent`, :class:`BadState`,
    :class:`Stale`."""
    with recording(actor):
        held = mine(actor, proposal, version)
        row = held.body.row(row_key)
        if row is None:
            raise Absent
        discard_files(actor, row.proofs)
        return save(held, held.body.without_row(row_key))


def attach(
    actor: Actor, *, proposal: UUID, row_key: UUID, name: str, data: BinaryIO | bytes
) -> SealedFile:
    """Adds a proof to a row. Raises :class:`dangan.files.rules.BadFile`, :class:`Absent`,
    :class:`BadState`."""
    with recording(actor):
        held = mine(actor, proposal)
        row = held.body.row(row_key)
        if row is None:
            raise Absent
        if len(row.proofs) >= MAX_PROOFS:
            raise BadState(Message("一行最多附 {n} 份证明材料。", n=MAX_PROOFS))
        file = file_actions.keep(actor, subject=held.proposal.subject_id, name=name, data=data)
        save(held, held.body.with_row(replace(row, proofs=(*row.proofs, file.id))))
    return file


def detach(actor: Actor, *, proposal: UUID, row_key: UUID, file: UUID) -> Proposal:
    """Takes a proof off again and throws it away. Raises :class:`Absent`, :class:`BadState`."""
    with recording(actor):
        held = mine(actor, proposal)
        row = held.body.row(row_key)
        if row is None or file not in row.proofs:
            raise Absent
        discard_files(actor, [file])
        proofs = tuple(item for item in row.proofs if item != file)
        return save(held, held.body.with_row(replace(row, proofs=proofs)))


def discard(actor: Actor, *, proposal: UUID) -> None:
    """Throws a draft away with its proofs; a returned one is withdrawn. Raises
    :class:`Absent`, :class:`BadState`."""
    with recording(actor):
        held = own(actor, proposal)
        stored = held.proposal
        if stored.state == Proposal.State.RETURNED and stored.case is not None:
            workflow.withdraw(actor, case=stored.case)
            return
        if stored.state != Proposal.State.DRAFT:
            raise BadState(SUBMITTED)
        discard_files(actor, held.body.proofs)
        actor.trail.add(Event("proposal.discard", subject=stored.subject_id, object=str(stored.id)))
        stored.delete()


def _replaced(held: Held, plan: RowPlan, key: UUID | None) -> ProposedRow | None:
    """The proposed row that ``plan`` replaces; raises :class:`Absent` when it is another's."""
    wanted = key or plan.row
    before = held.body.row(wanted) if wanted else None
    if key is not None and (
        before is None or (before.plan.info_set, before.plan.row) != (plan.info_set, plan.row)
    ):
        raise Absent
    return before


def _refuse_loose_photo(plan: RowPlan, proofs: Sequence[UUID]) -> None:
    """A proposed portrait is one of the row's files: nothing else may become one."""
    photo = plan.values.get("photo") if plan.info_set == "identity" else None
    if photo and str(photo) not in {str(proof) for proof in proofs}:
        message = Message("请上传照片。")
        raise InvalidRecord("identity", [FieldProblem("photo", message)])


def _key_of(held: Held, plan: RowPlan) -> UUID:
    info_set = dictionary_queries.current().sets.get(plan.info_set)
    multiple = info_set.multiple if info_set else True
    return row_key(held.proposal.subject_id, plan, multiple=multiple, fresh=uuid4())


def _proofs(
    actor: Actor, held: Held, before: ProposedRow | None, proofs: Sequence[UUID] | None
) -> tuple[UUID, ...]:
    """The files of a row: as before, or those given, which must be the actor's own of this
    person."""
    kept = before.proofs if before else ()
    if proofs is None:
        return kept
    wanted = tuple(dict.fromkeys(proofs))
    if len(wanted) > MAX_PROOFS:
        raise BadState(Message("一行最多附 {n} 份证明材料。", n=MAX_PROOFS))
    new = set(wanted) - set(kept)
    mine = SealedFile.objects.filter(
        id__in=new, by=actor.id, subject=held.proposal.subject_id, state=SealedFile.State.KEPT
    )
    if mine.count() != len(new):
        raise Absent
    discard_files(actor, [file for file in kept if file not in wanted])
    return wanted
