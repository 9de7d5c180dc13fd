"""What happens by itself: limits, effects on their day, and work of people who are gone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from tests.cast import written_events
from tests.workflow.conftest import APPLY, HEAD, HR, serve

from dangan.access.actions import end_account
from dangan.access.models import Account, Grant
from dangan.access.queries import console_actor, system_actor
from dangan.notices.models import Notice
from dangan.organization import actions as organization_actions
from dangan.workflow import actions, jobs, queries
from dangan.workflow.models import Case, CaseEvent, Task
from dangan.workflow.problems import NotAllowed


@pytest.fixture
def staff(leave, office):
    office.heads("研发中心", "陆怀瑾")
    office.heads("华东公司", "俞书衡")
    for name, roles in (("陆怀瑾", ()), ("俞书衡", ()), ("梁慎行", ("hr_manager",))):
        office.account(name, *roles)
    return leave


def begin(office, **more):
    shen = office.actor("沈知微")
    return actions.open_case(
        shen, definition="leave_flow", subject=shen.subject, object=None, facts={}, **more
    )


def todo(office, name):
    return [line.step for line in queries.desk(office.actor(name), "todo").lines]


def topics(office, name):
    told = Notice.objects.filter(account=office.account(name)).order_by("at")
    return list(told.values_list("topic", flat=True))


def test_limits_remind_and_then_the_next_in_charge_may_decide_too(staff, office):
    serve({**HEAD, "days": 2, "remind_days_before": 1, "on_overdue": "escalate"}, HR, APPLY)
    case = begin(office)
    assert actions.sweep().reminded == 0

    assert actions.sweep(case.next_at).reminded == 1
    assert topics(office, "陆怀瑾") == ["task.assigned", "task.due"]
    case.refresh_from_db()
    assert actions.sweep(case.next_at - timedelta(seconds=1)).reminded == 0
    assert actions.sweep(case.next_at).reminded == 1

    assert topics(office, "陆怀瑾")[-1] == "task.overdue"
    assert topics(office, "俞书衡") == ["task.escalated"]
    assert todo(office, "俞书衡") == todo(office, "陆怀瑾") == ["head"]
    case.refresh_from_db()
    assert case.state == "open"  # time alone never agrees
    actions.agree(office.actor("俞书衡"), case=case.id, step="head")
    assert todo(office, "陆怀瑾") == []


def test_who_leaves_is_followed_by_the_next_in_charge(staff, office):
    serve(HEAD, APPLY)
    case = begin(office)
    assert todo(office, "陆怀瑾") == ["head"]
    end_account(console_actor(), account=office.account("陆怀瑾"), reason="离职")
    assert actions.sweep().reassigned == 1
    assert todo(office, "俞书衡") == ["head"]
    assert Task.objects.filter(case=case, account=office.account("陆怀瑾")).get().state == "gone"
    events = CaseEvent.objects.count()
    assert actions.sweep().reassigned == 0
    assert CaseEvent.objects.count() == events


def test_a_returned_case_of_someone_who_left_goes_to_the_keeper(staff, office):
    serve(HEAD, APPLY)
    case = begin(office)
    actions.return_case(office.actor("陆怀瑾"), case=case.id, step="head")
    end_account(console_actor(), account=office.account("沈知微"), reason="离职")
    assert actions.sweep().reassigned == 1
    (line,) = queries.desk(office.actor("梁慎行"), "todo").lines
    assert line.role == "change"
    withdrawn = actions.withdraw(office.actor("梁慎行"), case=case.id)
    assert withdrawn.state == "withdrawn"


def test_a_dissolved_unit_leaves_its_cases_to_the_one_above(staff, office):
    serve(HEAD, APPLY)
    console = console_actor()
    office.heads("嵌入式组", "何雨桐")
    office.account("何雨桐")
    case = begin(office)
    assert todo(office, "何雨桐") == ["head"]
    with connection.cursor() as cursor:  # the people have been moved elsewhere before
        cursor.execute("UPDATE dossiers_subject SET unit = NULL")
        cursor.execute("UPDATE roster_entry SET unit = NULL")
    organization_actions.close_unit(console, unit=office.cast.units["嵌入式组"])
    assert actions.sweep().reassigned == 1
    assert todo(office, "陆怀瑾") == ["head"]
    case.refresh_from_db()
    assert case.state == "open"


def test_who_lost_the_role_does_not_decide_any_more(staff, office):
    serve(HR, APPLY)
    yu = office.account("罗文博", "hr_manager")
    case = begin(office)
    assert todo(office, "罗文博") == ["hr"]
    Grant.objects.filter(account=yu).delete()
    with pytest.raises(NotAllowed):
        actions.agree(office.actor("罗文博"), case=case.id, step="hr")
    assert actions.sweep().reassigned == 0  # nobody is gone ...
    assert actions.sweep(everybody=True).reassigned == 1  # ... but asked anew it shows
    assert todo(office, "罗文博") == []
    assert todo(office, "梁慎行") == ["hr"]


def test_a_failed_effect_goes_to_the_keeper_who_retries_or_returns_it(staff, office):
    serve(HEAD, APPLY)
    day = timezone.localdate() + timedelta(days=1)
    first, second = begin(office, effective=day), begin(office, effective=day)
    for case in (first, second):
        actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    staff.broken = "yes"
    report = actions.sweep(timezone.now() + timedelta(days=1))
    assert (report.effective, report.failed) == (0, 2)
    assert topics(office, "梁慎行") == ["case.stuck"] * 2
    liang = office.actor("梁慎行")
    view = queries.case_view(liang, first.id)
    assert view.case.stuck
    assert view.stuck_reason == "岗位已被占用，请另选岗位"
    (turn,) = view.turns
    assert turn.verbs == {"retry", "return"}

    with pytest.raises(NotAllowed):
        actions.retry_act(office.actor("陆怀瑾"), case=first.id)
    staff.broken = ""
    assert actions.retry_act(liang, case=first.id).state == "agreed"
    assert staff.applied == [first.id]
    back = actions.return_case(liang, case=second.id, step="apply", words="请另选岗位")
    assert back.state == "returned"
    assert staff.applied == [first.id]


def test_what_no_kind_foresaw_stops_neither_the_sweep_nor_the_case(staff, office, caplog):
    serve(HEAD, APPLY)
    day = timezone.localdate() + timedelta(days=1)
    case = begin(office, effective=day)
    actions.agree(office.actor("陆怀瑾"), case=case.id, step="head")
    staff.broken = "unforeseen"
    assert actions.sweep(timezone.now() + timedelta(days=1)).failed == 1
    case.refresh_from_db()
    assert (case.state, case.stuck) == ("open", True)
    assert "13800000101" not in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert ("case.act_failed", "done") in written_events(system_actor())


def test_nobody_at_all_is_no_agreement(staff, office):
    """Every head and keeper gone: the case waits, is marked, and goes on when somebody comes."""
    serve(HEAD, APPLY)
    case = begin(office)
    Account.objects.exclude(pk=office.account("沈知微")).update(state="locked")
    actions.sweep()
    case.refresh_from_db()
    assert (case.state, case.stuck) == ("open", True)
    assert Task.objects.filter(case=case, state="open").count() == 0
    Account.objects.filter(pk=office.account("梁慎行")).update(state="active")
    assert actions.sweep().reassigned == 1
    assert todo(office, "梁慎行") == ["head"]
    assert not Case.objects.get(pk=case.pk).stuck


def test_the_scheduled_jobs_do_it(staff, office):
    serve({**HEAD, "days": 1}, APPLY)
    case = begin(office)
    long_ago = timezone.now() - timedelta(days=9)
    progress = case.progress | {
        "steps": {
            key: at | {"due_at": long_ago.isoformat(), "next_at": long_ago.isoformat()}
            for key, at in case.progress["steps"].items()
        }
    }
    Case.objects.filter(pk=case.pk).update(next_at=long_ago, progress=progress)
    jobs.sweep_cases(timestamp=0)
    assert topics(office, "陆怀瑾")[-1] == "task.overdue"
    jobs.refresh_cases(timestamp=0)
    case.refresh_from_db()
    assert case.next_at > timezone.now()
