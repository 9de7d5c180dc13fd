"""The pages of accounts, roles and tokens, as people use them."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.access.conftest import PASSWORD, log_in
from tests.cast import make_cast

from dangan.access import actions, queries
from dangan.access.actions import Wish
from dangan.access.models import Account, Grant, RightsRequest, Token
from dangan.access.rules import Refused

AT_MOST = 15


def statements(browser, url: str) -> int:
    browser.get(url)
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(url).status_code == 200
    return len(asked)


def test_a_new_account_has_no_password_that_its_maker_could_know(signed_in, make_account, units):
    make_account("liang", "hr_manager")
    browser = signed_in("it", "it")
    form = {
        "login": "xin",
        "name": "新人",
        "role": "finance",
        "unit": str(units["华东公司"]),
        "reason": "新入职",
    }
    answer = browser.post("/accounts/new/", form)
    assert "凭重置码" in answer.content.decode()
    made = Account.objects.get(pk=queries.actor_named("xin").id)
    assert "no-store" in answer["Cache-Control"]
    assert not made.has_usable_password()
    request = RightsRequest.objects.get()
    assert (request.role, request.unit, request.state) == ("finance", units["华东公司"], "open")
    assert "_auth_user_id" not in log_in("xin", "").session


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"login": "it"}, "已被使用"),
        ({"login": ""}, "is-invalid"),
        ({"role": "finance", "reason": ""}, "理由"),
        ({"role": "head", "reason": "代理"}, "要选定部门"),
        ({"number": "999"}, "没有这个工号"),
    ],
)
def test_a_form_that_cannot_be_is_given_back_with_the_reason(signed_in, change, reason):
    browser = signed_in("it", "it")
    answer = browser.post("/accounts/new/", {"login": "xin", "name": "新人"} | change)
    assert answer.status_code == 422
    assert reason in answer.content.decode()
    assert Account.objects.count() == 1


def test_asking_and_approving_takes_two_people_and_then_counts(signed_in, make_account):
    it, hr = signed_in("it", "it"), signed_in("liang", "hr_manager")
    account = make_account("chen")
    page = f"/accounts/{account}/"
    form = {"role": "finance", "reason": "新岗位"}
    assert it.post(f"{page}ask/", form).status_code == 302
    request = RightsRequest.objects.get()
    assert "同意" not in it.get(page).content.decode()
    assert it.post(f"/roles/requests/{request.id}/approve/").status_code == 403
    assert "新岗位" in hr.get("/roles/requests/").content.decode()
    hr.post(f"/roles/requests/{request.id}/approve/")
    assert Grant.objects.get(account=account).role == "finance"
    again = hr.post(f"/roles/requests/{request.id}/approve/", follow=True)
    assert "已经办结" in again.content.decode()


def test_a_role_is_taken_back_the_same_way(signed_in, make_account):
    it, hr = signed_in("it", "it"), signed_in("liang", "hr_manager")
    account = make_account("chen", "finance")
    it.post(f"/accounts/{account}/ask-back/", {"role": "finance", "reason": "调岗"})
    request = RightsRequest.objects.get()
    hr.post(f"/roles/requests/{request.id}/decline/")
    assert Grant.objects.filter(account=account).exists()
    it.post(f"/accounts/{account}/ask-back/", {"role": "finance", "reason": "调岗"})
    it.post(f"/roles/requests/{RightsRequest.objects.get(state='open').id}/withdraw/")
    it.post(f"/accounts/{account}/ask-back/", {"role": "finance", "reason": "调岗"})
    hr.post(f"/roles/requests/{RightsRequest.objects.get(state='open').id}/approve/")
    assert not Grant.objects.filter(account=account).exists()


def test_roles_in_conflict_are_refused_on_the_page_with_the_sentence(signed_in, make_account):
    hr = signed_in("liang", "hr_manager")
    account = make_account("it", "it")
    form = {"role": "hr_specialist", "reason": "兼任"}
    answer = hr.post(f"/accounts/{account}/ask/", form)
    assert answer.status_code == 422
    assert "管理账号的人不看档案" in answer.content.decode()


def test_lock_and_open_from_the_page(signed_in, make_account):
    it = signed_in("it", "it")
    account = make_account("chen", "finance")
    it.post(f"/accounts/{account}/lock/")
    assert "已停用" in it.get("/accounts/?state=locked").content.decode()
    assert it.post(f"/accounts/{account}/unlock/").status_code == 403
    signed_in("guard", "security_admin").post(f"/accounts/{account}/unlock/")
    assert Account.objects.get(pk=account).state == "active"


def test_an_account_is_found_by_its_whole_login_name_which_stays_out_of_the_address(
    signed_in, make_account
):
    it = signed_in("it", "it")
    make_account("zhaopu", "finance")
    found = it.post("/accounts/", {"login": "ZHAOPU"}).content.decode()
    assert "zhaopu本人" in found
    assert "it本人" not in found.partition("<main")[2]
    assert "没有这个账号" in it.post("/accounts/", {"login": "zhao"}).content.decode()
    assert 'method="post"' in found


def test_the_roles_page_tells_what_a_role_may_do(signed_in):
    browser = signed_in("liang", "hr_manager")
    page = browser.get("/roles/?role=finance").content.decode()
    assert "薪酬" in page
    assert "只看薪酬和银行账户" in page
    nothing = browser.get("/roles/?role=it").content.decode()
    assert "不看任何人的档案" in nothing


def test_a_token_is_shown_once_and_revoked_from_the_page(signed_in):
    browser = signed_in("yu", "finance")
    form = {"label": "考勤系统", "scopes": ["roster.view", "data.read"], "days": "30"}
    page = browser.post("/tokens/", form).content.decode()
    raw = re.search(r'<code class="once">(dgn_[^<]+)</code>', page).group(1)
    assert queries.actor_of_token(raw).name == "yu本人"
    later = browser.get("/tokens/").content.decode()
    assert raw not in later
    assert "考勤系统" in later
    browser.post(f"/tokens/{Token.objects.get().id}/revoke/")
    assert queries.actor_of_token(raw) is None


def test_a_token_form_does_not_offer_what_one_may_not_do(signed_in):
    browser = signed_in("yu", "finance")
    assert "accounts.manage" not in browser.get("/tokens/").content.decode()
    form = {"label": "x", "scopes": ["accounts.manage"], "days": "30"}
    assert browser.post("/tokens/", form).status_code == 422
    assert not Token.objects.exists()


def test_pages_are_never_kept_by_the_browser(signed_in):
    browser = signed_in("it", "it")
    assert "no-store" in browser.get("/accounts/")["Cache-Control"]


def test_pages_need_few_statements_however_many_accounts(signed_in, make_account, console):
    make_account("liang", "hr_manager")
    browser = signed_in("it", "it")
    account = make_account("chen", "finance")
    owner = queries.actor_of(queries.actor_named("it").id)
    actions.request_change(owner, Wish(account, "leader"), reason="理由")
    urls = ("/accounts/", f"/accounts/{account}/", "/roles/", "/roles/requests/", "/tokens/")
    few = [statements(browser, url) for url in urls]
    for number in range(12):
        other = make_account(f"more{number}", "hr_specialist")
        actions.request_change(owner, Wish(other, "leader"), reason="理由")
    many = [statements(browser, url) for url in urls]
    assert max(many) <= AT_MOST
    assert many == few


def test_an_account_is_linked_to_a_dossier_by_its_employee_number(signed_in, console):
    cast = make_cast()
    browser = signed_in("it", "it")
    browser.post("/accounts/new/", {"login": "shen", "name": "沈知微", "number": "020486"})
    made = queries.actor_named("shen")
    assert made.subject == cast.people["沈知微"]
    assert [grant.role.key for grant in made.grants] == ["employee"]


def test_no_event_no_login(make_account):
    make_account("chen", "finance")
    browser = Client()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event RENAME TO audit_event_away")
    answer = browser.post("/login/", {"login": "chen", "password": PASSWORD})
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_event_away RENAME TO audit_event")
    assert answer.status_code == 503
    assert browser.get("/tokens/")["Location"].startswith("/login/")


def test_the_account_of_somebody_who_comes_back_is_reopened_on_its_page(
    signed_in, make_account, console
):
    account = make_account("chen", "finance", subject=uuid4())
    actions.end_account(console, account=account, reason="离职")
    address = f"/accounts/{account}/"
    browser = signed_in("it", "it")
    page = browser.get(address).content.decode()
    assert "恢复账号" in page
    assert "离职时收回的角色不会回来" in page
    refused = browser.post(f"{address}reopen/", {"reason": "回"}, follow=True)
    assert "请写明恢复账号的事由" in refused.content.decode()
    assert Account.objects.get(pk=account).state == "ended"
    opened = browser.post(f"{address}reopen/", {"reason": "再次入职"}, follow=True)
    assert "账号已恢复" in opened.content.decode()
    assert "恢复账号" not in browser.get(address).content.decode()
    assert Account.objects.get(pk=account).state == "active"
    assert not Grant.objects.filter(account=account).exists()


def test_who_does_not_look_after_accounts_reopens_none(signed_in, make_account, console):
    account = make_account("chen", subject=uuid4())
    actions.end_account(console, account=account, reason="离职")
    auditor = signed_in("audit", "auditor")
    answer = auditor.post(f"/accounts/{account}/reopen/", {"reason": "再次入职"})
    assert answer.status_code == 403
    with pytest.raises(Refused):
        actions.reopen_account(queries.actor_named("audit"), account=account, reason="再次入职")
    assert Account.objects.get(pk=account).state == "ended"
