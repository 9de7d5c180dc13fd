"""同意、拒绝、退回: a case goes from desk to desk, takes effect once, and is refused to others."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events
from tests.workflow.conftest import APPLY, HEAD, HR, serve

from dangan.access.rules import Absent
from dangan.notices.models import Notice
from dangan.workflow import actions, queries
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case, CaseEvent, Task
from dangan.workflow.problems import AlreadyDecided, CaseMoved, NotAllowed


@pytest.fixture
def flow(leave, office):
    """沈知微 asks, 陆怀瑾 (head of the centre) decides, then 梁慎行 (HR manager)."""
    serve(HEAD, HR, APPLY)
    office.heads("研发中心", "陆怀瑾")
    office.account("陆怀瑾")
    office.account("梁慎行", "hr_manager")
    return leave


def begin(office, **more):
    shen = office.actor("沈知微")
    return actions.open_case(
        shen, definition="leave_flow", subject=shen.subject, object=None,
        facts={"days": 3}, words="家里有事", **more,
    )  # fmt: skip


def todo(actor):
    return [(line.number, line.step) for line in queries.desk(actor, "todo").lines]


def test_each_desk_has_it_in_turn_and_it_takes_effect_once(flow, office):
    case = begin(office)
    lu, liang = office.actor("陆怀瑾"), office.actor("梁慎行")
    assert case.number.startswith(f"QJ-{case.opened_at.year}-")
    assert todo(lu) == [(case.number, "head")]
    assert todo(liang) == []

    actions.agree(lu, case=case.id, step="head", words="同意", version=case.version)
    assert todo(lu) == []
    assert todo(liang) == [(case.number, "hr")]
    assert flow.applied == []

    done = actions.agree(liang, case=case.id, step="hr")
    assert (done.state, done.finished_at is not None) == ("agreed", True)
    assert flow.applied == [case.id]
    assert flow.endings == ["agreed"]
    assert Task.objects.filter(case=case, state="open").count() == 0
    assert [line.number for line in queries.desk(lu, "done").lines] == [case.number]
    assert ("case.agree", "done") in written_events(liang)
    told = Notice.objects.filter(account=office.account("沈知微")).values_list("topic", flat=True)
    assert list(told) == ["case.effective"]


def test_the_page_shows_participants_who_did_what_in_words(flow, office):
    case = begin(office)
    actions.agree(office.actor("陆怀瑾"), case=case.id, step="head", words="准假")

    view = queries.case_view(office.actor("沈知微"), case.id)
    said = [(line.verb, line.name, line.words) for line in view.timeline]
    assert said == [("submit", "沈知微", "家里有事"), ("agree", "陆怀瑾", "准假")]
    head, hr, apply = view.steps
    assert (head.state, head.signers[0].name, head.signers[0].verdict) == (
        "done",
        "陆怀瑾",
        "agree",
    )
    assert (hr.state, [signer.name for signer in hr.signers]) == ("now", ["梁慎行"])
    assert apply.state == "later"
    assert view.turns == ()
    (turn,) = queries.case_view(office.actor("梁慎行"), case.id).turns
    assert {"agree", "refuse", "return", "transfer"} <= turn.verbs
    assert turn.targets == (("start", ""), ("head", "负责人审批"))


def test_a_refusal_ends_it_and_nothing_takes_effect(flow, office):
    case = begin(office)
    actions.refuse(office.actor("陆怀瑾"), case=case.id, step="head", words="项目太忙")
    case.refresh_from_db()
    assert (case.state, flow.applied, flow.endings) == ("refused", [], ["refused"])


def test_what_is_returned_is_changed_and_submitted_again(flow, office):
    case = begin(office)
    lu, shen = office.actor("陆怀瑾"), office.actor("沈知微")
    actions.return_case(lu, case=case.id, step="head", words="日期不对")
    assert flow.endings == ["returned"]
    (line,) = queries.desk(shen, "todo").lines
    assert (line.role, line.state) == ("change", "returned")
    (turn,) = queries.case_view(shen, case.id).turns
    assert turn.verbs == {"resubmit"}

    again = actions.resubmit(shen, case=case.id, facts={"days": 2}, words="已改")
    assert again.state == "open"
    assert queries.case_view(shen, case.id).facts["days"] == 2
    assert todo(lu) == [(case.number, "head")]


def test_nobody_decides_what_is_not_theirs(flow, office):
    case = begin(office)
    shen, liang = office.actor("沈知微"), office.actor("梁慎行")
    stranger = office.actor("罗文博")
    before = Case.objects.values().get(pk=case.pk), CaseEvent.objects.count()

    with pytest.raises(NotAllowed, match="发起人或当事人"):  # their own request
        actions.agree(shen, case=case.id, step="head")
    with pytest.raises(NotAllowed):  # another's step
        actions.agree(liang, case=case.id, step="head")
    with pytest.raises(NotAllowed):  # a step that has not come
        actions.agree(liang, case=case.id, step="hr")
    with pytest.raises(NotAllowed):  # a step that does not exist
        actions.agree(liang, case=case.id, step="nowhere")
    with pytest.raises(Absent):  # a foreign case
        actions.agree(stranger, case=case.id, step="head")
    with pytest.raises(NotAllowed):  # in somebody's name without being deputy
        actions.agree(liang, case=case.id, step="head", on_behalf_of=office.account("陆怀瑾"))

    assert (Case.objects.values().get(pk=case.pk), CaseEvent.objects.count()) == before
    assert written_events(liang).count(("case.agree", "refused")) == 4
    assert ("case.agree", "refused") in written_events(shen)
    assert ("case.read", "refused") in written_events(stranger)


def test_a_past_case_stays_as_it_is(flow, office):
    case = begin(office)
    lu = office.actor("陆怀瑾")
    actions.refuse(lu, case=case.id, step="head")
    with pytest.raises(AlreadyDecided) as told:
        actions.agree(lu, case=case.id, step="head")
    assert (told.value.who, told.value.verb) == ("陆怀瑾", "refuse")
    with pytest.raises(NotAllowed):
        actions.withdraw(office.actor("沈知微"), case=case.id)
    case.refresh_from_db()
    assert case.state == "refused"


def test_who_read_an_older_content_is_told_to_read_again(flow, office):
    case = begin(office)
    lu, shen = office.actor("陆怀瑾"), office.actor("沈知微")
    seen = case.version
    actions.return_case(lu, case=case.id, step="head")
    actions.resubmit(shen, case=case.id, facts={"days": 9})
    with pytest.raises(CaseMoved):
        actions.agree(lu, case=case.id, step="head", version=seen)
    actions.urge(shen, case=case.id)  # changes nothing that is decided upon
    case.refresh_from_db()
    actions.agree(lu, case=case.id, step="head", version=case.version - 1)


def test_an_effect_that_cannot_happen_takes_the_decision_back(flow, office):
    case = begin(office)
    actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    liang = office.actor("梁慎行")
    flow.broken = "yes"
    before = Case.objects.values().get(pk=case.pk), CaseEvent.objects.count()
    with pytest.raises(CannotTakeEffect):
        actions.agree(liang, case=case.id, step="hr")
    assert (Case.objects.values().get(pk=case.pk), CaseEvent.objects.count()) == before
    assert todo(liang) == [(case.number, "hr")]
    assert ("case.agree", "refused") in written_events(liang)

    flow.broken = ""
    actions.agree(liang, case=case.id, step="hr")
    assert flow.applied == [case.id]


def test_a_dated_effect_waits_for_its_day(flow, office):
    tomorrow = timezone.localdate() + timedelta(days=1)
    case = begin(office, effective=tomorrow)
    actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    waiting = actions.agree(office.actor("梁慎行"), case=case.id, step="hr")
    assert (waiting.state, waiting.wake_on, flow.applied) == ("waiting", tomorrow, [])

    assert actions.sweep().effective == 0
    report = actions.sweep(timezone.now() + timedelta(days=1))
    assert report.effective == 1
    assert flow.applied == [case.id]
    assert actions.sweep(timezone.now() + timedelta(days=2)).effective == 0
    case.refresh_from_db()
    assert case.state == "agreed"
