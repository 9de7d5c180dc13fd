"""A draft goes on its way, is decided, and takes effect whole or leaves no trace."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events
from tests.proposals.conftest import DEGREE, Desk, rows_of, state_of

from dangan.access.queries import console_actor
from dangan.access.rules import Absent, Refused
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Change, Proposal, ProposalClaim
from dangan.dossiers.proposals import actions, queries
from dangan.dossiers.proposals.refusals import BadState, Claimed, Stale
from dangan.dossiers.rules import Conflict, InvalidRecord, RowPlan
from dangan.workflow import actions as workflow
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case
from dangan.workflow.problems import NotAllowed

pytestmark = pytest.mark.django_db


def drafted(desk: Desk, *plans: RowPlan) -> Proposal:
    draft = actions.draft(desk.shen, subject=desk.person)
    for plan in plans:
        draft = actions.put_row(desk.shen, proposal=draft.id, plan=plan)
    return draft


def test_an_employee_adds_a_degree_and_hr_agrees(desk: Desk) -> None:
    draft = drafted(desk, desk.new("education", **DEGREE))
    before = desk.untouched()
    sent = actions.submit(desk.shen, proposal=draft.id, words="毕业证已拿到")
    assert sent.case is not None
    assert sent.case_number.startswith("XG-")
    assert desk.untouched() == before, "nothing changes before it is agreed"
    assert desk.whose_turn(sent.case) == {"何雨桐", "梁慎行"}
    workflow.agree(desk.hr, case=sent.case, step="hr")
    (row,) = rows_of(desk.person, "education")
    assert row.values["school"] == "浙江大学"
    change = Change.objects.get(id=Proposal.objects.get(id=draft.id).change_id)
    assert (change.case, change.case_number) == (sent.case, sent.case_number)
    assert change.actor == desk.hr.id, "the record names who decided"
    assert change.kind == "edit"
    assert state_of(draft.id) == "effective"
    assert not ProposalClaim.objects.exists()
    assert ("proposal.draft", "done") in written_events(desk.shen)
    assert ("proposal.submit", "done") in written_events(desk.shen)
    assert ("record.write", "done") in written_events(desk.hr)


def test_rows_of_several_sets_take_effect_together(desk: Desk) -> None:
    family = desk.new("family", relation="11", name="沈父")
    draft = drafted(
        desk,
        desk.patch("contact", mobile="13911112222"),
        desk.new("education", **DEGREE),
        family,
    )
    sent = actions.submit(desk.shen, proposal=draft.id)
    assert sent.case is not None
    assert desk.whose_turn(sent.case) == {"陆怀瑾"}, "a mobile number is sensitive: the head first"
    case = desk.agree_all(sent.case)
    assert case.state == "agreed"
    assert desk.row("contact").values["mobile"] == "13911112222"
    changes = {desk.row(key).change for key in ("contact", "education", "family")}
    assert len(changes) == 1, "one update record for all"


def test_a_row_is_deleted_by_a_case(desk: Desk) -> None:
    dossiers.save_row(
        desk.hr, subject=desk.person, info_set="education", row=None, base_version=0, values=DEGREE
    )
    row = desk.row("education")
    plan = RowPlan("education", {}, row.row, row.version, delete=True)
    sent = actions.submit(desk.shen, proposal=drafted(desk, plan).id)
    assert sent.case is not None
    desk.agree_all(sent.case)
    assert rows_of(desk.person, "education") == []
    assert Change.objects.order_by("-id")[0].kind == "delete"


@pytest.mark.parametrize("outcome", ["refuse", "return", "withdraw"])
def test_what_is_not_agreed_leaves_no_trace(desk: Desk, outcome: str) -> None:
    draft = drafted(desk, desk.new("education", **DEGREE))
    before = desk.untouched()
    sent = actions.submit(desk.shen, proposal=draft.id)
    assert sent.case is not None
    if outcome == "refuse":
        workflow.refuse(desk.hr, case=sent.case, step="hr", words="学校名称不符")
        expected = "refused"
    elif outcome == "return":
        workflow.return_case(desk.hr, case=sent.case, step="hr", words="补充证书")
        expected = "returned"
    else:
        actions.withdraw(desk.shen, proposal=draft.id)
        expected = "withdrawn"
    assert state_of(draft.id) == expected
    assert desk.untouched() == before
    assert rows_of(desk.person, "education") == []


def test_a_returned_one_is_changed_and_sent_again_in_the_same_case(desk: Desk) -> None:
    draft = drafted(desk, desk.new("education", **DEGREE))
    sent = actions.submit(desk.shen, proposal=draft.id)
    assert sent.case is not None
    workflow.return_case(desk.hr, case=sent.case, step="hr", words="学校写全称")
    key = queries.own_body(desk.shen, draft.id).rows[0].key
    plan = desk.new("education", **DEGREE | {"school": "浙江大学计算机学院"})
    actions.put_row(desk.shen, proposal=draft.id, plan=plan, row_key=key)
    again = actions.submit(desk.shen, proposal=draft.id)
    assert again.case == sent.case
    workflow.agree(desk.hr, case=sent.case, step="hr")
    assert desk.row("education").values["school"] == "浙江大学计算机学院"


def test_a_withdrawn_one_becomes_a_draft_on_top_of_what_is_there_now(desk: Desk) -> None:
    draft = drafted(desk, desk.patch("contact", address="杭州市文三路 1 号"))
    sent = actions.submit(desk.shen, proposal=draft.id)
    assert sent.case is not None
    actions.withdraw(desk.shen, proposal=draft.id)
    assert not ProposalClaim.objects.exists()
    row = desk.row("contact")
    dossiers.save_row(
        desk.hr,
        subject=desk.person,
        info_set="contact",
        row=row.row,
        base_version=row.version,
        values={"postcode": "310012"},
    )
    actions.reopen(desk.shen, proposal=draft.id)
    again = actions.submit(desk.shen, proposal=draft.id)
    assert again.case != sent.case
    assert again.case is not None
    desk.agree_all(again.case)
    values = desk.row("contact").values
    assert (values["address"], values["postcode"]) == ("杭州市文三路 1 号", "310012")


def test_nobody_withdraws_what_has_been_decided_on(desk: Desk) -> None:
    draft = drafted(desk, desk.patch("identity", native_place="浙江杭州"))
    sent = actions.submit(desk.shen, proposal=draft.id)
    assert sent.case is not None
    workflow.agree(desk.lu, case=sent.case, step="head")
    with pytest.raises(NotAllowed):
        actions.withdraw(desk.shen, proposal=draft.id)
    assert state_of(draft.id) == "open"


def test_a_later_day_is_waited_for(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    day = timezone.localdate() + timedelta(days=10)
    draft = drafted(desk, desk.new("education", **DEGREE))
    sent = actions.submit(desk.shen, proposal=draft.id, effective=day)
    assert sent.case is not None
    workflow.agree(desk.hr, case=sent.case, step="hr")
    assert Case.objects.get(id=sent.case).state == "waiting"
    assert rows_of(desk.person, "education") == []
    (line,) = queries.mine(desk.shen, desk.person)
    assert (line.state, line.state_label, line.effective) == ("waiting", "待生效", day)
    later = timezone.now() + timedelta(days=10)
    monkeypatch.setattr(timezone, "now", lambda: later)
    workflow.sweep(later)
    row = desk.row("education")
    assert row.valid_from == day
    change = Change.objects.get(id=row.change)
    assert change.actor == desk.hr.id, "who decided, not the clock"
    assert change.case_number == sent.case_number
    workflow.sweep(later)
    assert len(rows_of(desk.person, "education")) == 1, "once only"


def test_an_earlier_day_is_from_when_it_holds(desk: Desk) -> None:
    day = timezone.localdate() - timedelta(days=40)
    draft = drafted(desk, desk.new("education", **DEGREE))
    sent = actions.submit(desk.shen, proposal=draft.id, effective=day)
    assert sent.case is not None
    desk.agree_all(sent.case)
    assert desk.row("education").valid_from == day


def test_no_day_too_far_ahead(desk: Desk) -> None:
    draft = drafted(desk, desk.new("education", **DEGREE))
    with pytest.raises(BadState) as refused:
        actions.submit(
            desk.shen, proposal=draft.id, effective=timezone.localdate() + timedelta(days=400)
        )
    assert "一年" in str(refused.value.message)


def test_what_changed_meanwhile_does_not_take_effect(desk: Desk) -> None:
    draft = drafted(desk, desk.patch("contact", address="杭州市文三路 1 号"))
    sent = actions.submit(desk.shen, proposal=draft.id)
    assert sent.case is not None
    row = desk.row("contact")
    dossiers.save_row(
        console_actor(),
        subject=desk.person,
        info_set="contact",
        row=row.row,
        base_version=row.version,
        values={"postcode": "310012"},
    )
    with pytest.raises(CannotTakeEffect) as refused:
        workflow.agree(desk.hr, case=sent.case, step="hr")
    assert "“联系方式”在审批期间有了新版本" in str(refused.value.message)
    assert desk.row("contact").values.get("address") is None
    assert Case.objects.get(id=sent.case).state == "open", "the decision is taken back whole"
    workflow.return_case(desk.hr, case=sent.case, step="hr", words="有新版本")
    with pytest.raises(Conflict):
        actions.submit(desk.shen, proposal=draft.id)
    key = desk.row("contact").row
    actions.put_row(
        desk.shen,
        proposal=draft.id,
        plan=desk.patch("contact", address="杭州市文三路 1 号"),
        row_key=key,
    )
    actions.submit(desk.shen, proposal=draft.id)
    desk.agree_all(sent.case)
    assert desk.row("contact").values["address"] == "杭州市文三路 1 号"


def test_a_second_change_of_the_same_row_is_told_of_the_first(desk: Desk) -> None:
    draft = drafted(desk, desk.patch("identity", native_place="浙江杭州"))
    sent = actions.submit(desk.shen, proposal=draft.id)
    row = desk.row("identity")
    with pytest.raises(Claimed) as told:
        dossiers.save_row(
            desk.hr,
            subject=desk.person,
            info_set="identity",
            row=row.row,
            base_version=row.version,
            values={"speciality": "自动化"},
        )
    assert sent.case_number in str(told.value.message)
    assert told.value.case is None, "not hers to see yet"
    with pytest.raises(Claimed) as shown:
        actions.propose(
            desk.manager, subject=desk.person, rows=[desk.patch("identity", speciality="自动化")]
        )
    assert shown.value.case == sent.case, "the manager sees all cases"
    second = actions.draft(desk.shen, subject=desk.person)
    with pytest.raises(Claimed):
        actions.put_row(
            desk.shen, proposal=second.id, plan=desk.patch("identity", speciality="自动化")
        )


def test_a_set_without_a_row_is_claimed_too(desk: Desk) -> None:
    plan = RowPlan("political", {"status": "01", "joined": "2012-07"})
    first = actions.submit(desk.shen, proposal=drafted(desk, plan).id)
    assert first.case is not None
    info_set = rows_of(desk.person, "political")
    assert info_set == []
    again = actions.draft(desk.shen, subject=desk.person)
    found = queries.row_states(desk.shen, desk.person)
    assert [state.label for state in found.values()] == ["审批中"]
    assert again.id != first.proposal


def test_a_draft_is_ones_own(desk: Desk) -> None:
    draft = drafted(desk, desk.new("education", **DEGREE))
    assert actions.draft(desk.shen, subject=desk.person).id == draft.id, "one a person"
    for act in (
        lambda: actions.submit(desk.hr, proposal=draft.id),
        lambda: actions.put_row(desk.hr, proposal=draft.id, plan=desk.new("education", **DEGREE)),
        lambda: actions.withdraw(desk.hr, proposal=draft.id),
        lambda: actions.reopen(desk.hr, proposal=draft.id),
        lambda: actions.discard(desk.hr, proposal=draft.id),
        lambda: queries.view(desk.hr, draft.id),
        lambda: queries.own_body(desk.hr, draft.id),
    ):
        with pytest.raises(Absent):
            act()
    assert state_of(draft.id) == "draft"


def test_nobody_proposes_what_is_not_theirs_to_propose(desk: Desk) -> None:
    other = desk.cast.people["罗文博"]
    with pytest.raises(Refused):
        actions.draft(desk.shen, subject=other)
    with pytest.raises(Refused):
        actions.propose(desk.shen, subject=other, rows=[desk.new("education", **DEGREE)])
    draft = drafted(desk)
    for plan in (
        desk.new("pay", effective="2026-01-01", base="99999"),
        desk.patch("post", position="总经理"),
        desk.patch("identity", name="沈另名"),
    ):
        with pytest.raises(Refused):
            actions.put_row(desk.shen, proposal=draft.id, plan=plan)
    with pytest.raises(InvalidRecord):
        actions.put_row(desk.shen, proposal=draft.id, plan=RowPlan("nonsense", {"a": "b"}))
    assert queries.own_body(desk.shen, draft.id).rows == ()


def test_values_are_checked_when_put_in(desk: Desk) -> None:
    draft = drafted(desk)
    with pytest.raises(InvalidRecord) as refused:
        actions.put_row(
            desk.shen,
            proposal=draft.id,
            plan=desk.new("education", **DEGREE | {"end": "2010-06"}),
        )
    assert refused.value.problems[0].field == "end"
    with pytest.raises(InvalidRecord):
        actions.put_row(desk.shen, proposal=draft.id, plan=desk.new("education", level="11"))
    with pytest.raises(InvalidRecord):
        actions.put_row(
            desk.shen, proposal=draft.id, plan=desk.new("education", **DEGREE, colour="red")
        )


def test_what_changes_nothing_is_taken_out_again(desk: Desk) -> None:
    draft = drafted(desk, desk.patch("contact", postcode="310012"))
    assert len(queries.own_body(desk.shen, draft.id).rows) == 1
    mobile = desk.row("contact").values["mobile"]
    drafted(desk, desk.patch("contact", mobile=mobile))
    assert queries.own_body(desk.shen, draft.id).rows == ()
    with pytest.raises(BadState) as refused:
        actions.submit(desk.shen, proposal=draft.id)
    assert "没有改动" in str(refused.value.message)


def test_two_windows_do_not_overwrite_each_other(desk: Desk) -> None:
    draft = drafted(desk)
    seen = draft.version
    actions.put_row(
        desk.shen, proposal=draft.id, plan=desk.patch("contact", postcode="310012"), version=seen
    )
    with pytest.raises(Stale):
        actions.put_row(
            desk.shen,
            proposal=draft.id,
            plan=desk.patch("contact", postcode="310013"),
            version=seen,
        )
    (row,) = queries.own_body(desk.shen, draft.id).rows
    assert row.plan.values == {"postcode": "310012"}


def test_what_was_sent_is_not_changed_any_more(desk: Desk) -> None:
    draft = drafted(desk, desk.new("education", **DEGREE))
    actions.submit(desk.shen, proposal=draft.id)
    for act in (
        lambda: actions.put_row(
            desk.shen, proposal=draft.id, plan=desk.patch("contact", postcode="310012")
        ),
        lambda: actions.submit(desk.shen, proposal=draft.id),
        lambda: actions.discard(desk.shen, proposal=draft.id),
        lambda: actions.reopen(desk.shen, proposal=draft.id),
    ):
        with pytest.raises(BadState):
            act()


def test_a_discarded_draft_is_gone(desk: Desk) -> None:
    draft = drafted(desk, desk.new("education", **DEGREE))
    actions.discard(desk.shen, proposal=draft.id)
    assert not Proposal.objects.exists()
    assert ("proposal.discard", "done") in written_events(desk.shen)
