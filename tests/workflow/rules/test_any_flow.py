"""Random flows, random events, people who leave: what must hold whatever happens.

No open case without somebody there who can go on; nobody decides on their own request or about
themselves; the kept events give the same state; the effect happens once; a finished case takes
nothing; a return leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from tests.workflow.rules.office import NOW, Office, due

from dangan.workflow.handling import Fact
from dangan.workflow.rules import engine
from dangan.workflow.rules.checking import check, errors
from dangan.workflow.rules.definitions import (
    Branch,
    Definition,
    Parallel,
    Step,
    children,
    parse,
)
from dangan.workflow.rules.states import ENDED, START, Event, NotAllowed, Outcome, Recorded, State

FACTS = (
    Fact("deletes", "", "", "flag"),
    Fact("top_class", "", "", "number"),
    Fact("new_unit", "", "", "unit"),
    Fact("effective", "", "", "date"),
)
ROLES = ("legal", "finance", "hr_manager", "leader", "nobody")
MORTAL = ("周", "吴", "沈", "林", "何", "许", "陶", "金", "魏", "邹", "姜", "戚")
"""Those who may start cases, be concerned, or leave. 高, 曹 and 严 stay."""

RULES = st.one_of(
    st.builds(lambda up: {"rule": "head", "up": up}, st.integers(0, 2)),
    st.builds(lambda up: {"rule": "supervisor", "up": up}, st.integers(0, 1)),
    st.builds(
        lambda role, each: {"rule": "role", "role": role, "everyone": each},
        st.sampled_from(ROLES),
        st.booleans(),
    ),
    st.builds(lambda who: {"rule": "person", "account": who}, st.sampled_from(MORTAL)),
    st.just({"rule": "fact_head", "fact": "new_unit"}),
    st.sampled_from([{"rule": "initiator"}, {"rule": "subject"}]),
)
WHO = st.lists(RULES, min_size=1, max_size=3)
CONDITION = st.sampled_from(
    [
        {"fact": "deletes", "op": "is", "value": True},
        {"fact": "top_class", "op": "over", "value": 2},
        {"fact": "new_unit", "op": "is", "value": "市场部"},
    ]
)
LIMITS = st.fixed_dictionaries(
    {},
    optional={
        "days": st.integers(1, 5),
        "on_overdue": st.sampled_from(["remind", "escalate"]),
    },
)
SIGNED = st.builds(
    lambda who, mode, ratio, limits, fill: {
        "label": "步骤",
        "who": who,
        **limits,
        **(
            {"type": "fill", "part": "pay"}
            if fill
            else {"type": "approve", "mode": mode, "ratio": ratio if mode == "ratio" else 1}
        ),
    },
    WHO,
    st.sampled_from(["any", "all", "ratio", "in_turn"]),
    st.sampled_from([0.5, 2 / 3, 1]),
    LIMITS,
    st.sampled_from([False, False, True]),
)
NOTIFY = st.builds(lambda who: {"type": "notify", "label": "抄送", "who": who}, WHO)


def _inside(steps: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    some = st.lists(steps, min_size=1, max_size=3)
    arms = st.lists(
        st.builds(lambda when, inner: {"when": [when], "steps": inner}, CONDITION, some),
        min_size=1,
        max_size=2,
        unique_by=lambda arm: str(arm["when"]),
    )
    return st.one_of(
        st.builds(
            lambda ways, rest: {
                "type": "branch", "label": "分支", "arms": ways, "otherwise": rest,
            },
            arms,
            st.lists(steps, max_size=2),
        ),
        st.builds(
            lambda lanes: {
                "type": "parallel", "label": "并行", "lanes": [{"steps": one} for one in lanes],
            },
            st.lists(some, min_size=2, max_size=3),
        ),
    )  # fmt: skip


STEPS = st.recursive(SIGNED | NOTIFY, _inside, max_leaves=6)


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Structured flows that the checker lets serve."""
    body = draw(st.lists(STEPS, min_size=1, max_size=4))
    last = {"type": "approve", "label": "末", "who": [{"rule": "role", "role": "legal"}]}
    act = {"type": "act", "label": "生效", "act": "apply"}
    act["on"] = draw(st.sampled_from(["now", "effective"]))
    steps = [*body, last, act]
    _name(steps, [0])
    definition = parse(
        {
            "key": "any", "label": "流程", "kind": "any", "prefix": "XX", "steps": steps,
            "resubmit": draw(st.sampled_from(["restart", "resume"])),
        }
    )  # fmt: skip
    roles = (*ROLES, "hr_manager")
    found = check(definition, facts=FACTS, acts={"apply"}, parts={"pay"}, roles=roles)
    assert errors(found) == []
    return definition


def _name(steps: Sequence[dict[str, Any]], count: list[int]) -> None:
    """Keys by the order they are written; strategies share what they draw, so in copies."""
    for number, step in enumerate(steps):
        count[0] += 1
        steps[number] = named = {**step, "key": f"s{count[0]}"}  # type: ignore[index]  # a list
        named["arms"] = [{**arm, "steps": [*arm["steps"]]} for arm in step.get("arms", ())]
        named["lanes"] = [{"steps": [*lane["steps"]]} for lane in step.get("lanes", ())]
        named["otherwise"] = [*step.get("otherwise", ())]
        for inner in (
            *(arm["steps"] for arm in named["arms"]),
            *(lane["steps"] for lane in named["lanes"]),
            named["otherwise"],
        ):
            _name(inner, count)
        for key in ("arms", "otherwise"):
            if step["type"] != "branch":
                del named[key]
        if step["type"] != "parallel":
            del named["lanes"]


class AnyFlow(RuleBasedStateMachine):
    """One case; the office around it changes."""

    state: State

    @initialize(
        definition=definitions(),
        people=st.tuples(st.sampled_from(MORTAL), st.sampled_from(MORTAL)),
        facts=st.fixed_dictionaries(
            {
                "deletes": st.booleans(),
                "top_class": st.integers(1, 5),
                "new_unit": st.sampled_from(["市场部", "研发部", None]),
                "effective": st.sampled_from([None, "2026-03-01", "2026-03-20"]),
            }
        ),
    )
    def begin(self, definition: Definition, people: tuple[str, str], facts: dict[str, Any]) -> None:
        self.office = Office.usual()
        self.office.roles["legal"] = ["陶", "许", "邹"]
        self.definition, self.facts, self.now = definition, facts, NOW
        self.initiator, self.subject = people
        self.kept: list[Recorded] = []
        self.tasks: set[tuple[str, str]] = set()
        self.acted = 0
        self.take(
            engine.start(
                definition, facts=facts, initiator=self.initiator, subject=self.subject,
                now=self.now, directory=self.office, calendar_due=due,
            )
        )  # fmt: skip

    def take(self, outcome: Outcome) -> None:
        self.state = outcome.state
        self.kept.append(outcome.recorded)
        for effect in outcome.effects:
            if effect.kind == "released":
                self.tasks -= {(effect.step, one) for one in effect.accounts}
        for effect in outcome.effects:
            if effect.kind == "assigned":
                self.tasks |= {(effect.step, one) for one in effect.accounts}
            if effect.kind == "perform":
                assert self.acted == 0, "the effect happens once"
                assert effect.act == "apply"

    def send(self, verb: Any, by: str = "", step: str = "", **more: Any) -> bool:
        """Sends an event; says whether it was taken. What is refused changes nothing."""
        before = msgspec.json.encode(self.state)
        event = Event(verb=verb, by=by, step=step, **more)
        try:
            outcome = engine.step(
                self.definition, self.state, event, facts=self.facts, now=self.now,
                directory=self.office, calendar_due=due,
            )  # fmt: skip
        except NotAllowed:
            assert msgspec.json.encode(self.state) == before
            return False
        assert msgspec.json.encode(self.state) == before, "a state is never changed in place"
        assert self.state.status not in ENDED, "a finished case takes nothing"
        if verb in ("agree", "refuse", "fill"):
            self.must_be_disinterested(by, more.get("on_behalf_of", ""), step)
        self.take(outcome)
        self.acted += verb == "acted"
        return True

    def must_be_disinterested(self, by: str, signer: str, step: str) -> None:
        signed = self.definition.structure.signed(step)
        assert signed is not None
        named = {one.rule for one in signed.who}
        for one in {by, signer} - {""}:
            if one == self.initiator == self.subject:
                assert named & {"initiator", "subject"}
            elif one == self.initiator:
                assert "initiator" in named
            elif one == self.subject:
                assert "subject" in named

    # --- what happens ---

    @rule(data=st.data())
    def use_a_button(self, data: st.DataObject) -> None:
        """Somebody with work does what the page offers: it works, unless it asks for people."""
        holders = sorted({account for _, account in self.tasks})
        if not holders:
            return
        by = data.draw(st.sampled_from(holders))
        offered = engine.allowed(self.definition, self.state, by)
        choices = [(step, verb) for step, verbs in offered.items() for verb in verbs]
        if not choices:
            return
        step, verb = data.draw(st.sampled_from(choices))
        more: dict[str, Any] = {}
        if verb in ("transfer", "delegate", "add_signers", "remove_signer"):
            more["who"] = (data.draw(st.sampled_from(MORTAL)),)
            more["place"] = data.draw(st.sampled_from(["before", "after"]))
        if verb == "return":
            targets = engine.return_targets(self.definition, self.state, step)
            more["to"] = data.draw(st.sampled_from([START, *targets]))
        taken = self.send(verb, by, step, **more)
        assert taken or "who" in more or verb == "urge"

    @rule(data=st.data())
    def agree(self, data: st.DataObject) -> None:
        """Cases get somewhere."""
        for step, by in sorted(self.tasks)[: data.draw(st.integers(1, 6))]:
            if self.state.status == "open" and (step, by) in self.tasks:
                signed = self.definition.structure.signed(step)
                self.send("fill" if signed and "part" in dir(signed) else "agree", by, step)

    @rule(
        verb=st.sampled_from(
            ["agree", "refuse", "fill", "return", "withdraw", "resubmit", "transfer", "delegate",
             "opine", "add_signers", "remove_signer", "retry", "urge", "acted", "wake"]
        ),
        by=st.sampled_from([*MORTAL, "曹", "高"]),
        step=st.integers(1, 12),
        on_behalf_of=st.sampled_from(["", "", *MORTAL]),
        who=st.sampled_from(MORTAL),
        to=st.integers(0, 12),
        place=st.sampled_from(["before", "after"]),
    )  # fmt: skip
    def crafted(self, *, verb: str, by: str, step: int, to: int, **more: Any) -> None:
        """Anybody sends anything."""
        if verb != "acted" or not self.due():
            more["who"] = (more["who"],)
            self.send(verb, by, f"s{step}", to=f"s{to}" if to else START, **more)

    @rule(data=st.data(), by=st.sampled_from(MORTAL))
    def a_deputy_agrees(self, data: st.DataObject, by: str) -> None:
        """Also one who started the case or whom it concerns: that is refused."""
        if self.tasks:
            step, signer = data.draw(st.sampled_from(sorted(self.tasks)))
            by = data.draw(st.sampled_from([by, self.initiator, self.subject]))
            self.send("agree", by, step, on_behalf_of=signer if signer != by else "")

    @rule(who=st.sampled_from(MORTAL), comes_back=st.booleans())
    def leaves(self, who: str, comes_back: bool) -> None:
        (self.office.gone.discard if comes_back else self.office.gone.add)(who)
        self.send("reassign")

    @rule(unit=st.sampled_from(["研发部", "市场部"]), who=st.sampled_from(["", *MORTAL]))
    def head_changes(self, unit: str, who: str) -> None:
        self.office.head[unit] = who
        self.send("reassign")

    @rule(role=st.sampled_from(["legal", "finance", "leader"]), who=st.sampled_from(MORTAL))
    def role_moves(self, role: str, who: str) -> None:
        self.office.roles[role] = [who]
        self.send("reassign")

    @rule(days=st.integers(1, 12))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        for step in list(self.state.steps):
            self.send("overdue", step=step)
        if self.state.status == "waiting" and self.state.wake_on:
            today = (self.now + timedelta(hours=8)).date()
            come = today >= self.state.wake_on
            assert self.send("wake") == come

    @precondition(lambda self: self.due())
    @rule(works=st.booleans())
    def effect(self, works: bool) -> None:
        assert self.send("acted" if works else "act_failed", step=self.due())

    @rule(klass=st.integers(1, 5))
    def facts_change_while_returned(self, klass: int) -> None:
        if self.state.status == "returned":
            self.facts = {**self.facts, "top_class": klass}

    def due(self) -> str:
        """The act that must be done now, in the transaction that led here."""
        return next((key for key, at in self.state.steps.items() if at.status == "due"), "")

    # --- what must hold ---

    @invariant()
    def never_stuck(self) -> None:
        state = self.state
        if state.status == "waiting":
            assert state.wake_on is not None
        if state.status == "returned":
            assert any(self.office.active(one) for one in state.starters)
        if state.status != "open" or self.due():
            return
        work = engine.tasks(self.definition, state)
        waiting = [
            key
            for key, at in state.steps.items()
            if at.status == "failed"
            or (at.status == "open" and self.definition.structure.signed(key))
        ]
        assert waiting, "an open case waits for somebody"
        for key in waiting:
            can = [task.account for task in work if task.step == key and task.kind != "opinion"]
            assert any(self.office.active(one) for one in can), key
            for one in can:
                assert engine.allowed(self.definition, state, one).get(key)

    @invariant()
    def tasks_follow_effects(self) -> None:
        found = engine.tasks(self.definition, self.state)
        assert {(task.step, task.account) for task in found} == self.tasks

    @invariant()
    def replay_gives_the_state(self) -> None:
        kept = msgspec.json.decode(msgspec.json.encode(self.kept), type=list[Recorded])
        assert engine.replay(self.definition, kept) == self.state
        assert msgspec.json.decode(msgspec.json.encode(self.state), type=State) == self.state

    @invariant()
    def effect_at_most_once(self) -> None:
        assert self.acted <= 1
        assert self.acted == (self.state.status == "agreed")

    @invariant()
    def nothing_left_behind(self) -> None:
        """Exactly the steps that can be reached are there: none after one that is not done."""
        reached: set[str] = set()
        self.reach(self.definition.steps, reached)
        assert set(self.state.steps) <= reached

    def reach(self, steps: tuple[Step, ...], reached: set[str]) -> None:
        for step in steps:
            reached.add(step.key)
            at = self.state.steps.get(step.key)
            if at is None:
                return
            inside: tuple[tuple[Step, ...], ...] = ()
            if isinstance(step, Branch):
                inside = (children(step)[at.arm],)
            elif isinstance(step, Parallel):
                inside = children(step)
            for inner in inside:
                self.reach(inner, reached)
                if at.status == "done":
                    assert all(self.state.steps[one.key].status == "done" for one in inner)
            if at.status != "done":
                return


def test_whatever_happens_to_any_flow() -> None:
    run_state_machine_as_test(
        AnyFlow,
        settings=settings(
            max_examples=min(150, 2 * settings().max_examples),  # fewer where mutants are tried
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
