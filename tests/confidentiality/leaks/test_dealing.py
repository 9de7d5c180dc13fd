"""From the first remedy to the end: who fills what, and what holds the end up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events

from dangan.access.rules import Absent, Refused
from dangan.confidentiality.leaks import actions, queries
from dangan.confidentiality.leaks.models import Leak
from dangan.workflow import actions as workflow
from dangan.workflow.handling import CannotTakeEffect, kind_of
from dangan.workflow.models import Case, Task
from dangan.workflow.problems import BadPart, NotAllowed


def through(room, leak, *steps: str) -> None:
    for step in steps:
        room.fill(leak, step)


def test_the_whole_way_to_the_end(room):
    leak = room.report()
    through(room, leak, "head", "privacy", "remedies", "notification")
    assert room.waiting(leak) == {"liang", "manager2"}
    with pytest.raises(BadPart) as early:
        room.fill(leak, "conclusion")
    assert "还有 1 条措施没有完成" in str(early.value.form.errors)
    actions.finish_measure(room.actor("lu"), leak=leak.id, number=0)
    room.fill(leak, "conclusion")
    workflow.agree(room.actor("boss"), case=leak.case, step="leader")
    row = Leak.objects.get(pk=leak.id)
    assert row.state == "closed"
    assert row.closed_at and row.told_at and row.assessed_at and row.concluded_at
    assert (row.severity, row.people) == (2, 30)
    assert Case.objects.get(pk=leak.case).state == "agreed"


def test_when_nobody_must_be_told_that_step_does_not_come(room):
    leak = room.report()
    room.fill(leak, "head")
    room.fill(leak, "privacy", authority="0", persons="0")
    room.fill(leak, "remedies")
    assert room.waiting(leak) == {"liang", "manager2"}
    assert Leak.objects.get(pk=leak.id).tell_by is None


def test_what_must_be_told_is_told_whole(room):
    leak = room.report()
    through(room, leak, "head", "privacy", "remedies")
    with pytest.raises(BadPart) as refused:
        room.fill(leak, "notification", authority="", persons_text="")
    assert set(refused.value.form.errors) == {"authority", "persons_text"}
    assert Leak.objects.get(pk=leak.id).told_at is None


def test_the_text_to_the_persons_begins_with_cause_harm_and_measures(room):
    leak = room.report()
    through(room, leak, "head", "privacy", "remedies")
    case = Case.objects.get(pk=leak.case)
    form = kind_of("leak").fill_form(room.actor("privacy"), case, "notification")
    for said in ("收件人选错", "可能被诈骗", "收件人书面确认删除", "薪酬"):
        assert said in form.initial["persons_text"]


def test_an_assessment_gives_numbers_and_a_limit(room):
    leak = room.report()
    with pytest.raises(BadPart) as refused:
        room.fill(leak, "privacy", people="0", tell_by="")
    assert set(refused.value.form.errors) == {"people", "tell_by"}


def test_a_measure_has_somebody_and_a_day_until_it_is_done(room):
    leak = room.report()
    through(room, leak, "head", "privacy")
    with pytest.raises(BadPart) as refused:
        room.fill(leak, "remedies", who_1="", due_1="")
    assert set(refused.value.form.errors) == {"who_1", "due_1"}


def test_the_first_measure_is_timed_once(room):
    leak = room.report()
    assert Leak.objects.get(pk=leak.id).first_measure_at is None
    room.fill(leak, "head")
    first = Leak.objects.get(pk=leak.id).first_measure_at
    assert first is not None
    through(room, leak, "privacy", "remedies")
    assert Leak.objects.get(pk=leak.id).first_measure_at == first
    assert room.report(done="已撤回").first_measure_at is not None


def test_only_those_who_deal_with_it_say_that_a_measure_is_done(room):
    leak = room.report()
    through(room, leak, "head", "privacy", "remedies")
    with pytest.raises(Refused):
        actions.finish_measure(room.actor("shen"), leak=leak.id, number=0)
    with pytest.raises(Absent):
        actions.finish_measure(room.actor("luo"), leak=leak.id, number=0)
    with pytest.raises(Absent):
        actions.finish_measure(room.actor("lu"), leak=leak.id, number=9)
    officer = room.actor("privacy")
    actions.finish_measure(officer, leak=leak.id, number=0)
    assert ("leak.measure", "done") in written_events(officer)


def test_nobody_but_those_asked_fills_a_part_in(room):
    leak = room.report()
    with pytest.raises(NotAllowed):
        room.fill(leak, "head", who="liang")
    with pytest.raises(NotAllowed):
        room.fill(leak, "head", who="shen")
    with pytest.raises(Absent):
        room.fill(leak, "head", who="luo")


def test_the_accused_cannot_take_it_over(room):
    leak = room.report(avoid=[room.ids["lu"]])
    with pytest.raises(NotAllowed):
        workflow.transfer(
            room.actor("boss"), case=leak.case, step="head", to=room.ids["lu"], words="请办"
        )
    assert "lu" not in room.waiting(leak)


def test_the_leader_cannot_refuse_it_away_nor_send_it_back_to_the_reporter(room):
    leak = room.report()
    through(room, leak, "head", "privacy", "remedies", "notification")
    actions.finish_measure(room.actor("lu"), leak=leak.id, number=0)
    room.fill(leak, "conclusion")
    for deed in (workflow.refuse, workflow.return_case):
        with pytest.raises(CannotTakeEffect):
            deed(room.actor("boss"), case=leak.case, step="leader", words="不必处置")
    workflow.return_case(
        room.actor("boss"), case=leak.case, step="leader", words="请补充", to="conclusion"
    )
    assert room.waiting(leak) == {"liang", "manager2"}


def test_time_reminds_and_never_agrees(room):
    leak = room.report()
    late = timezone.now() + timedelta(days=9)
    workflow.sweep(now=late)
    assert Case.objects.get(pk=leak.case).state == "open"
    assert Leak.objects.get(pk=leak.id).assessed_at is None


def test_what_is_over_its_limit_stands_among_the_overdue(room):
    leak = room.report()
    manager = room.actor("liang")
    assert queries.register(manager, state="overdue").total == 0
    Task.objects.filter(case=leak.case).update(due_at=timezone.now() - timedelta(hours=1))
    assert queries.register(manager, state="overdue").total == 1
    assert queries.register(manager, state="closed").total == 0
    assert queries.register(manager, state="open").lines[0].overdue


def test_telling_that_is_late_makes_it_overdue_too(room):
    leak = room.report()
    room.fill(leak, "privacy", tell_by="2026-01-01T09:00")
    assert queries.register(room.actor("liang"), state="overdue").total == 1


def test_leaks_are_counted_by_quarter_and_severity(room):
    leak = room.report()
    room.report()
    room.fill(leak, "privacy")
    (quarter,) = queries.register(room.actor("privacy")).quarters
    assert (quarter.minor, quarter.major, quarter.grave, quarter.unknown) == (0, 1, 0, 1)
    assert quarter.total == 2
    assert 1 <= quarter.number <= 4
