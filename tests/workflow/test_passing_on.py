"""转交、委派、加签、减签、抄送、催办、撤回、代理: others join, and only as the rules let them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events
from tests.workflow.conftest import APPLY, HEAD, HR, serve

from dangan.access.actions import end_account
from dangan.access.queries import console_actor
from dangan.access.rules import Absent, Refused
from dangan.notices.models import Notice
from dangan.workflow import actions, queries
from dangan.workflow.models import Copy, Deputy
from dangan.workflow.problems import AlreadyDecided, NotAllowed


@pytest.fixture
def case(leave, office):
    serve(HEAD, HR, APPLY)
    office.heads("研发中心", "陆怀瑾")
    for name, roles in (("陆怀瑾", ()), ("梁慎行", ("hr_manager",)), ("俞书衡", ("finance",)),
                        ("何雨桐", ("hr_specialist",))):  # fmt: skip
        office.account(name, *roles)
    shen = office.actor("沈知微")
    return actions.open_case(
        shen, definition="leave_flow", subject=shen.subject, object=None, facts={"days": 3}
    )


def boxes(actor, box="todo"):
    return [(line.step, line.role) for line in queries.desk(actor, box).lines]


def topics(account):
    return list(
        Notice.objects.filter(account=account).order_by("at").values_list("topic", flat=True)
    )


def test_handing_over_is_for_good(case, office):
    lu, yu = office.actor("陆怀瑾"), office.actor("俞书衡")
    actions.transfer(lu, case=case.id, step="head", to=yu.id, words="我出差")
    assert (boxes(lu), boxes(yu)) == ([], [("head", "sign")])
    assert topics(yu.id) == ["task.assigned"]
    with pytest.raises(AlreadyDecided):
        actions.agree(lu, case=case.id, step="head")
    actions.agree(yu, case=case.id, step="head")
    assert boxes(lu, "done") == [("head", "sign")]


def test_an_opinion_is_asked_and_the_decision_stays(case, office):
    lu, yu = office.actor("陆怀瑾"), office.actor("俞书衡")
    actions.delegate(lu, case=case.id, step="head", to=yu.id)
    assert boxes(yu) == [("head", "opinion")]
    (turn,) = queries.case_view(yu, case.id).turns
    assert turn.verbs == {"opinion"}
    with pytest.raises(NotAllowed):
        actions.agree(yu, case=case.id, step="head")
    actions.give_opinion(yu, case=case.id, step="head", words="没有意见")
    assert boxes(yu) == []
    assert boxes(lu) == [("head", "sign")]
    assert topics(lu.id)[-1] == "case.commented"


def test_added_signers_decide_first_and_can_be_dropped(case, office):
    lu, yu = office.actor("陆怀瑾"), office.actor("俞书衡")
    he = office.actor("何雨桐")
    actions.add_signers(lu, case=case.id, step="head", who=[yu.id, he.id], place="before")
    assert (boxes(lu), boxes(yu), boxes(he)) == ([], [("head", "sign")], [("head", "sign")])
    actions.remove_signer(lu, case=case.id, step="head", who=he.id)
    assert boxes(he) == []
    actions.agree(yu, case=case.id, step="head")
    assert boxes(lu) == [("head", "sign")]
    with pytest.raises(NotAllowed, match="发起人和当事人"):
        actions.add_signers(
            lu, case=case.id, step="head", who=[office.account("沈知微")], place="after"
        )


def test_a_copy_lets_read_and_no_more(case, office):
    luo = office.actor("罗文博")
    with pytest.raises(Absent):
        queries.case_view(luo, case.id)
    actions.copy_to(office.actor("陆怀瑾"), case=case.id, who=[luo.id])
    assert queries.case_view(luo, case.id).number == case.number
    assert Copy.objects.get(case=case, account=luo.id).read_at is not None
    with pytest.raises(NotAllowed):
        actions.copy_to(luo, case=case.id, who=[office.account("俞书衡")])
    with pytest.raises(NotAllowed):
        actions.agree(luo, case=case.id, step="head")
    assert [line.unread for line in queries.desk(luo, "copied").lines] == [False]


def test_urging_tells_whose_turn_it_is_once(case, office):
    shen, lu = office.actor("沈知微"), office.account("陆怀瑾")
    actions.urge(shen, case=case.id)
    assert topics(lu) == ["task.assigned", "task.urged"]
    with pytest.raises(NotAllowed, match="催办过"):
        actions.urge(shen, case=case.id)


def test_what_nobody_decided_can_be_taken_back(case, office, leave):
    with pytest.raises(NotAllowed):
        actions.withdraw(office.actor("陆怀瑾"), case=case.id)
    taken = actions.withdraw(office.actor("沈知微"), case=case.id)
    assert (taken.state, leave.endings) == ("withdrawn", ["withdrawn"])
    assert topics(office.account("陆怀瑾"))[-1] == "case.withdrawn"
    with pytest.raises(AlreadyDecided) as told:
        actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    assert told.value.verb == "withdraw"


def test_a_decided_one_cannot(case, office):
    actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    with pytest.raises(NotAllowed, match="已经有人处理"):
        actions.withdraw(office.actor("沈知微"), case=case.id)


def test_a_deputy_acts_in_the_days_named(case, office):
    lu, yu = office.actor("陆怀瑾"), office.actor("俞书衡")
    today = timezone.localdate()
    deputy = actions.name_deputy(lu, deputy=yu.id, begins=today, ends=today + timedelta(days=3))
    assert topics(yu.id) == ["deputy.named"]
    (line,) = queries.desk(yu, "todo").lines
    assert (line.on_behalf_of, line.on_behalf_of_name) == (lu.id, "陆怀瑾")
    assert queries.todo_count(yu) == 1
    (turn,) = queries.case_view(yu, case.id).turns
    assert turn.on_behalf_of == lu.id
    actions.agree(yu, case=case.id, step="head", on_behalf_of=lu.id, words="代办")
    line = queries.case_view(lu, case.id).timeline[-1]
    assert (line.name, line.on_behalf_of_name) == ("俞书衡", "陆怀瑾")
    assert boxes(yu, "done") == [("head", "sign")]

    with pytest.raises(NotAllowed, match="已有代理人"):
        actions.name_deputy(
            lu, deputy=office.account("何雨桐"), begins=today, ends=today + timedelta(days=1)
        )
    actions.end_deputy(yu, deputy=deputy.id)
    assert queries.todo_count(yu) == 0


def test_a_deputy_who_asked_for_it_does_not_decide_it(case, office):
    lu, shen = office.actor("陆怀瑾"), office.actor("沈知微")
    today = timezone.localdate()
    actions.name_deputy(lu, deputy=shen.id, begins=today, ends=today)
    with pytest.raises(NotAllowed, match="发起人或当事人"):
        actions.agree(shen, case=case.id, step="head", on_behalf_of=lu.id)


def test_only_oneself_is_represented_and_never_by_oneself(case, office):
    he, lu = office.actor("何雨桐"), office.actor("陆怀瑾")
    today = timezone.localdate()
    with pytest.raises(Refused):
        actions.name_deputy(he, account=lu.id, deputy=he.id, begins=today, ends=today)
    for deputy, begins, ends in (
        (lu.id, today, today),
        (he.id, today, today - timedelta(days=1)),
        (he.id, today - timedelta(days=9), today - timedelta(days=8)),
    ):
        with pytest.raises(NotAllowed):
            actions.name_deputy(lu, deputy=deputy, begins=begins, ends=ends)
    assert Deputy.objects.count() == 0
    with pytest.raises(Absent):
        actions.end_deputy(he, deputy=case.id)


def test_deputies_end_when_somebody_leaves(case, office):
    lu, yu = office.actor("陆怀瑾"), office.actor("俞书衡")
    today = timezone.localdate()
    actions.name_deputy(lu, deputy=yu.id, begins=today, ends=today + timedelta(days=30))
    console = console_actor()
    end_account(console, account=lu.id, reason="离职")
    assert Deputy.objects.count() == 0
    assert ("deputy.end", "done") in written_events(console)
