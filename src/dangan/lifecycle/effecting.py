"""What an agreed movement does, exactly once, in the transaction of the last decision or, for a
later day, of the sweep that finds it due: dossier, state, accounts and grants, duties that follow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
from django.utils import timezone

from dangan.access import actions as access
from dangan.access.queries import account_of_subject, system_actor
from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers import actions as dossiers
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.lifecycle.actions import asked, locked_for, store_body
from dangan.lifecycle.checklist import checklist
from dangan.lifecycle.models import ChecklistItem, Kind, Movement, State
from dangan.lifecycle.rules import effects
from dangan.lifecycle.rules.bodies import Body, Values
from dangan.lifecycle.rules.checks import Verdict, assess, spared_by
from dangan.lifecycle.rules.starting import STARTS_FROM
from dangan.lifecycle.standing import Standing
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case

PAY_REASONS = {Kind.PROMOTION: "3", Kind.TRANSFER: "5"}
"""Codes of ``pay_change``."""

MOVES = (Kind.PROMOTION, Kind.TRANSFER)
"""Movements that lead to another post."""

STEPS_TO_FILED: Mapping[str, Sequence[str]] = {
    "draft": ("confirmed", "filed"),
    "confirmed": ("filed",),
}
"""A3 allows no skipping: people who came in by import are confirmed, not filed."""

GONE = frozenset({"departed", "retained", "destroyed"})


def perform(actor: Actor, case: Case) -> None:
    """Makes the movement of ``case`` come true.

    A movement that came true before stays as it is. Raises :class:`CannotTakeEffect`; then
    nothing has changed, since it all happens in the caller's transaction.
    """
    movement, person, body = locked_for(case)
    if movement.applied_at is not None:
        return
    refuse_if_impossible(movement, person, body)
    effect = _Effect(actor, case, movement, person, body)
    effect.write()
    effect.end_rights()
    effect.begin_duties()
    effect.close()


def refuse_if_impossible(movement: Movement, person: Standing, body: Body) -> None:
    """What was true when it began must still be: the state of the dossier, checks and gates.

    Raises :class:`CannotTakeEffect`.
    """
    allowed = STARTS_FROM.get(movement.kind)
    if allowed is None and person.state in GONE:
        raise CannotTakeEffect(Message("这个人已离职，变动不能再生效，请拒绝或退回。"))
    if allowed is not None and person.state not in allowed:
        raise CannotTakeEffect(Message("档案已经归档，不需要再办入职，请拒绝或退回。"))
    if movement.kind == Kind.NEWCOMER:
        _refuse_bad_checks(person, body)
    if movement.kind in (Kind.NEWCOMER, *MOVES) and not body.text("exception"):
        reasons = asked(movement.kind, person, body, movement.effective).gates
        if reasons:
            raise CannotTakeEffect(reasons[0])


def _refuse_bad_checks(person: Standing, body: Body) -> None:
    rows = [*(row.values for row in person.rows.get("background_check", ())), *body.checks]
    state = assess(rows, spared=spared_by(body))
    if state.verdict is Verdict.BAD:
        raise CannotTakeEffect(
            Message("录用核查没有通过，不能录用。请拒绝，或更正核查结果后再办。")
        )
    if state.verdict is Verdict.MISSING:
        raise CannotTakeEffect(
            Message("录用核查还不齐（品行、学历、履历、资格、身份），补录后再办。")
        )
    if state.verdict is Verdict.DOUBTFUL and not body.text("exception"):
        raise CannotTakeEffect(Message("录用核查有疑点，要录用请退回补写例外说明。"))


class _Effect:
    """One movement coming true. It acts with the system's rights: the case gave them; the log
    names whoever decided."""

    def __init__(
        self, actor: Actor, case: Case, movement: Movement, person: Standing, body: Body
    ) -> None:
        self.actor = actor
        self.acting = replace(system_actor(), trail=actor.trail)
        self.case = case
        self.movement = movement
        self.person = person
        self.body = body
        self.again = movement.kind == Kind.NEWCOMER and person.state == "departed"
        self.account = account_of_subject(person.subject)
        path = person.tree.path_of(movement.new_unit)
        self.before = before(person.present)
        self.left_units = [u for u in person.tree.headed_by(person.subject) if u not in path]

    def write(self) -> None:
        """The rows in one update record; a departed dossier opens before and closes after."""
        movement, subject = self.movement, self.person.subject
        if self.again:
            self._state("filed")
        plans = [plan for plan in self._plans() if plan.values]
        if plans:
            written = dossiers.apply_case(
                self.actor,
                case=self.case.id,
                number=self.case.number,
                decided_by=self.actor.id,
                plan=SubjectPlan(plans, subject),
                effective=min(movement.effective, timezone.localdate()),
                reason=self._reason(),
            )
            movement.change = written.change or None
        if movement.kind in (Kind.NEWCOMER, Kind.DEPARTURE):
            for state in STEPS_TO_FILED.get(self.person.state, ()):
                self._state(state)
        if movement.kind == Kind.DEPARTURE:
            self._state("departed")

    def _state(self, state: str) -> None:
        dossiers.set_state(
            self.acting, subject=self.person.subject, state=state, reason=self.case.number
        )

    def _reason(self) -> str:
        return f"{Kind(self.movement.kind).label} {self.case.number}"

    def _plans(self) -> list[RowPlan]:
        now, day, number = self.person.present, self.movement.effective, self.case.number
        kind = Kind(self.movement.kind)
        try:
            if kind is Kind.NEWCOMER:
                return effects.admit(now, self.body, day, again=self.again, document=number)
            if kind is Kind.REGULARISATION:
                return effects.regularise(now, self.body, day, document=number)
            if kind is Kind.DEPARTURE:
                return effects.depart(now, self.body, day, document=number)
            pay_reason = PAY_REASONS[kind]
            return effects.move(now, self.body, day, pay_reason=pay_reason, document=number)
        except effects.Impossible as impossible:
            raise CannotTakeEffect(impossible.message) from impossible

    def end_rights(self) -> None:
        """Accounts and grants end at once, in this very transaction (D7)."""
        if self.account is None:
            return
        number = self.case.number
        if self.movement.kind == Kind.DEPARTURE:
            access.end_account(self.acting, account=self.account, reason=number, number=number)
        elif self.movement.kind in MOVES and self.movement.new_unit != self.person.unit:
            access.end_grants_outside(
                self.acting,
                account=self.account,
                unit_path=self.person.tree.path_of(self.movement.new_unit),
                reason=number,
                number=number,
            )

    def begin_duties(self) -> None:
        """What follows, each with its last day: certificate, transfers, papers, accounts."""
        known = {
            "heads" if self.left_units else "",
            "no_account" if self.account is None else "account",
            self.body.text("outcome"),
        }
        ChecklistItem.objects.bulk_create(
            ChecklistItem(
                movement=self.movement,
                department=line.department,
                item=line.key,
                after=True,
                due=line.due(self.movement.effective),
            )
            for line in checklist().after.get(self.movement.kind, ())
            if not line.when or line.when in known
        )

    def close(self) -> None:
        """The movement is done; it stays as it is from now on."""
        movement = self.movement
        movement.state = State.EFFECTIVE
        movement.applied_at = movement.ended_at = timezone.now()
        store_body(movement, self.person, msgspec.structs.replace(self.body, before=self.before))
        self.actor.trail.add(
            Event(
                "movement.effective",
                subject=movement.subject,
                object=str(movement.id),
                facts={"kind": movement.kind, "number": self.case.number},
            )
        )


def before(now: effects.Present) -> dict[str, Values]:
    """The speaking rows as they stand, for the comparison that the case keeps."""
    rows = {"post": now.post, "contract": now.contract, "pay": now.pay}
    return {key: dict(row.values) for key, row in rows.items() if row is not None}
