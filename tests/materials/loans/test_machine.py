"""Loans as a state machine over the real verbs: whatever people do in whatever order, a volume has
one borrower at a time, stands ``lent`` exactly while somebody has it, nothing goes out that is
moving, destroyed or restricted, and every lending ends in a return or a loss."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone
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
from tests.materials.loans.conftest import asked, signature
from tests.materials.office import Office

from dangan.access.rules import Absent, Refused
from dangan.dictionary.rules import Message
from dangan.materials.catalogue import gates
from dangan.materials.catalogue.actions import change_standing
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.loans import actions
from dangan.materials.loans.models import OUT, Loan
from dangan.materials.loans.problems import LoanProblem

ANSWERS = (LoanProblem, Refused, Absent)
BORROWERS = ("he", "liang", "keeper", "keeper2")


class Lending(RuleBasedStateMachine):
    """Two volumes, four people who ask, two archivists, and what else happens to volumes.

    Each run plays in a savepoint of the test's own transaction, over one office.
    """

    office: ClassVar[Office]

    @initialize()
    def begin(self) -> None:
        self.savepoint = transaction.savepoint()
        self.volumes = [self.office.archive.volume(name).pk for name in ("沈知微", "陆怀瑾")]
        self.held: set[UUID] = set()
        self.ever_lent: set[UUID] = set()

    def teardown(self) -> None:
        gates._gates.pop("machine", None)
        if hasattr(self, "savepoint"):
            transaction.savepoint_rollback(self.savepoint)

    def volume(self, place: int) -> Volume:
        return Volume.objects.get(pk=self.volumes[place])

    def loans(self, *states: str) -> list[Loan]:
        return list(Loan.objects.filter(state__in=states).order_by("pk"))

    @rule(place=st.integers(0, 1), who=st.sampled_from(BORROWERS))
    def ask(self, place: int, who: str) -> None:
        try:
            request = asked(self.office, self.volume(place), who)
        except ANSWERS:
            return
        self.office.carry(request.case)

    @precondition(lambda self: self.loans("ready"))
    @rule(pick=st.integers(0, 9), keeper=st.sampled_from(("keeper", "keeper2")))
    def lend(self, pick: int, keeper: str) -> None:
        ready = self.loans("ready")
        loan = ready[pick % len(ready)]
        before = Volume.objects.get(pk=loan.volume_id)
        try:
            with transaction.atomic():
                actions.lend(self.office.actor(keeper), loan=loan.pk, signature=signature())
        except ANSWERS:
            assert Loan.objects.get(pk=loan.pk).state == "ready"
            return
        assert before.standing == "held"
        assert before.restricted_at is None
        assert before.pk not in self.held
        self.ever_lent.add(loan.pk)

    @precondition(lambda self: self.loans(*OUT))
    @rule(pick=st.integers(0, 9), part=st.booleans(), keeper=st.sampled_from(("keeper", "keeper2")))
    def take_back(self, pick: int, part: bool, keeper: str) -> None:
        out = self.loans(*OUT)
        loan = out[pick % len(out)]
        papers = list(loan.volume.contents.values_list("pk", "pages"))
        checks = [actions.Checked(one, pages) for one, pages in papers[: 1 if part else None]]
        if loan.volume.restricted_at is not None:
            checks = []
        try:
            with transaction.atomic():
                actions.take_back(self.office.actor(keeper), loan=loan.pk, checks=checks)
        except ANSWERS:
            return

    @precondition(lambda self: self.loans("lent"))
    @rule(pick=st.integers(0, 9))
    def lose(self, pick: int) -> None:
        out = self.loans("lent")
        try:
            actions.declare_lost(
                self.office.actor("keeper"), loan=out[pick % len(out)].pk, note="途中丢失"
            )
        except ANSWERS:
            return

    @precondition(lambda self: self.loans("ready"))
    @rule(pick=st.integers(0, 9))
    def give_up(self, pick: int) -> None:
        ready = self.loans("ready")
        actions.cancel(self.office.actor("keeper"), loan=ready[pick % len(ready)].pk)

    @rule(place=st.integers(0, 1), to=st.sampled_from(("moving", "held", "destroyed", "away")))
    def move(self, place: int, to: str) -> None:
        """What transfers and disposal do: they ask the gates first."""
        pk = self.volumes[place]
        deed: gates.Deed = "destroy" if to == "destroyed" else "transfer"
        if to != "held" and gates.reasons(deed, [pk]):
            return
        before = {"held"} if to == "moving" else {"moving"}
        try:
            with transaction.atomic():
                change_standing(
                    self.office.actor("keeper"), volume=pk, expected=before, to=to, why="t"
                )
        except CatalogueProblem:
            return

    @rule(place=st.integers(0, 1), on=st.booleans())
    def restrict(self, place: int, on: bool) -> None:
        when = timezone.now() if on else None
        Volume.objects.filter(pk=self.volumes[place]).update(restricted_at=when)

    @rule(place=st.integers(0, 1))
    def hold(self, place: int) -> None:
        """A gate of a room above closes for good."""
        self.held.add(self.volumes[place])
        shut = self.held

        def gate(deed: gates.Deed, volumes: Any) -> dict[UUID, list[Message]]:
            known = shut & set(volumes)
            return {key: [Message("保全中。")] for key in known} if deed != "read" else {}

        gates.register("machine", gate)

    @invariant()
    def one_borrower_at_a_time(self) -> None:
        if not hasattr(self, "volumes"):
            return
        out = [loan.volume_id for loan in self.loans(*OUT)]
        assert len(out) == len(set(out))
        lent = set(
            Volume.objects.filter(pk__in=self.volumes, standing="lent").values_list("pk", flat=True)
        )
        assert lent == set(out)

    @invariant()
    def every_lending_is_out_or_came_back(self) -> None:
        if not hasattr(self, "volumes"):
            return
        states = set(Loan.objects.filter(pk__in=self.ever_lent).values_list("state", flat=True))
        assert states <= {"lent", "lost", "returned"}
        for loan in Loan.objects.filter(pk__in=self.ever_lent):
            assert loan.signing
            assert loan.due is not None
            assert (loan.state == "returned") == (loan.ended_at is not None)


QUICK = settings(
    max_examples=8,
    stateful_step_count=20,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_whatever_people_do_the_shelf_and_the_register_agree(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Lending, "office", office, raising=False)
    run_state_machine_as_test(Lending, settings=QUICK)
