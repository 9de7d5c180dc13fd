"""Whether a movement may begin: everything wrong with its form at once. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from dangan.dictionary.rules import Json, Message
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.rules.checks import Verdict, assess, spared_by
from dangan.lifecycle.rules.effects import Present, begun_on, day_of, effective_problem
from dangan.lifecycle.rules.law import (
    OWN_REASONS,
    ending_problem,
    extension_problem,
    is_short,
    notice_given,
    notice_needed,
)

REASON_MIN = 4
"""Characters that words giving a reason have at least."""

PRESENT = frozenset({"confirmed", "filed", "changed"})
"""States of a dossier whose person works here."""

STARTS_FROM = {"newcomer": frozenset({"draft", "confirmed", "departed"})}
"""Where a newcomer may stand: new, or back again; all other movements need somebody present."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A movement about to begin: about whom, what, when, and what is known of the person.

    ``gates`` are the reasons other rooms give against the post; ``headed`` how many units the
    person heads; ``same_place`` that neither unit nor position would change.
    """

    kind: str
    state: str
    present: Present
    body: Body
    effective: date
    today: date
    by_self: bool = False
    gates: Sequence[Message] = ()
    check_rows: Sequence[Mapping[str, Json | None]] = ()
    same_place: bool = False


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong, beside which field (empty: with the whole)."""

    field: str
    message: Message


def problems(asked: Asked) -> list[Wrong]:
    """Why it may not begin; empty when it may."""
    found = _state_problems(asked)
    if found:
        return found
    begun = begun_on(asked.present.post) if asked.kind in ("promotion", "transfer") else None
    late = effective_problem(asked.effective, asked.today, begun)
    found = [Wrong("effective", late)] if late else []
    if not asked.by_self and len(asked.body.reason.strip()) < REASON_MIN:
        found.append(Wrong("reason", Message("请写明事由，至少 4 个字。")))
    return found + _BY_KIND[asked.kind](asked) + _gate_problems(asked)


def _state_problems(asked: Asked) -> list[Wrong]:
    allowed = STARTS_FROM.get(asked.kind, PRESENT)
    if asked.state in allowed:
        return []
    if asked.kind == "newcomer":
        return [Wrong("", Message("这个人的档案已归档，不需要再办入职。"))]
    if asked.state == "draft":
        return [Wrong("", Message("档案还是草稿，先办完新员工建档。"))]
    return [Wrong("", Message("这个人已离职，再次入职请从“新员工建档”办理。"))]


def _gate_problems(asked: Asked) -> list[Wrong]:
    """Reasons against the post, unless an exception is recorded in words."""
    if asked.kind not in ("newcomer", "promotion", "transfer"):
        return []
    if len(asked.body.text("exception").strip()) >= REASON_MIN:
        return []
    return [Wrong("exception", message) for message in asked.gates]


def _placing(asked: Asked) -> list[Wrong]:
    found = []
    if not asked.body.post.get("unit"):
        found.append(Wrong("unit", Message("请选择新部门。")))
    if not asked.body.post.get("position"):
        found.append(Wrong("position", Message("请填写新岗位。")))
    return found


def _newcomer(asked: Asked) -> list[Wrong]:
    found = _placing(asked)
    state = assess(asked.check_rows, spared=spared_by(asked.body))
    if state.verdict is Verdict.BAD:
        found.append(Wrong("checks", Message("录用核查没有通过，不能录用。")))
    elif state.verdict is Verdict.DOUBTFUL and not _excused(asked.body):
        found.append(
            Wrong("exception", Message("录用核查有疑点或无法核实，要录用请写明例外说明。"))
        )
    until = day_of(asked.body.post.get("probation_end"))
    if until is not None and until <= asked.effective:
        found.append(Wrong("probation_end", Message("试用期截止日期要晚于入职日期。")))
    return found


def _excused(body: Body) -> bool:
    return len(body.text("exception").strip()) >= REASON_MIN


def _regularisation(asked: Asked) -> list[Wrong]:
    if not asked.present.on_probation(asked.effective - timedelta(days=1)):
        return [Wrong("", Message("这个人不在试用期内，不需要办转正。"))]
    if asked.by_self and len(asked.body.text("summary").strip()) < REASON_MIN:
        return [Wrong("summary", Message("请写试用期小结。"))]
    outcome = asked.body.text("outcome")
    if outcome == "extended":
        return extension_problems(asked.present, asked.body.text("extended_to"))
    return []


def extension_problems(now: Present, wanted: str) -> list[Wrong]:
    """Why probation may not be extended to ``wanted`` (an ISO day)."""
    until = day_of(wanted)
    if until is None:
        return [Wrong("extended_to", Message("请填写延长到哪一天。"))]
    contract = now.contract.values if now.contract else {}
    message = extension_problem(
        str(contract.get("kind") or "1"),
        day_of(contract.get("start")) or begun_on(now.post),
        day_of(contract.get("end")),
        day_of(now.post.values.get("probation_end")) if now.post else None,
        until,
    )
    return [Wrong("extended_to", message)] if message else []


def _promotion(asked: Asked) -> list[Wrong]:
    found = _placing(asked)
    if not found and asked.same_place:
        found.append(Wrong("position", Message("新岗位、层级和部门都和现在一样，请改其中一项。")))
    return found


def _transfer(asked: Asked) -> list[Wrong]:
    found = _placing(asked)
    if not found and asked.same_place:
        found.append(Wrong("unit", Message("新部门、新岗位和现在一样，请改其中一项。")))
    return found


def _departure(asked: Asked) -> list[Wrong]:
    body = asked.body
    notified, code = day_of(body.text("notified_on")), str(body.post.get("leaving_reason") or "")
    if notified is None:
        return [Wrong("notified_on", Message("请填写书面通知的日期。"))]
    if not code:
        return [Wrong("leaving_reason", Message("请选择离职原因。"))]
    if asked.by_self and code not in OWN_REASONS:
        return [Wrong("leaving_reason", Message("本人提出离职，只能选提前通知或因单位过错。"))]
    found = []
    if notified > asked.today:
        found.append(Wrong("notified_on", Message("书面通知的日期不能晚于今天。")))
    if asked.effective < notified:
        found.append(Wrong("effective", Message("最后工作日不能早于通知日期。")))
    probation = asked.present.on_probation(notified)
    if wrong := ending_problem(code, probation=probation):
        found.append(Wrong("leaving_reason", wrong))
    short = is_short(code, notified, asked.effective, probation=probation)
    if short and len(body.text("short_reason").strip()) < REASON_MIN:
        found.append(
            Wrong(
                "short_reason",
                Message(
                    "通知期要 {needed} 天，现在是 {given} 天；提前离开请写明原因。",
                    needed=notice_needed(code, probation=probation),
                    given=max(0, notice_given(notified, asked.effective)),
                ),
            )
        )
    return found


_BY_KIND: dict[str, Callable[[Asked], list[Wrong]]] = {
    "newcomer": _newcomer,
    "regularisation": _regularisation,
    "promotion": _promotion,
    "transfer": _transfer,
    "departure": _departure,
}
