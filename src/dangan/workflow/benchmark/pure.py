"""How fast the engine is by itself: cases of a realistic flow from submission to effect."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from dangan.workflow.rules import engine
from dangan.workflow.rules.definitions import parse
from dangan.workflow.rules.states import Event, Recorded

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

TARGET = 50_000
_PEOPLE = {"legal": ["a4"], "finance": ["a5", "a6"], "leader": ["a7"], "hr_manager": ["a8", "a9"]}
_LANES = [
    {"label": "法务", "steps": [{"key": "legal", "label": "法务审核", "type": "approve",
                               "who": [{"rule": "role", "role": "legal"}]}]},
    {"label": "财务", "steps": [{"key": "pay", "label": "核定薪酬", "type": "fill", "part": "pay",
                               "who": [{"rule": "role", "role": "finance"}], "days": 3}]},
]  # fmt: skip
FLOW = parse(
    {
        "key": "bench",
        "label": "测算",
        "kind": "promotion",
        "prefix": "CS",
        "steps": [
            {"key": "head", "label": "部门负责人", "type": "approve", "days": 2,
             "remind_days_before": 1, "who": [{"rule": "head"}]},
            {"key": "up", "label": "上级", "type": "approve", "who": [{"rule": "head", "up": 1}]},
            {"key": "ways", "label": "是否并行", "type": "branch", "otherwise": [],
             "arms": [{"when": [{"fact": "pay", "op": "is"}], "steps": [
                 {"key": "beside", "label": "并行", "type": "parallel", "lanes": _LANES}]}]},
            {"key": "all", "label": "会签", "type": "approve", "mode": "all", "days": 3,
             "who": [{"rule": "role", "role": "hr_manager", "everyone": True}]},
            {"key": "leader", "label": "分管领导", "type": "approve",
             "who": [{"rule": "role", "role": "leader"}]},
            {"key": "act", "label": "生效", "type": "act", "act": "apply"},
        ],
    }
)  # fmt: skip
"""Eight steps that stop or do something, in a branch with two lanes."""

STORY = (
    Event(verb="agree", by="a2", step="head"),
    Event(verb="agree", by="a3", step="up"),
    Event(verb="agree", by="a4", step="legal"),
    Event(verb="fill", by="a6", step="pay"),
    Event(verb="agree", by="a8", step="all"),
    Event(verb="return", by="a9", step="all", to="legal"),
    Event(verb="agree", by="a4", step="legal"),
    Event(verb="agree", by="a8", step="all"),
    Event(verb="agree", by="a9", step="all"),
    Event(verb="transfer", by="a7", step="leader", who=("a3",)),
    Event(verb="agree", by="a3", step="leader"),
    Event(verb="acted", step="act"),
)
"""Every event after the submission."""


class _People:
    """A directory in memory."""

    def unit_of(self, subject: str) -> str:
        return f"unit of {subject}"

    def unit_of_account(self, account: str) -> str:
        return f"unit of {account}"

    def account_of(self, subject: str) -> str:
        return f"account of {subject}"

    def heads(self, unit: str) -> Sequence[str]:  # noqa: ARG002 - the protocol's
        return ("a2", "a3", "a7")

    def supervisors(self, subject: str) -> Sequence[str]:  # noqa: ARG002 - the protocol's
        return ("a2",)

    def holders(self, role: str, unit: str) -> Sequence[str]:  # noqa: ARG002 - the protocol's
        return _PEOPLE.get(role, ())

    def active(self, account: str) -> bool:
        return bool(account)


def _due(start: datetime, days: float) -> datetime:
    return start + timedelta(days=days)


def figures(*, seconds: float = 2.0) -> list[Figure]:
    """Steps a second forward, and again from the kept events; on one core."""
    people, now = _People(), datetime(2026, 3, 2, 9, tzinfo=UTC)
    kept = _one_case(people, now)
    return [
        ("engine steps, forward", _rate(seconds, lambda: len(_one_case(people, now))),
         "/s", TARGET, None),
        ("engine steps, replayed", _rate(seconds, lambda: _again(kept)), "/s", None, None),
    ]  # fmt: skip


def _one_case(people: _People, now: datetime) -> list[Recorded]:
    facts = {"pay": True}
    outcome = engine.start(
        FLOW, facts=facts, initiator="a1", subject="s1", now=now, directory=people,
        calendar_due=_due,
    )  # fmt: skip
    kept = [outcome.recorded]
    for event in STORY:
        outcome = engine.step(
            FLOW, outcome.state, event, facts=facts, now=now, directory=people, calendar_due=_due
        )
        kept.append(outcome.recorded)
    assert outcome.state.status == "agreed"  # noqa: S101 - a figure of something else is none
    return kept


def _again(kept: list[Recorded]) -> int:
    engine.replay(FLOW, kept)
    return len(kept)


def _rate(seconds: float, work: Callable[[], int]) -> float:
    """What ``work`` counts per second of processor time: other processes take none of it."""
    began = time.process_time()
    done = 0
    while (spent := time.process_time() - began) < seconds:
        for _ in range(20):
            done += work()
    return done / spent
