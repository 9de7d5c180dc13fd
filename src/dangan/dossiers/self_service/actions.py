"""The verbs of self-service: what a form says goes into the draft, the draft on its way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from dangan.access.rules import Absent, Actor, Refused, require
from dangan.audit.actions import recording
from dangan.dictionary.rules import Json
from dangan.dossiers.proposals import actions as proposals
from dangan.dossiers.proposals.actions import Submitted
from dangan.dossiers.rules import RowPlan
from dangan.dossiers.self_service.queries import Own, OwnRow
from dangan.dossiers.self_service.rules import may_ask
from dangan.files import actions as file_actions
from dangan.files.rules import JPEG, PNG
from dangan.workflow.problems import NotAllowed

PORTRAIT = frozenset({JPEG, PNG})


@dataclass(frozen=True, slots=True)
class Wanted:
    """A row as a form would have it: ``values`` is a patch of the fields it offered."""

    info_set: str
    row: OwnRow | None
    base_version: int
    values: Mapping[str, Json | None]


def keep_rows(actor: Actor, own: Own, wanted: Sequence[Wanted]) -> None:
    """Puts rows into the draft, or into the returned request that holds them; a row that asks
    for nothing any more leaves it. All of them or none.

    Raises what :func:`dangan.dossiers.proposals.actions.put_row` raises.
    """
    with recording(actor):
        for item in wanted:
            _keep(actor, own, item)


def _keep(actor: Actor, own: Own, item: Wanted) -> None:
    _require_fields(own, item)
    asked = item.row if item.row is not None and item.row.proposal is not None else None
    stored = item.row.stored if item.row else {}
    values = dict(item.values)
    if asked is not None and asked.asked_photo:
        values["photo"] = asked.asked_photo
    changes = any((stored.get(key) or None) != (value or None) for key, value in values.items())
    if asked is None and not changes:
        return
    plan = RowPlan(
        item.info_set, values, item.row.row if item.row else None, base_version=item.base_version
    )
    proposal = _proposal(actor, own, item)
    key = asked.key if asked is not None else None
    proposals.put_row(actor, proposal=proposal, plan=plan, row_key=key)


def _require_fields(own: Own, item: Wanted) -> None:
    """Crafted requests: only fields the dictionary opens to their person, nothing under way."""
    info_set = own.set_of(item.info_set)
    if not set(item.values) <= may_ask(info_set):
        raise Refused("self.edit", "你没有修改这些字段的权限。")
    if item.row is not None and not item.row.own:
        raise Absent


def _proposal(actor: Actor, own: Own, item: Wanted) -> UUID:
    key = item.row.key if item.row else None
    held = own.target(item.info_set, key) if key else None
    return held or proposals.draft(actor, subject=own.subject).id


def ask_to_delete(actor: Actor, own: Own, info_set: str, row: OwnRow) -> None:
    """申请删除: the row leaves the dossier once the request is agreed to."""
    if (
        row.row is None
        or not own.set_of(info_set).multiple
        or not own.editable(own.set_of(info_set))
    ):
        raise Absent
    with recording(actor):
        proposal = own.target(info_set, row.key) or proposals.draft(actor, subject=own.subject).id
        plan = RowPlan(info_set, {}, row.row, base_version=row.version, delete=True)
        proposals.put_row(actor, proposal=proposal, plan=plan)


def undo_row(actor: Actor, row: OwnRow) -> None:
    """Takes back what is asked of a row, with its files."""
    if row.proposal is None or not row.writable:
        raise Absent
    proposals.drop_row(actor, proposal=row.proposal, row_key=row.key)


def undo_field(actor: Actor, own: Own, info_set: str, row: OwnRow, field: str) -> None:
    """Takes back what is asked of one field; the last one takes the row with it."""
    if row.proposal is None or not row.writable or field not in {c.item.key for c in row.changes}:
        raise Absent
    rest = {cell.item.key: cell.value for cell in row.changes if cell.item.key != field}
    asked = {key: value for key, value in rest.items() if key in may_ask(own.set_of(info_set))}
    if not asked:
        undo_row(actor, row)
        return
    plan = RowPlan(info_set, asked, row.row, base_version=row.version)
    proofs = [file.id for file in row.proofs if field != "photo" or str(file.id) != row.asked_photo]
    with recording(actor):
        proposals.put_row(actor, proposal=row.proposal, plan=plan, row_key=row.key, proofs=proofs)


def submit(
    actor: Actor, own: Own, *, sets: Sequence[str] | None = None, words: str = ""
) -> list[Submitted]:
    """Sends the whole draft, each set a request of its own, and what was returned of ``sets``
    again. All or none; raises what :func:`dangan.dossiers.proposals.actions.submit` raises."""
    require(actor, "self.edit")
    sent: list[Submitted] = []
    with recording(actor):
        again = dict.fromkeys(row.proposal for row in own.pending(sets) if row.state == "returned")
        for proposal in again:
            if proposal is not None:
                sent.append(proposals.submit(actor, proposal=proposal, words=words))
        if own.draft is not None and own.bodies[own.draft.id].rows:
            sent += proposals.submit_apart(actor, proposal=own.draft.id, words=words)
    return sent


def take_back(actor: Actor, *, proposal: UUID) -> bool:
    """收回 while nobody has decided; what was asked becomes a draft again if there is none.

    Says whether it did. Raises :class:`NotAllowed` and :class:`Absent`.
    """
    with recording(actor):
        proposals.withdraw(actor, proposal=proposal)
    try:
        proposals.reopen(actor, proposal=proposal)
    except proposals.BadState:
        return False
    return True


def ask_for_portrait(actor: Actor, own: Own, *, data: bytes) -> None:
    """A new portrait: a file of the identity row, which becomes the portrait when the request
    takes effect. Raises :class:`dangan.files.rules.BadFile`, :class:`Absent`."""
    info_set = own.set_of("identity")
    row = own.single("identity")
    if row is None or row.row is None or "photo" not in own.editable(info_set):
        raise Absent
    if row.locked:
        raise proposals.Claimed(row.number, row.row, row.case)
    with recording(actor):
        kept = file_actions.keep(
            actor, subject=own.subject, name="portrait.jpg", data=data, allow=PORTRAIT
        )
        asked: dict[str, Json | None] = {
            cell.item.key: cell.value for cell in row.changes if cell.item.key in may_ask(info_set)
        }
        asked["photo"] = str(kept.id)
        proposal = own.target("identity", row.key) or proposals.draft(actor, subject=own.subject).id
        others = [file.id for file in row.proofs if str(file.id) != row.asked_photo]
        plan = RowPlan("identity", asked, row.row, base_version=row.version)
        proposals.put_row(actor, proposal=proposal, plan=plan, proofs=[*others, kept.id])


__all__ = [
    "NotAllowed",
    "Wanted",
    "ask_for_portrait",
    "ask_to_delete",
    "keep_rows",
    "submit",
    "take_back",
    "undo_field",
    "undo_row",
]
