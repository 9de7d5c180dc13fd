"""Proposed changes in bad hands: a lenient route for strict content, dates, titles, portraits."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.files.samples import picture
from tests.proposals.conftest import DEGREE, Desk, desk, folder, state_of

from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Proposal, ProposalClaim
from dangan.dossiers.proposals import actions, queries
from dangan.dossiers.proposals.refusals import NeedsApproval
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case

__all__ = ["desk", "folder"]

pytestmark = pytest.mark.django_db


def returned(desk: Desk, *, effective=None) -> tuple[Proposal, Case]:
    """A degree that went the ordinary way and came back."""
    draft = actions.draft(desk.shen, subject=desk.person)
    draft = actions.put_row(desk.shen, proposal=draft.id, plan=desk.new("education", **DEGREE))
    sent = actions.submit(desk.shen, proposal=draft.id, effective=effective)
    assert sent.case is not None
    workflow.return_case(desk.hr, case=sent.case, step="hr", words="补充证书")
    return Proposal.objects.get(id=draft.id), Case.objects.get(id=sent.case)


def test_strict_content_put_into_a_returned_ordinary_request_goes_the_strict_way(desk: Desk):
    draft, old = returned(desk)
    father = desk.new("family", relation="11", name="沈父")
    actions.put_row(desk.shen, proposal=draft.id, plan=father)
    again = actions.submit(desk.shen, proposal=draft.id)
    assert again.case is not None
    case = Case.objects.get(id=again.case)
    assert case.definition_version.definition_id == "self_sensitive"
    assert desk.whose_turn(case.id) == {"陆怀瑾"}, "the head is not passed over"
    old.refresh_from_db()
    assert old.state == "withdrawn", "the lenient case has ended"
    assert state_of(draft.id) == "open"
    assert ProposalClaim.objects.filter(proposal=draft).count() == 2
    desk.agree_all(case.id)
    assert desk.row("family").values["name"] == "沈父"
    assert state_of(draft.id) == "effective"


def test_a_returned_request_that_needs_no_desk_any_more_ends_its_case(desk: Desk):
    draft = actions.draft(desk.manager, subject=desk.person)
    draft = actions.put_row(
        desk.manager, proposal=draft.id, plan=desk.new("contract", number="HT-9", kind="1")
    )
    sent = actions.submit(desk.manager, proposal=draft.id)
    assert sent.case is not None
    turn = desk.whose_turn(sent.case)
    assert turn
    task = Case.objects.get(id=sent.case).tasks.filter(state="open").first()
    workflow.return_case(desk.by_account(task.account), case=sent.case, step=task.step, words="改")
    key = queries.own_body(desk.manager, draft.id).rows[0].key
    actions.drop_row(desk.manager, proposal=draft.id, row_key=key)
    actions.put_row(desk.manager, proposal=draft.id, plan=desk.new("education", **DEGREE))
    done = actions.submit(desk.manager, proposal=draft.id)
    assert done.direct
    assert Case.objects.get(id=sent.case).state == "withdrawn"
    assert state_of(draft.id) == "effective"


def test_a_changed_effective_day_is_the_day_of_the_case_too(desk: Desk):
    later = timezone.localdate() + timedelta(days=30)
    draft, _case = returned(desk)
    again = actions.submit(desk.shen, proposal=draft.id, effective=later)
    assert again.case is not None
    workflow.agree(desk.hr, case=again.case, step="hr")
    case = Case.objects.get(id=again.case)
    assert (case.state, case.wake_on) == ("waiting", later)


def test_a_day_taken_back_does_not_keep_the_change_waiting(desk: Desk):
    draft, _case = returned(desk, effective=timezone.localdate() + timedelta(days=30))
    again = actions.submit(desk.shen, proposal=draft.id)
    assert again.case is not None
    workflow.agree(desk.hr, case=again.case, step="hr")
    assert Case.objects.get(id=again.case).state == "agreed"


def test_whoever_proposes_reads_no_masked_title_by_it(desk: Desk):
    family = {"relation": "11", "name": "沈秘密"}
    dossiers.save_row(
        desk.manager,
        subject=desk.person,
        info_set="family",
        row=None,
        base_version=0,
        values=family,
    )
    draft = actions.draft(desk.hr, subject=desk.person)
    plan = desk.patch("family", employer_and_position="某某公司")
    draft = actions.put_row(desk.hr, proposal=draft.id, plan=plan)
    view = queries.view(desk.hr, draft.id)
    (row,) = [row for group in view.sets for row in group.rows]
    assert "沈秘密" not in row.title
    assert "沈秘密" not in repr([(line.old, line.new) for line in row.lines])


def test_a_draft_lifts_no_mask_of_what_it_does_not_change(desk: Desk):
    old = str(desk.row("contact").values["mobile"])
    draft = actions.draft(desk.hr, subject=desk.person)
    draft = actions.put_row(
        desk.hr, proposal=draft.id, plan=desk.patch("contact", postcode="310001")
    )
    view = queries.view(desk.hr, draft.id)
    assert old not in repr([row.lines for group in view.sets for row in group.rows])


def test_nobody_replaces_the_own_portrait_without_a_desk(desk: Desk):
    own = desk.cast.people["何雨桐"]
    with pytest.raises(NeedsApproval):
        dossiers.set_portrait(desk.hr, subject=own, picture=picture())
    dossiers.set_portrait(desk.hr, subject=desk.person, picture=picture())
