"""Destruction as a machine: whatever people do in whatever order, what is held is never destroyed,
what is destroyed is read by nobody, nothing goes without approval and two different witnesses, and
every destruction has its line in the ledger."""

from __future__ import annotations

from contextlib import suppress
from uuid import UUID

import pytest
from django.db import transaction
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
from tests.cast import make_cast
from tests.materials.disposal.conftest import House, make_house

from dangan.access.factors.actions import WrongCode
from dangan.access.rules import Absent, Refused
from dangan.dossiers import queries as dossiers
from dangan.dossiers.models import Record, Subject
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.models import Material
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions import Target
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.holds import held
from dangan.materials.disposal.models import DestructionList, Hold, Item
from dangan.materials.disposal.problems import DisposalProblem
from dangan.roster import queries as roster
from dangan.vault import queries as vault
from dangan.vault.rules import KeyDestroyed
from dangan.workflow import actions as workflow
from dangan.workflow.models import CaseEvent
from dangan.workflow.problems import AlreadyDecided, NotAllowed

LEAVERS = ("罗文博", "俞书衡")
ACCOUNTS = ("archivist", "archivist2", "legal", "privacy", "leader", "manager", "hr")
NOT_ALLOWED = (Absent, Refused, DisposalProblem, AlreadyDecided, NotAllowed)


class Destruction(RuleBasedStateMachine):
    """Everybody tries everything; the model remembers only who was held when something went."""

    def __init__(self) -> None:
        super().__init__()
        self._undone = transaction.atomic()
        self._undone.__enter__()
        self.house: House
        self.held_when_gone: list[UUID] = []

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._undone.__exit__(None, None, None)

    @initialize()
    def set_up(self) -> None:
        self.house = make_house(make_cast())
        self.people = [self.house.leave(name) for name in LEAVERS]
        self.volumes = [self.house.volume(name).pk for name in LEAVERS]
        self.house.due()

    def lists(self) -> list[DestructionList]:
        return list(DestructionList.objects.order_by("serial"))

    def some(self, choice: int) -> DestructionList | None:
        found = self.lists()
        return found[choice % len(found)] if found else None

    @rule(who=st.sampled_from(["archivist", "hr"]), whom=st.sampled_from([0, 1, 2]))
    def propose(self, who: str, whom: int) -> None:
        people = self.people if whom == 2 else [self.people[whom]]
        with suppress(*NOT_ALLOWED):
            row = self.house.draft(*[Pick("dossier", one) for one in people], by=who)
            actions.submit(self.house.actor(who), list_=row.pk, group=["甲", "乙"])

    @rule(who=st.sampled_from(["legal", "privacy", "leader", "manager"]), choice=st.integers(0, 3))
    def agree(self, who: str, choice: int) -> None:
        row = self.some(choice)
        if row and row.case:
            with suppress(*NOT_ALLOWED):
                workflow.agree(self.house.actor(who), case=row.case, step=who)

    @precondition(lambda self: any(row.state == "open" for row in self.lists()))
    @rule()
    def all_agree(self) -> None:
        for row in self.lists():
            for who in ("legal", "privacy", "leader"):
                if row.case and row.state == "open":
                    with suppress(*NOT_ALLOWED):
                        workflow.agree(self.house.actor(who), case=row.case, step=who)

    @rule(who=st.sampled_from(ACCOUNTS), choice=st.integers(0, 3), right=st.booleans())
    def witness(self, who: str, choice: int, right: bool) -> None:
        row = self.some(choice)
        if row is None:
            return
        known = right and who in self.house.phones
        code = self.house.code(who) if known else "000000"
        with suppress(*NOT_ALLOWED, WrongCode):
            actions.witness(self.house.actor(who), list_=row.pk, code=code)

    @precondition(lambda self: any(row.state == "approved" for row in self.lists()))
    @rule(pair=st.sampled_from([("privacy", "manager"), ("manager", "archivist2")]))
    def two_witness(self, pair: tuple[str, str]) -> None:
        for row in self.lists():
            for who in pair:
                if row.state == "approved":
                    with suppress(DisposalProblem):
                        actions.witness(
                            self.house.actor(who), list_=row.pk, code=self.house.code(who)
                        )

    @rule(who=st.sampled_from(["archivist", "archivist2", "legal"]), choice=st.integers(0, 3))
    def execute(self, who: str, choice: int) -> None:
        row = self.some(choice)
        if row is None:
            return
        kept = set(held(self.people).subjects)
        try:
            actions.execute(self.house.actor(who), list_=row.pk)
        except NOT_ALLOWED:
            return
        gone = row.items.filter(state=Item.State.DESTROYED).values_list("subject", flat=True)
        self.held_when_gone += [one for one in gone if one in kept]

    @rule(scope=st.sampled_from(["person", "volume", "unit"]), whom=st.sampled_from([0, 1]))
    def place_hold(self, scope: str, whom: int) -> None:
        unit = self.house.cast.units["示例集团"]
        target = {"person": self.people[whom], "volume": self.volumes[whom], "unit": unit}[scope]
        with suppress(*NOT_ALLOWED):
            actions.place_hold(
                self.house.actor("legal"),
                target=Target(scope, target),
                kind="litigation",
                reason="仲裁未了结",
            )

    @rule(who=st.sampled_from(["legal", "manager"]))
    def lift_holds(self, who: str) -> None:
        for hold in Hold.objects.filter(lifted_at__isnull=True):
            with suppress(*NOT_ALLOWED):
                actions.lift_hold(self.house.actor(who), hold=hold.pk, reason="仲裁已了结")

    @rule()
    def restart(self) -> None:
        actions.finish_all()

    @rule()
    def night(self) -> None:
        self.house.due()

    @invariant()
    def held_is_never_destroyed(self) -> None:
        assert self.held_when_gone == []

    @invariant()
    def destroyed_is_never_read_and_the_rest_is(self) -> None:
        if not hasattr(self, "people"):
            return
        hr, archivist = self.house.actor("hr"), self.house.actor("archivist")
        for person, volume, name in zip(self.people, self.volumes, LEAVERS, strict=True):
            if Subject.objects.get(pk=person).state != Subject.State.DESTROYED:
                assert vault.key_of(person)
                assert roster.names([person]) == {person: name}
                continue
            with pytest.raises(KeyDestroyed):
                vault.key_of(person)
            with pytest.raises(Absent):
                dossiers.open_subject(hr, person)
            with pytest.raises(Absent):
                catalogue.look(archivist, volume)
            assert not roster.names([person])
            assert not Record.objects.filter(subject=person).exclude(sealed=b"").exists()
            assert not Material.objects.filter(volume=volume).exclude(sealed=b"").exists()

    @invariant()
    def each_destruction_was_agreed_and_witnessed_and_stands_in_the_ledger(self) -> None:
        for item in Item.objects.filter(state=Item.State.DESTROYED).select_related("list"):
            row = item.list
            assert row.state == DestructionList.State.DONE and row.keep_until and row.done_at
            agreed = CaseEvent.objects.filter(case=row.case, verb="agree")
            assert {"legal", "privacy", "leader"} <= set(agreed.values_list("step", flat=True))
            witnesses = set(row.witnesses.values_list("account", flat=True))
            assert len(witnesses) == 2
            assert not witnesses & {row.proposed_by, row.executed_by}
        gone = Subject.objects.filter(state=Subject.State.DESTROYED).values_list("pk", flat=True)
        lines = Item.objects.filter(state=Item.State.DESTROYED, what="dossier")
        assert sorted(gone) == sorted(lines.values_list("subject", flat=True))


def test_whatever_anybody_does(db: None) -> None:
    run_state_machine_as_test(
        Destruction,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
