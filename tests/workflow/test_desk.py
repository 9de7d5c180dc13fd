"""待办、已办、我发起的、抄送我的: what they hold, and that they cost the same however full."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.dossiers_pages.conftest import ONLY_IN_TESTS
from tests.workflow.conftest import APPLY, HEAD, HR, serve

from dangan.access.rules import Refused
from dangan.workflow import actions, handling, queries


@pytest.fixture
def staff(leave, office):
    serve(HEAD, HR, APPLY)
    office.heads("研发中心", "陆怀瑾")
    office.account("陆怀瑾")
    office.account("梁慎行", "hr_manager")
    return office


def begin(office, subject="沈知微"):
    actor = office.actor("沈知微")
    return actions.open_case(
        actor, definition="leave_flow", subject=office.cast.people[subject], object=None, facts={}
    )


def statements(work):
    with CaptureQueriesContext(connection) as counted:
        work()
    return len([q for q in counted if not q["sql"].startswith(ONLY_IN_TESTS)])


def test_boxes_hold_what_they_say(staff):
    lu, shen = staff.actor("陆怀瑾"), staff.actor("沈知微")
    first, second = begin(staff), begin(staff)
    actions.agree(lu, case=first.id, step="head")

    todo = queries.desk(lu, "todo")
    assert [line.number for line in todo.lines] == [second.number]
    (line,) = todo.lines
    assert (line.subject_name, line.initiator_name, line.unit_label) == (
        "沈知微", "沈知微", "嵌入式组",
    )  # fmt: skip
    assert (line.step_label, line.progress, line.batchable) == ("负责人审批", (0, 1, 3), True)
    assert (line.summary, line.version) == ("请假", 1)
    started = queries.desk(shen, "started")
    assert [line.number for line in started.lines] == [second.number, first.number]
    assert started.lines[1].step_label == "人事审批"
    assert started.states == (("open", "审批中", 2),)
    assert queries.desk(lu, "done").total == 1
    assert queries.desk(shen, "started", state="refused").total == 0
    assert queries.desk(shen, "started", kind="leave", limit=1, offset=1).lines == started.lines[1:]


def test_what_is_due_first_comes_first(staff):
    serve({**HEAD, "days": 5}, APPLY)
    later = begin(staff)
    serve({**HEAD, "days": 1}, APPLY)
    sooner = begin(staff)
    lines = queries.desk(staff.actor("陆怀瑾"), "todo").lines
    assert [line.number for line in lines] == [sooner.number, later.number]
    assert not lines[0].overdue


def test_a_full_desk_costs_no_more_than_an_empty_one_and_both_little(staff):
    for _ in range(12):
        begin(staff)
    lu = staff.actor("陆怀瑾")
    queries.desk(lu, "todo")
    assert statements(lambda: queries.desk(lu, "todo")) <= 15
    assert statements(lambda: queries.todo_count(lu)) == 1
    case = queries.desk(lu, "todo").lines[0].case
    assert statements(lambda: queries.case_view(lu, case)) <= 16


def test_many_are_agreed_to_at_once_and_each_says_what_became_of_it(staff):
    cases = [begin(staff) for _ in range(3)]
    lu = staff.actor("陆怀瑾")
    tasks = [line.task for line in queries.desk(lu, "todo").lines]
    actions.refuse(lu, case=cases[1].id, step="head")
    results = actions.agree_many(lu, tasks=[*tasks, 10**9])
    told = {result.number: result.problem for result in results}
    assert told[cases[0].number] == told[cases[2].number] == ""
    assert "陆怀瑾" in told[cases[1].number]
    assert told[""] != ""
    liang = staff.actor("梁慎行")
    assert actions.agree_many(liang, tasks=[tasks[0]])[0].problem != ""  # another's task


def test_a_deputy_finds_the_work_of_both(staff):
    begin(staff)
    lu, liang = staff.actor("陆怀瑾"), staff.actor("梁慎行")
    today = timezone.localdate()
    actions.name_deputy(lu, deputy=liang.id, begins=today, ends=today + timedelta(days=1))
    (line,) = queries.desk(liang, "todo").lines
    assert line.on_behalf_of_name == "陆怀瑾"
    (result,) = actions.agree_many(liang, tasks=[line.task])
    assert result.problem == ""


def test_nobody_without_a_part_in_flows_has_a_desk(staff):
    auditor = staff.actor("审计", "auditor")
    with pytest.raises(Refused):
        queries.desk(auditor, "todo")
    assert queries.todo_count(auditor) == 0


def test_cases_of_a_person_for_whoever_may_know_of_them(staff):
    case = begin(staff)
    shen, lu = staff.actor("沈知微"), staff.actor("陆怀瑾")
    liang, luo = staff.actor("梁慎行"), staff.actor("罗文博")
    subject = shen.subject
    for actor in (shen, lu, liang):
        (line,) = queries.of_subject(actor, subject)
        assert (line.case, line.step_label) == (case.id, "负责人审批")
    assert queries.of_subject(luo, subject) == ()


def test_a_case_whose_room_is_gone_stays_readable(staff):
    case = begin(staff)
    handling._kinds.pop("leave")
    lu = staff.actor("陆怀瑾")
    (line,) = queries.desk(lu, "todo").lines
    assert (line.number, line.summary) == (case.number, "")
    assert queries.case_view(lu, case.id).number == case.number


def test_a_kind_that_does_not_say_what_it_is_about_cannot_be_registered():
    with pytest.raises(TypeError):
        type("Nothing", (handling.CaseKind,), {"key": "nothing"})()
