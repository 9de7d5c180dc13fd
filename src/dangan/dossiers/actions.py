"""The verbs of dossiers: load – require – decide – save – log, one transaction each."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID, uuid4

from django.utils import timezone
from PIL import Image, ImageOps, UnidentifiedImageError

from dangan.access import brakes
from dangan.access.actions import use_permit
from dangan.access.queries import system_actor
from dangan.access.rules import Absent, Actor, Refused, Showing, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Message
from dangan.dossiers.models import Change, Portrait, Problem, Record, Subject
from dangan.dossiers.opening import open_rows, open_values, portrait_place, problem_place
from dangan.dossiers.proposals.routes import direct_only
from dangan.dossiers.queries import basis, open_subject
from dangan.dossiers.queries.problems import within_reach
from dangan.dossiers.rules import (
    Conflict,
    FieldProblem,
    InvalidRecord,
    RowPlan,
    SubjectPlan,
    Values,
    state_refusal,
)
from dangan.dossiers.scanning import scan_subjects
from dangan.dossiers.writing import OfCase, Progress, Written, roster_entries, write
from dangan.roster import actions as roster_actions
from dangan.vault import queries as vault_queries
from dangan.vault.rules import seal
from dangan.workflow.handling import CannotTakeEffect

REASON_MIN = 4
"""Characters a reason for unmasking must have at least."""

PORTRAIT_SIZE = (320, 448)
"""Pixels a portrait is stored at, 5:7 as the paper form's photograph."""

PORTRAIT_MAX_BYTES = 8 * 2**20


def create_subject(
    actor: Actor, *, rows: Sequence[RowPlan], reason: str = "", state: str = Subject.State.DRAFT
) -> Written:
    """Opens a dossier with its first rows.

    Raises :class:`InvalidRecord` and :class:`Refused`.
    """
    require(actor, "people.create")
    with recording(actor):
        written = write(
            actor,
            [SubjectPlan(rows, state=state)],
            kind=Change.Kind.CREATE,
            reason=reason,
        )
        scan_subjects(actor, [written[0].subject])
    return written[0]


def save_row(
    actor: Actor,
    *,
    subject: UUID,
    info_set: str,
    row: UUID | None,
    base_version: int,
    values: Values,
    valid_from: date | None = None,
    reason: str = "",
) -> Written:
    """Adds a row (``row`` None) or corrects one; ``values`` is a patch of its fields.

    Raises :class:`Absent`, :class:`Refused`, :class:`Conflict` (somebody saved in between),
    :class:`InvalidRecord`, :class:`Claimed` (the row is being decided on) and
    :class:`NeedsApproval` (the routes ask for a proposal instead). A patch that changes nothing
    makes no update record.
    """
    plan = RowPlan(info_set, values, row, base_version, valid_from)
    return _write_one(actor, subject, plan, Change.Kind.EDIT, reason)


def delete_row(
    actor: Actor, *, subject: UUID, info_set: str, row: UUID, base_version: int, reason: str = ""
) -> Written:
    """Takes a row out of the dossier; its versions stay readable in the history."""
    plan = RowPlan(info_set, {}, row, base_version, delete=True)
    return _write_one(actor, subject, plan, Change.Kind.DELETE, reason)


def _write_one(
    actor: Actor, subject: UUID, plan: RowPlan, kind: Change.Kind, reason: str
) -> Written:
    require(actor, "dossier.open")
    with recording(actor):
        written = write(
            actor, [SubjectPlan([plan], subject)], kind=kind, reason=reason, guard=direct_only
        )[0]
        if written.change:
            scan_subjects(actor, [subject])
    return written


def apply_case(
    actor: Actor,
    *,
    case: UUID,
    number: str,
    decided_by: UUID,
    plan: SubjectPlan,
    effective: date | None = None,
    reason: str = "",
) -> Written:
    """Writes what a case agreed to, whole: for :meth:`CaseKind.perform`, in its transaction.

    The update record names the case and ``decided_by``; rows without a date of their own hold
    from ``effective`` (None: today). The case gives the right to write: whoever decides need not
    be able to edit the dossier. ``plan.subject`` None opens a dossier.

    Raises :class:`CannotTakeEffect`; nothing is written then.
    """
    acting = replace(system_actor(), trail=actor.trail)
    rows = [replace(row, valid_from=row.valid_from or effective) for row in plan.rows]
    kind = Change.Kind.DELETE if all(row.delete for row in rows) else Change.Kind.EDIT
    if plan.subject is None:
        kind = Change.Kind.CREATE
    try:
        with recording(acting):
            written = write(
                acting,
                [replace(plan, rows=rows)],
                kind=kind,
                reason=reason,
                of_case=OfCase(case, number, decided_by),
            )[0]
            if written.change:
                scan_subjects(acting, [written.subject])
    except (Absent, Conflict, InvalidRecord, Refused) as error:
        raise CannotTakeEffect(_why_not(error)) from error
    return written


def _why_not(error: Absent | Conflict | InvalidRecord | Refused) -> Message:
    """Why what was agreed cannot be written, and what to do about it."""
    if isinstance(error, Refused):
        return Message(error.reason or "档案不能修改，没有生效。")
    if isinstance(error, Absent):
        return Message("要改的内容在审批期间被删除了，没有生效。请退回给发起人重新核对。")
    dictionary = dictionary_queries.current()
    info_set = dictionary.sets.get(error.info_set)
    label = Message(info_set.label) if info_set else error.info_set
    if isinstance(error, Conflict):
        return Message(
            "“{set}”在审批期间有了新版本，没有生效。请退回给发起人，核对后重新提交。", set=label
        )
    return Message("“{set}”不能生效：{why}", set=label, why=error.problems[0].message)


def apply_plans(
    actor: Actor,
    *,
    plans: Sequence[SubjectPlan],
    reason: str,
    progress: Progress | None = None,
) -> list[Written]:
    """Writes many dossiers whole or not at all: one transaction, one update record each.

    New dossiers begin as 已确认. Raises what :func:`save_row` raises; nothing is stored then.
    """
    require(actor, "people.import")
    with recording(actor):
        return write(
            actor,
            plans,
            kind=Change.Kind.IMPORT,
            reason=reason,
            new_state=Subject.State.CONFIRMED,
            progress=progress,
        )


def reveal(
    actor: Actor, *, subject: UUID, info_set: str, row: UUID, field: str, reason: str
) -> str:
    """A masked value in clear, for a stated reason; the look is logged before it is shown.

    Raises :class:`InvalidRecord` without a reason, :class:`Absent` when there is no such
    value or the actor may not unmask it.
    """
    words = reason.strip()
    if len(words) < REASON_MIN:
        raise InvalidRecord(
            info_set, [FieldProblem("reason", Message("请填写说明，至少 4 个字。"))]
        )
    opened = open_subject(actor, subject)
    known = opened.dictionary.sets.get(info_set)
    item = known.by_key.get(field) if known else None
    allowed = (
        known is not None
        and item is not None
        and (
            opened.showings(known, "reveal").get(field) is Showing.PLAIN
            or opened.showings(known).get(field) is Showing.PLAIN
        )
    )
    if allowed:
        brakes.ask(actor, "reveal", subject)
    by_case = use_permit(actor, subject, info_set, field) if allowed else ""
    event = Event(
        action="field.reveal",
        outcome="done" if allowed else "refused",
        subject=subject,
        object=f"{info_set}.{field}",
        reason=words,
        facts={"case": by_case} if by_case else {},
    )
    actor.trail.add(event)
    stored = Record.objects.filter(
        subject=subject, info_set=info_set, row=row, current=True
    ).first()
    if not allowed or item is None or stored is None:
        raise Absent
    values = open_values(opened.key, info_set, row, stored.version, stored.sealed)
    value = values.get(field)
    return "" if value is None else opened.words.display(item, value)


def set_state(actor: Actor, *, subject: UUID, state: str, reason: str = "") -> None:
    """Moves a dossier along its life (A3); a skipped step is refused with the reason."""
    require(actor, "dossier.state")
    opened = open_subject(actor, subject)
    if not opened.may_edit(opened.dictionary.sets["identity"]):
        raise Refused("dossier.state", "你没有变更档案状态的权限。")
    with recording(actor):
        stored = Subject.objects.select_for_update().get(id=subject)
        refusal = state_refusal(stored.state, state)
        if refusal:
            labels = dict(Subject.State.choices)
            refusal.params.update(
                now=labels.get(stored.state, stored.state), then=labels.get(state, state)
            )
            raise InvalidRecord("", [FieldProblem("state", refusal)])
        stored.state = state
        stored.version += 1
        stored.changed_at = timezone.now()
        stored.save(update_fields=["state", "version", "changed_at"])
        roster_actions.put(roster_entries({subject: (state, opened.rows())}), {subject: opened.key})
        actor.trail.add(Event(action="subject.state", subject=subject, object=state, reason=reason))


def set_portrait(actor: Actor, *, subject: UUID, picture: bytes, first: bool = False) -> UUID:
    """Stores the portrait: decoded, turned upright, cut to 5:7 and re-encoded, so that nothing
    of the uploaded file but its picture remains.

    ``first`` comes with the rows that begin a dossier: no desk is asked. Raises
    :class:`InvalidRecord`, :class:`Claimed` and :class:`NeedsApproval` as :func:`save_row`.
    """
    jpeg = portrait_jpeg(picture)
    opened = open_subject(actor, subject)
    identity = opened.dictionary.sets["identity"]
    if opened.showings(identity, "edit").get("photo") is not Showing.PLAIN:
        raise Refused("edit", "你没有更换照片的权限。")
    rows = opened.rows().get("identity") or []
    if not rows:
        raise Absent
    name = uuid4()
    with recording(actor):
        sealed = seal(opened.key, portrait_place(subject, name), jpeg)
        Portrait.objects.update_or_create(
            subject_id=subject,
            defaults={"picture": name, "sealed": sealed, "at": timezone.now()},
        )
        plan = RowPlan("identity", {"photo": str(name)}, rows[0].row, rows[0].version)
        guard = None if first else direct_only
        write(actor, [SubjectPlan([plan], subject)], kind=Change.Kind.EDIT, guard=guard)
    return name


def portrait_jpeg(picture: bytes) -> bytes:
    """A portrait as it is stored: upright, cut to 5:7, encoded anew. Raises
    :class:`InvalidRecord` for what is no picture."""
    problem = Message("照片无法读取，请上传 8 MB 以内的 JPEG 或 PNG 图片。")
    if len(picture) > PORTRAIT_MAX_BYTES:
        raise InvalidRecord("identity", [FieldProblem("photo", problem)])
    try:
        with Image.open(io.BytesIO(picture), formats=("JPEG", "PNG")) as image:
            upright = ImageOps.exif_transpose(image).convert("RGB")
            cut = ImageOps.fit(upright, PORTRAIT_SIZE, centering=(0.5, 0.35))
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError, ValueError) as error:
        raise InvalidRecord("identity", [FieldProblem("photo", problem)]) from error
    buffer = io.BytesIO()
    cut.save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def close_problem(actor: Actor, *, problem: int, fixed: bool, note: str) -> None:
    """Ends a problem ticket: mended (``fixed``) or dismissed, with the repair's words recorded.

    Raises :class:`Absent` when it is not within reach, :class:`InvalidRecord` without words.
    """
    require(actor, "problems.manage")
    if len(note.strip()) < REASON_MIN:
        raise InvalidRecord("", [FieldProblem("note", Message("请写明处理情况，至少 4 个字。"))])
    with recording(actor):
        mine = within_reach(actor, basis()).filter(state=Problem.State.OPEN)
        found = mine.select_for_update(of=("self",)).filter(id=problem).first()
        if found is None:
            raise Absent
        opened = open_subject(actor, found.subject_id)
        place = problem_place(found.subject_id, found.code, found.row)
        found.state = Problem.State.FIXED if fixed else Problem.State.DISMISSED
        found.closed_at = timezone.now()
        found.closed_by = actor.id
        found.sealed_note = seal(opened.key, place, note.strip().encode())
        found.save()
        actor.trail.add(
            Event(
                action="problem.close",
                subject=found.subject_id,
                object=found.code,
                reason=note.strip(),
                facts={"problem": problem, "state": found.state},
            )
        )


def rebuild_roster(actor: Actor, *, batch: int = 1000) -> int:
    """Writes every roster entry anew, after the dictionary gained or lost roster fields."""
    count = 0
    kept = Subject.objects.exclude(state="destroyed").filter(restricted_at__isnull=True)
    subjects = list(kept.values_list("id", "state"))
    for start in range(0, len(subjects), batch):
        part = dict(subjects[start : start + batch])
        with recording(actor):
            keys = vault_queries.keys_of(part, skip_destroyed=True)
            rows = open_rows(keys, dictionary_queries.current())
            entries = roster_entries({s: (part[s], rows[s]) for s in keys})
            roster_actions.put(entries, keys)
            count += len(entries)
    return count
