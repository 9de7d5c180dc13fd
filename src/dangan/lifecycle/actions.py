"""The verbs of staff movements: load – require – decide – save – log, one transaction each.

What becomes of a movement once it has begun is decided in its case (:mod:`dangan.workflow`);
what it does to the dossier stands in :mod:`.effecting`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from dangan.access.rules import (
    Absent,
    Actor,
    Refused,
    Showing,
    field_showings,
    reach,
    refuse,
    require,
)
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.lifecycle import gates
from dangan.lifecycle.checklist import checklist
from dangan.lifecycle.models import RUNNING, ChecklistItem, Kind, Movement, State
from dangan.lifecycle.problems import AlreadyMoving, BadMovement
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.rules.checklist import may_sign
from dangan.lifecycle.rules.checks import Verdict, assess, spared_by
from dangan.lifecycle.rules.facts import enters_secret_post, facts_of
from dangan.lifecycle.rules.starting import Asked, Wrong, problems
from dangan.lifecycle.sealing import open_body, seal_body, seal_note
from dangan.lifecycle.standing import Standing, standing_of
from dangan.workflow import actions as workflow
from dangan.workflow.handling import Json
from dangan.workflow.models import Case

OWN_KINDS = (Kind.REGULARISATION, Kind.DEPARTURE)
"""What a person may ask for themselves."""

OWN_FIELDS: Mapping[str, frozenset[str]] = {
    "departure": frozenset({"leaving_reason"}),
    "regularisation": frozenset(),
}
OWN_DETAILS: Mapping[str, frozenset[str]] = {
    "departure": frozenset({"notified_on", "last_day", "short_reason"}),
    "regularisation": frozenset({"summary"}),
}
"""What of the form the person may fill in."""


def start(
    actor: Actor,
    *,
    kind: str,
    subject: UUID,
    body: Body,
    effective: date,
    by_self: bool = False,
) -> Movement:
    """Begins a movement and submits its case.

    ``effective`` is the day of entry, of the new post, or the last day. Raises :class:`Absent`,
    :class:`Refused`, :class:`BadMovement`, :class:`AlreadyMoving` and the workflow's
    :class:`~dangan.workflow.problems.CannotStart`; nothing is stored then.
    """
    with recording(actor):
        person = standing_of(subject, lock=True)
        _require_start(actor, person, kind, body, by_self=by_self)
        found = problems(asked(kind, person, body, effective, by_self=by_self))
        if found:
            raise BadMovement(found)
        movement = _save(actor, person, kind, body, effective, by_self=by_self)
        actor.trail.add(
            Event(
                "movement.start",
                subject=subject,
                object=str(movement.id),
                facts={"kind": kind, "effective": effective.isoformat()},
                reason=body.reason,
            )
        )
        case = workflow.open_case(
            actor,
            definition=kind,
            subject=subject,
            object=movement.id,
            facts=case_facts(movement, person, body),
            effective=effective,
        )
        Movement.objects.filter(pk=movement.id).update(case=case.id)
        movement.refresh_from_db()
    return movement


def revise(
    actor: Actor, *, movement: UUID, body: Body, effective: date, words: str = ""
) -> Movement:
    """Changes a returned movement and sends it on its way again.

    Only whoever began it may. Raises what :func:`start` raises.
    """
    with recording(actor):
        found = _locked(movement)
        if found.opened_by != actor.id:
            raise Absent
        if found.state != State.RETURNED or found.case is None:
            raise BadMovement([Wrong("", Message("只有退回的变动可以修改后重新提交。"))])
        person = standing_of(found.subject, lock=True)
        _require_fields(actor, person, found.kind, body, by_self=found.by_self)
        wrong = problems(asked(found.kind, person, body, effective, by_self=found.by_self))
        if wrong:
            raise BadMovement(wrong)
        found.effective = effective
        found.new_unit = _unit_in(body)
        found.state = State.OPEN
        store_body(found, person, body)
        actor.trail.add(
            Event("movement.revise", subject=found.subject, object=str(found.id), reason=words)
        )
        workflow.resubmit(
            actor, case=found.case, facts=case_facts(found, person, body), words=words
        )
        found.refresh_from_db()
    return found


def sign(actor: Actor, *, item: int, state: str, note: str = "") -> ChecklistItem:
    """Signs a duty that follows a movement; ``state`` is done or none (不涉及).

    Raises :class:`Absent` for lines that are not the actor's to sign, :class:`BadMovement`
    when the line was signed before or words are missing.
    """
    with recording(actor):
        line = ChecklistItem.objects.select_for_update().filter(pk=item, after=True).first()
        if line is None:
            raise Absent
        person = standing_of(line.movement.subject)
        if not signs(actor, line.department, person.subject, person.path):
            actor.trail.add(Event("movement.sign", outcome="refused", subject=person.subject))
            raise Absent
        if line.state != ChecklistItem.State.OPEN:
            raise BadMovement([Wrong("", Message("这一项已经办过，不需要再办。"))])
        if state == ChecklistItem.State.NONE and len(note.strip()) < 2:
            raise BadMovement([Wrong("note", Message("“不涉及”要写明原因。"))])
        put_item(actor, person, line, state=state, note=note)
    return line


def signs(actor: Actor, department: str, subject: UUID, path: tuple[UUID, ...]) -> bool:
    """Whether a line of this department is the actor's to sign; never one's own."""
    known = checklist().departments.get(department)
    if known is None or actor.subject == subject:
        return False
    return may_sign(known, actor.grants, path)


def put_item(actor: Actor, person: Standing, line: ChecklistItem, *, state: str, note: str) -> None:
    """Stores a signature in the caller's transaction; rights are the caller's to decide."""
    line.state = state
    line.by = actor.id
    line.at = timezone.now()
    line.sealed_note = seal_note(person.key, line, note.strip())
    line.save(update_fields=["state", "by", "at", "sealed_note"])
    actor.trail.add(
        Event(
            "movement.sign",
            subject=person.subject,
            object=str(line.movement_id),
            facts={"department": line.department, "item": line.item, "state": state},
            reason=note.strip(),
        )
    )


def asked(
    kind: str, person: Standing, body: Body, effective: date, *, by_self: bool = False
) -> Asked:
    """What the rules are to judge, with the gates' answers."""
    now = person.present.post.values if person.present.post else {}
    told = [row.values for row in person.rows.get("background_check", ())]
    keys = ("unit", "position", "post_level") if kind == Kind.PROMOTION else ("unit", "position")
    return Asked(
        kind=kind,
        state=person.state,
        present=person.present,
        body=body,
        effective=effective,
        today=timezone.localdate(),
        by_self=by_self,
        gates=gates.reasons(
            gates.GateQuestion(
                subject=person.subject,
                kind=kind,
                unit=_unit_in(body),
                position=str(body.post.get("position") or ""),
                secrecy_post=str(body.post.get("secrecy_post") or ""),
                security_critical=enters_secret_post(body),
                effective=effective,
            )
        ),
        check_rows=[*told, *body.checks],
        same_place=all(body.post.get(key) in (None, "", now.get(key)) for key in keys),
    )


def case_facts(movement: Movement, person: Standing, body: Body) -> dict[str, Json]:
    """The facts of the movement's case, as the form and the dossier stand now."""
    return facts_of(
        movement.kind,
        body,
        person.present,
        effective=movement.effective,
        by_self=movement.by_self,
        heads_unit=bool(person.tree.headed_by(person.subject)),
        reentry=person.state == "departed",
        checked=_checked(person, body),
        agreements=person.rows.get("secrecy_agreement", ()),
    )


def _checked(person: Standing, body: Body) -> bool:
    rows = [*(row.values for row in person.rows.get("background_check", ())), *body.checks]
    return assess(rows, spared=spared_by(body)).verdict is not Verdict.MISSING


def store_body(movement: Movement, person: Standing, body: Body) -> None:
    """Seals ``body`` as the movement's next version and saves the movement."""
    movement.version += 1
    movement.sealed_body = seal_body(person.key, movement.id, movement.version, body)
    movement.save()


def locked_for(case: Case) -> tuple[Movement, Standing, Body]:
    """The movement of a case, its person and its form, locked until the transaction ends."""
    if case.object is None:
        raise Absent
    movement = _locked(case.object)
    person = standing_of(movement.subject, lock=True)
    return movement, person, open_body(person.key, movement)


def opened_for(case: Case) -> tuple[Movement, Standing, Body]:
    """The same for looking only."""
    movement = Movement.objects.filter(pk=case.object).first() if case.object else None
    if movement is None:
        raise Absent
    person = standing_of(movement.subject)
    return movement, person, open_body(person.key, movement)


def _locked(movement: UUID) -> Movement:
    found = Movement.objects.select_for_update().filter(pk=movement).first()
    if found is None:
        raise Absent
    return found


def _unit_in(body: Body) -> UUID | None:
    unit = body.post.get("unit")
    return UUID(str(unit)) if unit else None


def _require_start(actor: Actor, person: Standing, kind: str, body: Body, *, by_self: bool) -> None:
    if kind not in Kind.values:
        raise Absent
    if by_self:
        require(actor, "lifecycle.own")
        if actor.subject != person.subject or kind not in OWN_KINDS:
            raise _out_of_reach(actor, person.subject)
    else:
        require(actor, "lifecycle.start")
        if not _within(actor, person):
            raise _out_of_reach(actor, person.subject)
        if actor.subject == person.subject:
            raise refuse(actor, "lifecycle.start", "本人的变动由别人发起。", subject=person.subject)
    _require_fields(actor, person, kind, body, by_self=by_self)


def _within(actor: Actor, person: Standing) -> bool:
    return reach(actor, "start").contains(person.subject, person.path) and (
        not person.path or actor.may_at("lifecycle.start", person.path)
    )


def _out_of_reach(actor: Actor, subject: UUID) -> Absent:
    actor.trail.add(Event("movement.start", outcome="refused", subject=subject))
    return Absent()


def _require_fields(
    actor: Actor, person: Standing, kind: str, body: Body, *, by_self: bool
) -> None:
    """Every value in the form must be the actor's to ask for; pages offer no others."""
    if by_self:
        beyond = body.post.keys() - OWN_FIELDS[kind] or body.details.keys() - OWN_DETAILS[kind]
        if beyond or body.pay or body.contract or body.checks:
            raise Refused("start", "这些内容不由本人填写。")
        return
    wanted = {
        "post": set(body.post),
        "pay": set(body.pay),
        "contract": set(body.contract),
        "background_check": {field for row in body.checks for field in row},
    }
    for info_set, fields in wanted.items():
        named = person.dictionary.sets[info_set]
        allowed = field_showings(actor, person.subject, person.path, named, "start")
        if any(allowed.get(field) is not Showing.PLAIN for field in fields):
            raise Refused("start", "你不能填写其中的一些字段。")


def _save(
    actor: Actor, person: Standing, kind: str, body: Body, effective: date, *, by_self: bool
) -> Movement:
    now_at = timezone.now()
    movement = Movement(
        id=uuid4(),
        kind=kind,
        subject=person.subject,
        unit=person.unit,
        new_unit=_unit_in(body),
        by_self=by_self,
        effective=effective,
        opened_by=actor.id,
        opened_at=now_at,
    )
    movement.sealed_body = seal_body(person.key, movement.id, movement.version, body)
    try:
        with transaction.atomic():
            movement.save(force_insert=True)
    except IntegrityError as error:
        raise AlreadyMoving(_running_number(person.subject, kind)) from error
    if kind == Kind.DEPARTURE:
        ChecklistItem.objects.bulk_create(
            ChecklistItem(movement=movement, department=line.department, item=line.key)
            for line in checklist().departure
        )
    return movement


def _running_number(subject: UUID, kind: str) -> str:
    """The case number of what is under way; whoever may start one may know of it."""
    running = Movement.objects.filter(subject=subject, state__in=RUNNING)
    running = (
        running.filter(kind=Kind.DEPARTURE)
        if kind == Kind.DEPARTURE
        else running.exclude(kind=Kind.DEPARTURE)
    )
    case = running.values_list("case", flat=True).first()
    found = Case.objects.filter(pk=case).first() if case else None
    return found.number if found else ""
