"""What a movement writes into the dossier: from its form and the rows as they are. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dangan.dictionary.rules import Dictionary, Message
from dangan.dossiers.rules import Row, RowPlan, current_row
from dangan.lifecycle.rules.bodies import Body, Values
from dangan.lifecycle.rules.law import ending_of

Rows = Mapping[str, Sequence[Row]]

ENDING_FIELDS = ("start", "end", "left", "leaving_reason", "document", "full_title")
"""What a new post does not take over from the one before."""

EARLIEST_DAYS = 31
"""How far back a movement may take effect: into the pay of the month before, no further."""
LATEST_DAYS = 366

EMPLOYED, PROBATION, LEFT = "1", "2", "7"
"""Codes of ``employment_status``."""


class Impossible(Exception):  # noqa: N818 - an answer to whoever decides
    """The dossier does not allow this movement as it stands; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


@dataclass(frozen=True, slots=True)
class Present:
    """Where the person stands now: the rows that speak for post, contract and pay."""

    post: Row | None
    contract: Row | None
    pay: Row | None

    @property
    def heading(self) -> str:
        """The present unit, empty without a post."""
        return str(self.post.values.get("unit") or "") if self.post else ""

    def on_probation(self, day: date) -> bool:
        """Whether the probation still runs on ``day``."""
        if self.post is None:
            return False
        if self.post.values.get("status") == EMPLOYED:
            return False
        end = day_of(self.post.values.get("probation_end"))
        if end is None:
            return self.post.values.get("status") == PROBATION
        return day <= end


def present(dictionary: Dictionary, rows: Rows) -> Present:
    """Picks the rows that speak."""

    def speaking(key: str) -> Row | None:
        return current_row(dictionary.sets[key], rows.get(key, ()))

    pay = max(
        rows.get("pay", ()), key=lambda row: str(row.values.get("effective") or ""), default=None
    )
    return Present(speaking("post"), speaking("contract"), pay)


def day_of(value: object) -> date | None:
    """A stored whole day; None for anything else, a month or 至今 among them."""
    try:
        return (
            date.fromisoformat(str(value)) if value and not str(value).startswith("9999") else None
        )
    except ValueError:
        return None


def effective_problem(effective: date, today: date, begun: date | None = None) -> Message | None:
    """Why a movement may not take effect on that day; ``begun`` is when the present post began."""
    if effective < today - timedelta(days=EARLIEST_DAYS):
        return Message(
            "生效日期最早可以填 {day}（{n} 天前），更早的变动请在档案里更正。",
            day=(today - timedelta(days=EARLIEST_DAYS)).isoformat(),
            n=EARLIEST_DAYS,
        )
    if effective > today + timedelta(days=LATEST_DAYS):
        return Message("生效日期最晚可以填一年以后，请改早。")
    if begun is not None and effective <= begun:
        return Message("现任岗位 {day} 才开始，生效日期要晚于这一天。", day=begun.isoformat())
    return None


def begun_on(row: Row | None) -> date | None:
    """When a post began, as far as the day is known."""
    if row is None:
        return None
    return day_of(row.values.get("start")) or day_of(row.values.get("joined"))


def _patch(info_set: str, row: Row, values: Values) -> RowPlan:
    changed = {key: value for key, value in values.items() if row.values.get(key) != value}
    return RowPlan(info_set, changed, row.row, row.version)


def _new(info_set: str, values: Values) -> RowPlan:
    return RowPlan(
        info_set, {key: value for key, value in values.items() if value not in (None, "")}
    )


def move(
    now: Present, body: Body, effective: date, *, pay_reason: str, document: str
) -> list[RowPlan]:
    """Promotion and transfer: the old post ends the day before, the new one begins.

    Raises :class:`Impossible` without a present post or when it began later.
    """
    if now.post is None:
        raise Impossible(Message("档案里没有现任岗位，请先补录任职。"))
    begun = begun_on(now.post)
    if begun is not None and effective <= begun:
        raise Impossible(
            Message("现任岗位 {day} 才开始，变动不能早于这一天生效。", day=begun.isoformat())
        )
    before = (effective - timedelta(days=1)).isoformat()
    carried = {key: value for key, value in now.post.values.items() if key not in ENDING_FIELDS}
    after = {**carried, **body.post, "start": effective.isoformat(), "document": document}
    plans = [_patch("post", now.post, {"end": before}), _new("post", after)]
    return plans + pay_plans(body, effective, pay_reason, document) + contract_plans(now, body)


def pay_plans(body: Body, effective: date, reason: str, document: str) -> list[RowPlan]:
    """A new row of pay, when finance set one."""
    if not body.pay:
        return []
    row = {**body.pay, "effective": effective.isoformat(), "reason": reason, "document": document}
    return [_new("pay", row)]


def contract_plans(now: Present, body: Body) -> list[RowPlan]:
    """What legal amended in the running contract; a new row when there is none."""
    if not body.contract:
        return []
    if now.contract is None:
        return [_new("contract", body.contract)]
    return [_patch("contract", now.contract, body.contract)]


def regularise(now: Present, body: Body, effective: date, *, document: str) -> list[RowPlan]:
    """转正: confirmed, probation extended, or (not passed) nothing until the departure."""
    if now.post is None:
        raise Impossible(Message("档案里没有现任岗位，请先补录任职。"))
    outcome = body.text("outcome")
    if outcome == "passed":
        values: Values = {"status": EMPLOYED}
        end = day_of(now.post.values.get("probation_end"))
        if end is None or end >= effective:
            values["probation_end"] = (effective - timedelta(days=1)).isoformat()
        return [_patch("post", now.post, values), *pay_plans(body, effective, "2", document)]
    if outcome == "extended":
        until = body.text("extended_to")
        plans = [_patch("post", now.post, {"probation_end": until, "status": PROBATION})]
        if now.contract is not None:
            plans.append(_patch("contract", now.contract, {"probation_end": until}))
        return plans
    return []


def admit(
    now: Present, body: Body, effective: date, *, again: bool, document: str
) -> list[RowPlan]:
    """A newcomer's post, first pay and checks; somebody who comes back gets a new row of post."""
    on_probation = bool(body.post.get("probation_end"))
    post: Values = {
        **body.post,
        "joined": effective.isoformat(),
        "start": effective.isoformat(),
        "status": PROBATION if on_probation else EMPLOYED,
    }
    if now.post is None or again:
        plans = [_new("post", {**post, "document": document})]
    else:
        plans = [_patch("post", now.post, post)]
    plans += [_new("background_check", row) for row in body.checks]
    if body.contract:
        plans.append(_new("contract", body.contract))
    return plans + pay_plans(body, effective, "1", document)


def depart(now: Present, body: Body, last_day: date, *, document: str) -> list[RowPlan]:
    """离职: post and contract end on the last day; the secrecy agreement signed then stays."""
    if now.post is None:
        raise Impossible(Message("档案里没有现任岗位，请先补录任职。"))
    day, code = last_day.isoformat(), str(body.post.get("leaving_reason") or "90")
    values: Values = {"end": day, "left": day, "leaving_reason": code, "status": LEFT}
    plans = [_patch("post", now.post, values)]
    if now.contract is not None:
        ended: Values = {
            "state": ending_of(code).contract_state,
            "ended": day,
            "ending_reason": code,
        }
        plans.append(_patch("contract", now.contract, ended))
    if signed := body.text("secrecy_signed"):
        agreement: Values = {
            "kind": "5",
            "signed": signed,
            "start": day,
            "end": "9999",
            "state": "1",
            "remarks": document,
        }
        plans.append(_new("secrecy_agreement", agreement))
    return plans
