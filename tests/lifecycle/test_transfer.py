"""调岗 (C4): both heads, administration, leader; rights of the old unit end with the post."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import pytest
from django.test import Client
from tests.lifecycle.conftest import Firm, account_of, in_days, today

from dangan.access.models import Account, Grant
from dangan.dictionary.rules import Message
from dangan.lifecycle import gates
from dangan.lifecycle.problems import BadMovement
from dangan.workflow import actions as workflow
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case

BACKEND = "dangan.access.backends.SealedLogin"


def move(
    firm: Firm, *, days: int = 0, post: dict[str, str] | None = None, **details: object
) -> Case:
    return firm.start(
        "何雨桐",
        "transfer",
        "沈知微",
        in_days(days),
        post={"unit": firm.unit("销售部"), "position": "售前工程师"} | (post or {}),
        details=details,
    )


def agreed(firm: Firm, case: Case) -> Case:
    firm.agree("陆怀瑾", case, "old_head")
    firm.agree("罗文博", case, "new_head")
    firm.fill("行政", case, "equipment", {"desk": "B3-021", "equipment": "笔记本电脑一台"})
    return firm.agree("领导", case, "leader")


def test_both_heads_and_administration_move_a_person(firm: Firm) -> None:
    case = move(firm)
    assert firm.desks(case) == {"old_head"}
    case = agreed(firm, case)
    assert case.state == "agreed"
    old, new = firm.rows("沈知微", "post")
    assert old.values["unit"] == firm.unit("嵌入式组")
    assert old.values["end"] == (today() - timedelta(days=1)).isoformat()
    assert new.values["unit"] == firm.unit("销售部")
    assert new.values["position"] == "售前工程师"
    assert new.values["joined"] == "2016-07-11"


def test_grants_for_the_old_unit_end_at_once_and_sessions_with_them(firm: Firm) -> None:
    account = account_of(firm, "沈知微")
    old = Grant.objects.create(
        account_id=account,
        role="archivist",
        unit=firm.cast.units["研发中心"],
        granted_by=account_of(firm, "梁慎行"),
    )
    new = Grant.objects.create(
        account_id=account,
        role="archivist",
        unit=firm.cast.units["销售部"],
        granted_by=account_of(firm, "梁慎行"),
    )
    browser = Client()
    browser.force_login(Account.objects.get(pk=account), BACKEND)
    own_page = f"/people/{firm.person('沈知微')}/"
    assert browser.get(own_page).status_code == 200
    agreed(firm, move(firm))
    assert not Grant.objects.filter(pk=old.pk).exists()
    assert Grant.objects.filter(pk=new.pk).exists()
    assert browser.get(own_page).status_code == 302


class UntrainedGate:
    """Nobody enters a confidential post without training; ``passed`` has it."""

    def __init__(self) -> None:
        self.passed = False

    def __call__(self, question: gates.GateQuestion) -> Sequence[Message]:
        if not question.security_critical or self.passed:
            return ()
        return (Message("没有通过保密培训，不能进入涉密岗位。"),)


@pytest.fixture
def gate() -> Iterator[UntrainedGate]:
    gate = UntrainedGate()
    gates.register(gate)
    yield gate
    gates.unregister(gate)


def test_a_confidential_post_is_shut_without_training(firm: Firm, gate: UntrainedGate) -> None:
    with pytest.raises(BadMovement) as bad:
        move(firm, post={"secrecy_post": "1"})
    assert "保密培训" in str(bad.value.problems[0].message)
    assert firm.desks(move(firm)) == {"old_head"}


def test_a_recorded_exception_opens_it_and_the_check_is_made(
    firm: Firm, gate: UntrainedGate
) -> None:
    case = move(firm, post={"secrecy_post": "1"}, exception="总经理批准先上岗后培训，限一个月")
    firm.agree("陆怀瑾", case, "old_head")
    firm.agree("罗文博", case, "new_head")
    assert "secret_check" in firm.desks(case)
    firm.agree("梁慎行", case, "secret_check")
    firm.fill("行政", case, "equipment", {"desk": "B3-021"})
    assert firm.agree("领导", case, "leader").state == "agreed"


def test_a_gate_that_shuts_meanwhile_stops_the_effect(firm: Firm, gate: UntrainedGate) -> None:
    gate.passed = True
    case = move(firm, post={"secrecy_post": "1"})
    firm.agree("陆怀瑾", case, "old_head")
    firm.agree("罗文博", case, "new_head")
    firm.agree("梁慎行", case, "secret_check")
    firm.fill("行政", case, "equipment", {"desk": "B3-021"})
    gate.passed = False
    with pytest.raises(CannotTakeEffect, match="保密培训"):
        firm.agree("领导", case, "leader")
    assert len(firm.rows("沈知微", "post")) == 1
    gate.passed = True
    assert firm.agree("领导", case, "leader").state == "agreed"


def test_moving_nowhere_is_refused(firm: Firm) -> None:
    with pytest.raises(BadMovement) as bad:
        move(firm, post={"unit": firm.unit("嵌入式组"), "position": "高级工程师"})
    assert bad.value.problems[0].field == "unit"


def test_withdrawn_it_frees_the_person(firm: Firm) -> None:
    case = move(firm)
    workflow.withdraw(firm.actor("何雨桐"), case=case.id)
    assert firm.movement(case).state == "withdrawn"
    move(firm)
