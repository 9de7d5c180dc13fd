"""The pages of rights in motion, as people use them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dangan.access import actions as access
from dangan.access.models import Grant
from dangan.entitlements.models import (
    Campaign,
    Handover,
    PasswordReset,
    RevealWish,
    ReviewItem,
    TemporaryWish,
)
from dangan.organization.calendar.queries import calendar

AT_MOST = 15
ONLY_IN_TESTS = (
    "SELECT id, wrapped FROM keystore.epoch",
    "SELECT id, paths FROM roster_layout",
    "\nSELECT m.snapshot",
    "SAVEPOINT",
    "RELEASE SAVEPOINT",
    "SET LOCAL",
    'SELECT COUNT(*) AS "__count" FROM "notices_notice"',
    "\nSELECT count(*) FROM (\n    SELECT 1 FROM workflow_task",
)
"""Re-reads of the roster, which no page causes in service, and what the frame of every page
counts: notices and tasks."""


def statements(browser, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return sum(not entry["sql"].startswith(ONLY_IN_TESTS) for entry in asked.captured_queries)


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


def test_a_temporary_role_from_the_form_to_the_list(office):
    shen = office.browser("shen")
    assert "最长 90 天" in shen.get("/grants/new/").content.decode()
    form = {
        "role": "hr_specialist",
        "unit": str(office.cast.units["研发中心"]),
        "begins": day(0),
        "until": day(4),
        "reason": "整理本部门档案",
    }
    assert shen.post("/grants/new/", form)["Location"] == "/grants/"
    wish = TemporaryWish.objects.get()
    page = shen.get("/grants/").content.decode()
    assert wish.number in page
    assert "审批中" in page
    office.carry(wish.case)
    page = shen.get("/grants/").content.decode()
    assert "已生效" in page
    assert "临时授权" in page
    detail = office.browser("it").get(f"/accounts/{office['shen']}/").content.decode()
    assert wish.number in detail
    assert wish.until.isoformat() in detail


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"until": day(120)}, "最长 90 天"),
        ({"role": ""}, "is-invalid"),
        ({"reason": "要"}, "写明理由"),
    ],
)
def test_a_form_that_cannot_be_comes_back_with_the_reason(office, change, sentence):
    form = {"role": "finance", "unit": "", "begins": day(0), "until": day(3), "reason": "月末对账"}
    answer = office.browser("shen").post("/grants/new/", form | change)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not TemporaryWish.objects.exists()


def test_leave_to_look_is_asked_for_from_the_dossier(office):
    subject = office.cast.people["沈知微"]
    lu = office.browser("lu")
    assert f"/people/{subject}/ask/" in lu.get(f"/people/{subject}/").content.decode()
    page = lu.get(f"/people/{subject}/ask/identity/?field=id_number").content.decode()
    assert "身份证" in page
    assert "330106199106122" not in page
    form = {"fields_wanted": ["id_number"], "hours": "8", "reason": "办理出入证"}
    lu.post(f"/people/{subject}/ask/identity/", form)
    wish = RevealWish.objects.get()
    office.carry(wish.case)
    page = lu.get("/grants/").content.decode()
    assert "沈知微" in page
    assert wish.number in page
    assert "330106199106122" not in page


def test_nobody_asks_about_a_dossier_out_of_sight_or_their_own(office):
    lu = office.browser("lu")
    for name in ("罗文博", "陆怀瑾"):
        assert lu.get(f"/people/{office.cast.people[name]}/ask/").status_code == 404
    subject = office.cast.people["沈知微"]
    assert lu.get(f"/people/{subject}/ask/nothing/").status_code == 404
    assert office.browser("it").get(f"/people/{subject}/ask/").status_code == 403


def test_a_reset_shows_each_of_two_people_their_half_on_the_case(office):
    it, account = office.browser("it"), office["shen"]
    assert "两半" not in it.get(f"/accounts/{account}/").content.decode()
    it.post(f"/accounts/{account}/reset/", {"reason": "忘记密码，已核实身份"})
    wish = PasswordReset.objects.get()
    assert "你的一半" not in it.get(f"/flows/{wish.case}/").content.decode()
    office.carry(wish.case)
    assert "你的一半重置码" in it.get(f"/flows/{wish.case}/").content.decode()
    assert "你的一半重置码" in office.browser("lu").get(f"/flows/{wish.case}/").content.decode()
    assert office.browser("he").get(f"/flows/{wish.case}/").status_code == 404
    assert "用重置码" in Client().get("/login/").content.decode()
    assert Client().get("/login/code/").status_code == 200


def test_a_hand_over_is_asked_for_by_the_taker_s_login_name(office):
    liang, giver = office.browser("liang"), office["it"]
    page = liang.get(f"/accounts/{giver}/handover/").content.decode()
    assert "信息技术" in page
    form = {"roles": ["it|"], "taker": "nobody", "reason": "岗位轮换"}
    assert "没有这个账号" in liang.post(f"/accounts/{giver}/handover/", form).content.decode()
    liang.post(f"/accounts/{giver}/handover/", form | {"taker": "luo"})
    assert Handover.objects.get().account == office["luo"]
    none = liang.get(f"/accounts/{office['yu']}/handover/").content.decode()
    assert "没有可以交接的管理角色" in none


def test_a_review_from_its_beginning_to_the_last_line(office, console):
    access.grant_role(console, account=office["shen"], role="hr_specialist",
                      unit=office.cast.units["研发中心"])  # fmt: skip
    liang = office.browser("liang")
    due = calendar().add_working_days(timezone.localdate(), 5).isoformat()
    answer = liang.post("/reviews/", {"unit": "", "due": due})
    campaign = Campaign.objects.get()
    assert answer["Location"] == f"/reviews/{campaign.id}/"
    lu = office.browser("lu")
    page = lu.get("/reviews/mine/").content.decode()
    assert "沈知微" in page
    assert "何雨桐" not in page.partition("<main")[2]
    item = ReviewItem.objects.get(reviewer=office["lu"])
    lu.post("/reviews/mine/decide/", {"item": [str(item.id)], "verdict": "revoke"})
    assert Grant.objects.filter(account=office["shen"]).exists()
    form = {"item": [str(item.id)], "verdict": "revoke", "reason": "已不兼任"}
    lu.post("/reviews/mine/decide/", form)
    assert not Grant.objects.filter(account=office["shen"]).exists()
    assert "已经办完" in lu.get("/reviews/mine/").content.decode()
    assert "已不兼任" in liang.get(f"/reviews/{campaign.id}/?state=revoked").content.decode()
    assert "复核收回" in office.browser("it").get(f"/accounts/{office['shen']}/").content.decode()
    assert lu.get("/reviews/").status_code == 403
    assert office.browser("shen").get("/reviews/mine/").status_code == 403
    assert "异常授权" in liang.get("/reviews/report/").content.decode()
    liang.post(f"/reviews/{campaign.id}/end/")
    assert "已结束" in liang.get("/reviews/").content.decode()


def test_pages_need_few_statements_however_many_grants(office, console):
    liang, lu = office.browser("liang"), office.browser("lu")
    due = calendar().add_working_days(timezone.localdate(), 5).isoformat()
    liang.post("/reviews/", {"unit": "", "due": due})
    campaign = Campaign.objects.get()
    urls = ("/reviews/", f"/reviews/{campaign.id}/", "/reviews/report/", "/reviews/mine/",
            "/grants/", "/grants/new/")  # fmt: skip
    few = [statements(liang, url) for url in urls]
    assert max(few) <= AT_MOST, few
    for number in range(8):
        made = access.create_account(
            console, login=f"more{number}", name=f"多{number}", password="chengxu2026",
            roles=[("hr_specialist", office.cast.units["研发中心"])],
        )  # fmt: skip
        ReviewItem.objects.create(
            campaign=campaign, grant=Grant.objects.get(account=made.id).id, account=made.id,
            role="hr_specialist", reviewer=office["liang"],
        )  # fmt: skip
    assert [statements(liang, url) for url in urls] == few
    assert statements(lu, "/grants/") <= AT_MOST
