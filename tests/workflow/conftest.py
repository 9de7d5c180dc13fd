# ruff: noqa: ARG002 - the signatures of a kind
"""A kind of case of its own, and members of the cast with accounts that may sign in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from uuid import UUID

import pytest
from django import forms
from tests.cast import Cast

from dangan.access.actions import create_account
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.organization import actions as organization_actions
from dangan.workflow import handling
from dangan.workflow.handling import CannotTakeEffect, CaseKind, Fact, Named
from dangan.workflow.models import Case, Definition, DefinitionVersion


class PayForm(forms.Form):
    amount = forms.IntegerField()


class LeaveKind(CaseKind):
    """请假: remembers what happened to its cases."""

    key = "leave"
    label = "请假"
    facts = (
        Fact("days", "天数", "Days", "number"),
        Fact("effective", "生效日期", "Effective", "date"),
    )
    acts = (Named("apply", "生效", "Apply"),)
    parts = (Named("pay", "工资", "Pay"),)

    def __init__(self) -> None:
        self.applied: list[UUID] = []
        self.endings: list[str] = []
        self.broken = ""

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:
        return {case.id: "请假" for case in cases}

    def content(self, actor: Actor, case: Case) -> Mapping[str, object]:
        return {}

    def fill_form(self, actor, case, part, data=None):
        return PayForm(data)

    def fill(self, actor, case, part, form):
        return {"days": form.cleaned_data["amount"]}

    def perform(self, actor: Actor, case: Case, act: str) -> None:
        if self.broken == "unforeseen":
            raise ZeroDivisionError("13800000101")
        if self.broken:
            raise CannotTakeEffect(Message("岗位已被占用，请另选岗位"))
        self.applied.append(case.id)

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:
        self.endings.append(outcome)

    def returned(self, actor: Actor, case: Case) -> None:
        self.endings.append("returned")


HEAD = {"type": "approve", "key": "head", "label": "负责人审批", "who": [{"rule": "head"}]}
HR = {
    "type": "approve", "key": "hr", "label": "人事审批",
    "who": [{"rule": "role", "role": "hr_manager"}], "days": 2, "remind_days_before": 1,
    "on_overdue": "escalate",
}  # fmt: skip
APPLY = {"type": "act", "key": "apply", "label": "生效", "act": "apply", "on": "effective"}


@pytest.fixture
def leave() -> Iterator[LeaveKind]:
    kind = LeaveKind()
    handling.register(kind)
    yield kind
    handling._kinds.pop("leave", None)


def serve(*steps: dict, key: str = "leave_flow", **more: object) -> DefinitionVersion:
    """A definition in use, past the checker."""
    body = {"key": key, "label": "请假", "kind": "leave", "prefix": "QJ", "steps": list(steps)}
    row, _ = Definition.objects.get_or_create(key=key)
    DefinitionVersion.objects.filter(definition=row, state="serving").update(state="withdrawn")
    return DefinitionVersion.objects.create(
        definition=row, version=row.versions.count() + 1, body=body | more, state="serving",
        by=UUID(int=1), at="2026-01-01T00:00:00Z",
    )  # fmt: skip


class Office:
    """The cast at work: their accounts, made when first asked for."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self._made: dict[str, UUID] = {}

    def account(self, name: str, *roles: str, unit: str | None = None) -> UUID:
        if name not in self._made:
            anchor = self.cast.units[unit] if unit else None
            made = create_account(
                console_actor(), login=name, name=name, subject=self.cast.people.get(name),
                roles=[(role, anchor) for role in roles], password="chengxu2026",
                must_change=False,
            )  # fmt: skip
            self._made[name] = made.id
        return self._made[name]

    def actor(self, name: str, *roles: str, unit: str | None = None) -> Actor:
        return actor_of(self.account(name, *roles, unit=unit), address="127.0.0.1")

    def heads(self, unit: str, name: str) -> None:
        organization_actions.set_head(
            console_actor(), unit=self.cast.units[unit], head=self.cast.people[name]
        )


@pytest.fixture
def office(cast: Cast) -> Office:
    return Office(cast)


__all__ = ["APPLY", "HEAD", "HR", "LeaveKind", "Office", "serve"]
