"""Every grant is confirmed or revoked by somebody else; what nobody confirms lapses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.cast import written_events

from dangan.access import actions as access
from dangan.access.models import EndedGrant, Grant
from dangan.access.queries import system_actor
from dangan.access.rules import Absent, Refused
from dangan.entitlements import actions, queries
from dangan.entitlements.models import Campaign, ReviewItem
from dangan.notices.models import Notice
from dangan.organization.calendar.queries import calendar


def due(days: int = 5):
    return calendar().add_working_days(timezone.localdate(), days)


@pytest.fixture
def staffed(office, console):
    """沈知微 helps HR, 罗文博 is head of sales, 何雨桐 also holds finance."""
    access.grant_role(console, account=office["shen"], role="hr_specialist",
                      unit=office.cast.units["研发中心"])  # fmt: skip
    access.grant_role(console, account=office["lu"], role="archivist")
    access.grant_role(console, account=office["he"], role="finance",
                      unit=office.cast.units["华东公司"])  # fmt: skip
    return office


def begin(office, who="liang", unit=None) -> Campaign:
    anchor = office.cast.units[unit] if unit else None
    return actions.open_campaign(office.actor(who), unit=anchor, due=due())


def asked(office, campaign) -> dict[tuple[str, str], str]:
    """Who is asked about which role of whom."""
    names = {account: login for login, account in office.ids.items()}
    return {
        (names[item.account], item.role): names[item.reviewer]
        for item in ReviewItem.objects.filter(campaign=campaign)
    }


def items(office, who, role=None):
    found = ReviewItem.objects.filter(reviewer=office[who], state="open")
    if role:
        found = found.filter(role=role)
    return list(found.values_list("pk", flat=True))


def test_heads_answer_for_their_branch_and_nobody_for_themselves(staffed):
    who = asked(staffed, begin(staffed))
    assert who["shen", "hr_specialist"] == "lu"
    assert who["he", "hr_specialist"] == "liang"
    assert who["lu", "archivist"] == "boss"
    assert who["liang", "hr_manager"] == "boss"
    assert who["it", "it"] == "boss"
    assert who["boss", "leader"] in {"privacy", "liang"}
    assert len(who) == Grant.objects.count()
    assert all(holder != reviewer for (holder, _role), reviewer in who.items())
    assert Notice.objects.filter(account=staffed["lu"], topic="review.open").count() == 1


def test_a_branch_asks_about_its_people_and_about_rights_over_it(staffed):
    who = asked(staffed, begin(staffed, unit="研发中心"))
    assert set(who) == {("shen", "hr_specialist"), ("lu", "archivist")}


def test_confirmed_stays_revoked_ends_at_once_and_the_rest_lapses_at_the_end(staffed):
    campaign = begin(staffed)
    browser = staffed.browser("shen")
    assert browser.get("/people/").status_code == 200
    actions.decide_items(
        staffed.actor("lu"), items=items(staffed, "lu"), verdict="revoke", reason="已不兼任"
    )
    assert browser.get("/people/").status_code == 403
    ended = EndedGrant.objects.get(account=staffed["shen"])
    assert ended.why == "review"
    actions.decide_items(
        staffed.actor("boss"), items=items(staffed, "boss"), verdict="confirm", reason="岗位仍需要"
    )
    Campaign.objects.update(due=timezone.localdate() - timedelta(days=1))
    report = actions.sweep(system_actor())
    assert report.ended == ReviewItem.objects.filter(state="lapsed").count() > 0
    assert {grant.role for grant in Grant.objects.all()} == {
        item.role for item in ReviewItem.objects.filter(state="confirmed")
    }
    assert Notice.objects.filter(account=staffed["he"], topic="grant.lapsed").exists()
    assert actions.sweep(system_actor()).ended == 0
    campaign.refresh_from_db()
    assert campaign.ended_at is not None


def test_what_lapsed_comes_back_by_a_request_only(staffed):
    campaign = begin(staffed)
    actions.end_campaign(staffed.actor("liang"), campaign=campaign.id)
    assert not Grant.objects.exists()
    assert EndedGrant.objects.filter(why="review").count() == ReviewItem.objects.count()


def test_revoking_needs_a_reason_and_so_does_confirming_what_is_flagged(staffed):
    begin(staffed)
    plain = items(staffed, "lu")
    with pytest.raises(actions.BadWish, match="写明理由"):
        actions.decide_items(staffed.actor("lu"), items=plain, verdict="revoke")
    assert ReviewItem.objects.get(pk=plain[0]).flags == []
    assert actions.decide_items(staffed.actor("lu"), items=plain, verdict="confirm") == 1
    flagged = items(staffed, "boss", "hr_manager")
    assert "company" in ReviewItem.objects.get(pk=flagged[0]).flags
    with pytest.raises(actions.BadWish):
        actions.decide_items(staffed.actor("boss"), items=flagged, verdict="confirm")
    actions.decide_items(
        staffed.actor("boss"), items=flagged, verdict="confirm", reason="人事经理需要全公司"
    )
    kept = ReviewItem.objects.get(pk=flagged[0])
    assert "全公司".encode() not in bytes(kept.reason)


def test_others_lines_are_absent_and_answered_ones_stay_answered(staffed):
    begin(staffed)
    mine = items(staffed, "lu")
    with pytest.raises(Absent):
        actions.decide_items(staffed.actor("boss"), items=mine, verdict="confirm")
    with pytest.raises(Absent):
        both = mine + items(staffed, "boss")
        actions.decide_items(staffed.actor("lu"), items=both, verdict="confirm")
    with pytest.raises(Refused):
        actions.decide_items(staffed.actor("he"), items=mine, verdict="confirm")
    actions.decide_items(staffed.actor("lu"), items=mine, verdict="confirm")
    with pytest.raises(actions.BadWish, match="已经办结"):
        actions.decide_items(staffed.actor("lu"), items=mine, verdict="confirm")


def test_the_table_refuses_a_review_of_ones_own(staffed):
    begin(staffed)
    item = ReviewItem.objects.first()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReviewItem.objects.filter(pk=item.pk).update(reviewer=item.account)


def test_only_who_runs_reviews_begins_and_ends_them_on_working_days(staffed):
    with pytest.raises(Refused):
        begin(staffed, who="lu")
    days_off = [
        day
        for day in (timezone.localdate() + timedelta(days=n) for n in range(1, 10))
        if not calendar().is_working_day(day)
    ]
    with pytest.raises(actions.BadWish, match="不是工作日"):
        actions.open_campaign(staffed.actor("liang"), unit=None, due=days_off[0])
    with pytest.raises(actions.BadWish, match="晚于今天"):
        actions.open_campaign(staffed.actor("liang"), unit=None, due=timezone.localdate())
    campaign = begin(staffed)
    with pytest.raises(Refused):
        actions.end_campaign(staffed.actor("lu"), campaign=campaign.id)


def test_reviewers_are_reminded_before_the_end_once_a_day(staffed):
    begin(staffed)
    Campaign.objects.update(due=calendar().add_working_days(timezone.localdate(), 1))
    assert actions.sweep(system_actor()).reminded == ReviewItem.objects.count()
    assert actions.sweep(system_actor()).reminded == 0
    assert Notice.objects.filter(account=staffed["lu"], topic="review.lapsing").count() == 1


def test_when_a_reviewer_leaves_the_next_is_asked_and_what_they_held_is_done(staffed, console):
    begin(staffed)
    access.end_account(console, account=staffed["lu"], reason="离职")
    item = ReviewItem.objects.get(account=staffed["shen"])
    assert item.reviewer == staffed["boss"]
    assert ReviewItem.objects.get(account=staffed["lu"]).state == "gone"


def test_company_wide_rights_kept_through_a_transfer_are_asked_about_anew(staffed, console):
    path = tuple(staffed.cast.units[name] for name in ("示例集团", "华南公司", "销售部"))
    left = access.end_grants_outside(
        console, account=staffed["he"], unit_path=path, reason="调到销售部"
    )
    campaign = Campaign.objects.get(why="transfer")
    assert asked(staffed, campaign) == {("he", "hr_specialist"): "boss"}
    assert list(ReviewItem.objects.values_list("grant", flat=True)) == list(left)
    Campaign.objects.update(due=timezone.localdate() - timedelta(days=1))
    actions.sweep(system_actor())
    assert {grant.role.key for grant in staffed.actor("he").grants} == {"employee"}


def test_the_report_lists_conflicts_wide_and_unused_grants_worst_first(staffed, console):
    Grant.objects.create(account_id=staffed["he"], role="auditor", granted_by=console.id)
    Grant.objects.filter(account=staffed["yu"]).update(at=timezone.now() - timedelta(days=120))
    lines = queries.report(staffed.actor("privacy"))
    assert "conflict" in lines[0].flags
    finance = next(line for line in lines if line.account == staffed["yu"])
    assert set(finance.flags) == {"company", "unused"}
    assert finance.reached == 6
    with pytest.raises(Refused):
        queries.report(staffed.actor("lu"))


def test_everything_is_logged(staffed):
    campaign = begin(staffed)
    actions.decide_items(
        staffed.actor("lu"), items=items(staffed, "lu"), verdict="revoke", reason="已不兼任"
    )
    actions.end_campaign(staffed.actor("liang"), campaign=campaign.id)
    events = [action for action, _outcome in written_events()]
    assert {"review.open", "review.revoke", "review.end", "rights.end"} <= set(events)
