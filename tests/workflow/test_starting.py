"""发起: who may, by which flow, and what is said when it cannot be."""

from __future__ import annotations

from uuid import uuid4

import pytest
from tests.cast import written_events
from tests.workflow.conftest import APPLY, HEAD, HR, serve

from dangan.access.models import Account
from dangan.access.rules import Absent, Refused
from dangan.audit.actions import recording
from dangan.workflow import actions, queries
from dangan.workflow.models import Case, CaseEvent
from dangan.workflow.problems import BadPart, CannotStart, NotAllowed

PAY = {
    "type": "fill", "key": "pay", "label": "核定", "part": "pay",
    "who": [{"rule": "role", "role": "finance"}],
}  # fmt: skip


@pytest.fixture
def staff(leave, office):
    office.heads("研发中心", "陆怀瑾")
    office.account("陆怀瑾")
    office.account("梁慎行", "hr_manager")
    office.account("俞书衡", "finance")
    return office


def begin(office, name="沈知微", subject="沈知微"):
    actor = office.actor(name)
    return actions.open_case(
        actor, definition="leave_flow", subject=office.cast.people[subject], object=None, facts={}
    )


def test_what_cannot_be_started_leaves_nothing(staff):
    with pytest.raises(CannotStart, match="没有这种流程"):
        begin(staff)
    serve(HEAD, APPLY, start="lifecycle.start")
    with pytest.raises(Refused):
        begin(staff)
    serve(HEAD, APPLY)
    shen = staff.actor("沈知微")
    with pytest.raises(CannotStart, match="没有可用的档案"):
        actions.open_case(shen, definition="leave_flow", subject=uuid4(), object=None, facts={})
    Account.objects.exclude(pk=shen.id).update(state="locked")
    with pytest.raises(CannotStart, match="找不到可以审批的人"):
        actions.open_case(
            shen, definition="leave_flow", subject=shen.subject, object=None, facts={}
        )
    assert Case.objects.count() == CaseEvent.objects.count() == 0
    assert ("case.submit", "refused") in written_events(shen)


def test_it_joins_the_callers_transaction(staff):
    serve(HEAD, APPLY)
    shen = staff.actor("沈知微")
    with pytest.raises(ZeroDivisionError), recording(shen):
        begin(staff)
        1 / 0  # noqa: B018 - what fails after it in the room that opens it
    assert Case.objects.count() == 0


def test_nobody_decides_about_themselves_even_as_head(staff):
    serve(HEAD, APPLY)
    staff.heads("华东公司", "俞书衡")
    case = begin(staff, "梁慎行", "陆怀瑾")  # HR starts something about the head of the centre
    lu, yu = staff.actor("陆怀瑾"), staff.actor("俞书衡")
    assert queries.desk(lu, "todo").total == 0
    assert [line.number for line in queries.desk(yu, "todo").lines] == [case.number]
    with pytest.raises(NotAllowed):
        actions.agree(staff.actor("梁慎行"), case=case.id, step="head")


def test_a_part_is_filled_in_by_its_desk_and_counts_for_what_follows(staff):
    much = {"when": [{"fact": "days", "op": "over", "value": 5}], "label": "多", "steps": [HR]}
    branch = {"type": "branch", "key": "much", "label": "多少", "arms": [much], "otherwise": []}
    serve(HEAD, PAY, branch, APPLY)
    case = begin(staff)
    yu = staff.actor("俞书衡")
    filling = {"case": case.id, "step": "pay", "part": "pay"}
    with pytest.raises(Absent):  # it has not come to this desk yet
        actions.fill(yu, **filling, data={"amount": "9"})
    actions.agree(staff.actor("陆怀瑾"), case=case.id, step="head")
    with pytest.raises(NotAllowed):  # a part must be filled in
        actions.agree(yu, case=case.id, step="pay")
    with pytest.raises(NotAllowed):
        actions.fill(yu, **filling | {"part": "other"}, data={"amount": "9"})
    with pytest.raises(BadPart) as bad:
        actions.fill(yu, **filling, data={"amount": "many"})
    assert "amount" in bad.value.form.errors
    (turn,) = queries.case_view(yu, case.id).turns
    assert (turn.part, "fill" in turn.verbs) == ("pay", True)

    done = actions.fill(yu, **filling, data={"amount": "9"}, words="按标准")
    assert done.state == "open"  # more than five: HR decides, too
    view = queries.case_view(staff.actor("梁慎行"), case.id)
    assert (view.facts["days"], view.turns[0].step) == (9, "hr")
