"""A small organisation in memory, and cases that go through it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from dangan.workflow.rules import engine
from dangan.workflow.rules.definitions import Definition, parse
from dangan.workflow.rules.states import Event, NotAllowed, Outcome, Recorded, State

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def due(start: datetime, days: float) -> datetime:
    """Every day is a working day here."""
    return start + timedelta(days=days)


@dataclass
class Office:
    """People are their own accounts: one name for both."""

    units: dict[str, str | None]
    """Each unit with the one above."""
    head: dict[str, str]
    works_in: dict[str, str]
    roles: dict[str, list[str]]
    superior: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    @classmethod
    def usual(cls) -> Office:
        """研发部 and 市场部 under 公司; 沈 heads 研发部, 林 市场部, 高 everything."""
        return cls(
            units={"公司": None, "研发部": "公司", "市场部": "公司"},
            head={"公司": "高", "研发部": "沈", "市场部": "林"},
            works_in={"周": "研发部", "吴": "研发部", "沈": "研发部", "何": "公司", "高": "公司"},
            roles={
                "hr_specialist": ["何", "许"],
                "hr_manager": ["曹", "严"],
                "finance": ["金", "魏"],
                "legal": ["陶"],
                "administration": ["姜"],
                "it": ["戚"],
                "archivist": ["谢"],
                "leader": ["邹"],
                "privacy_officer": ["喻"],
            },
            superior={"周": "吴", "吴": "沈"},
        )

    def unit_of(self, subject: str) -> str:
        return self.works_in.get(subject, "")

    def unit_of_account(self, account: str) -> str:
        return self.works_in.get(account, "")

    def account_of(self, subject: str) -> str:
        return self._there(subject)

    def heads(self, unit: str) -> Sequence[str]:
        found, at = [], unit or None
        while at:
            found.append(self._there(self.head.get(at, "")))
            at = self.units.get(at)
        return found

    def supervisors(self, subject: str) -> Sequence[str]:
        found = []
        while subject := self.superior.get(subject, ""):
            found.append(self._there(subject))
        return found

    def holders(self, role: str, unit: str) -> Sequence[str]:  # noqa: ARG002 - one office
        return [one for one in self.roles.get(role, []) if one not in self.gone]

    def active(self, account: str) -> bool:
        return bool(self._there(account))

    def _there(self, account: str) -> str:
        return "" if account in self.gone else account


class Story:
    """A case from its submission; keeps what happened."""

    def __init__(
        self,
        definition: Definition | Sequence[Mapping[str, Any]],
        *,
        office: Office | None = None,
        initiator: str = "何",
        subject: str = "周",
        now: datetime = NOW,
        **facts: Any,
    ) -> None:
        self.definition = definition if isinstance(definition, Definition) else flow(*definition)
        self.office = office or Office.usual()
        self.facts, self.now = dict(facts), now
        self.kept: list[Recorded] = []
        self.last = engine.start(
            self.definition,
            initiator=initiator,
            subject=subject,
            facts=self.facts,
            now=now,
            directory=self.office,
            calendar_due=due,
        )
        self.kept.append(self.last.recorded)

    @property
    def state(self) -> State:
        return self.last.state

    def do(self, verb: Any, by: str = "", step: str = "", **more: Any) -> Outcome:
        who = more.pop("who", ())
        who = (who,) if isinstance(who, str) else tuple(who)
        event = Event(verb=verb, by=by, step=step, who=who, **more)
        self.last = engine.step(
            self.definition,
            self.state,
            event,
            facts=self.facts,
            now=self.now,
            directory=self.office,
            calendar_due=due,
        )
        self.kept.append(self.last.recorded)
        assert engine.replay(self.definition, self.kept) == self.state
        return self.last

    def no(self, verb: Any, by: str = "", step: str = "", **more: Any) -> str:
        """The sentence by which it is refused; nothing has changed."""
        before = self.state
        try:
            self.do(verb, by, step, **more)
        except NotAllowed as refusal:
            assert self.state is before
            return str(refusal.message)
        raise AssertionError(f"{verb} by {by} at {step} was allowed")

    def todo(self, step: str | None = None) -> set[str]:
        """Who has work, at one step or at all."""
        tasks = engine.tasks(self.definition, self.state)
        return {task.account for task in tasks if step in (None, task.step)}

    def open(self) -> list[str]:
        """The steps where people have work."""
        tasks = engine.tasks(self.definition, self.state)
        return list(dict.fromkeys(task.step for task in tasks))

    def effects(self, kind: str) -> list[Any]:
        return [effect for effect in self.last.effects if effect.kind == kind]


def flow(*steps: Mapping[str, Any], **more: Any) -> Definition:
    return parse({"key": "flow", "label": "流程", "kind": "change", "prefix": "LC",
                  "steps": list(steps), **more})  # fmt: skip


def approve(key: str, *who: Mapping[str, Any] | str, **more: Any) -> dict[str, Any]:
    """A step decided by these rules; a text is a named person."""
    rules = [{"rule": "person", "account": one} if isinstance(one, str) else one for one in who]
    return {"type": "approve", "key": key, "label": key, "who": rules, **more}


ACT = {"type": "act", "key": "act", "label": "生效", "act": "apply"}


def run(
    definition: Definition,
    office: Office,
    *,
    initiator: str,
    subject: str,
    facts: Mapping[str, Any],
) -> list[str]:
    """Agrees wherever somebody is asked; gives the steps of people in order."""
    story = Story(definition, office=office, initiator=initiator, subject=subject, **facts)
    passed: list[str] = []
    for _ in range(100):
        if story.state.status == "agreed":
            return passed
        for key, at in story.state.steps.items():
            if at.status == "due":
                story.do("acted", step=key)
                break
        else:
            task = engine.tasks(definition, story.state)[0]
            story.do("fill" if task.kind == "fill" else "agree", task.account, task.step)
            if task.step not in passed:
                passed.append(task.step)
    raise AssertionError("the case does not end")
