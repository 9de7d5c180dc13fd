"""Signing in through a provider: the one from PyPI, as a server of its own."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from tests.access.conftest import PASSWORD, MakeAccount, log_in
from tests.access.federation.fixtures import Settle, begin, come_back, signed_in
from tests.access.federation.servers import Hostile, Mock, challenge_of

from dangan.access import actions
from dangan.access.federation.models import Link
from dangan.access.models import Account
from dangan.access.rules import Actor


def logged() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, outcome FROM audit_event ORDER BY id")
        return cursor.fetchall()


def sign_in(mock: Mock, sub: str = "s-chen", target: str = "") -> tuple[Client, object]:
    """Somebody presses the button, signs in there as ``sub`` and comes back."""
    browser = Client()
    there = begin(browser, next=target) if target else begin(browser)
    return browser, come_back(browser, mock.allow(there, sub))


def test_who_is_known_there_and_here_comes_in(mock: Mock, make_account: MakeAccount) -> None:
    account = make_account("chen", "finance")
    mock.person("s-chen", preferred_username="chen")
    browser, answer = sign_in(mock, target="/tokens/")
    assert (answer.status_code, answer["Location"]) == (302, "/tokens/")
    assert browser.get("/tokens/").status_code == 200
    assert str(browser.session["_auth_user_id"]) == str(account)
    assert {("federation.link", "done"), ("login.done", "done")} <= set(logged())


def test_the_question_has_a_state_a_nonce_and_a_challenge_of_its_own(
    mock: Mock, make_account: MakeAccount
) -> None:
    browser = Client()
    asked = parse_qs(urlsplit(begin(browser)).query)
    again = parse_qs(urlsplit(begin(browser)).query)
    flow = browser.session["oidc"][asked["state"][0]]
    assert asked["response_type"] == ["code"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["code_challenge"] == [challenge_of(flow["verifier"])]
    assert asked["redirect_uri"] == ["http://testserver/sign-in/oidc/callback/"]
    assert asked["scope"] == ["openid profile"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(asked[name][0]) >= 43
        assert asked[name] != again[name]
    assert flow["verifier"] not in str(asked)


def test_the_second_time_the_name_does_not_count(mock: Mock, make_account: MakeAccount) -> None:
    """Somebody married and is called otherwise there; the link knows them all the same."""
    make_account("chen", "finance")
    mock.person("s-chen", preferred_username="chen")
    sign_in(mock)
    mock.person("s-chen", preferred_username="chen-wang")
    browser, _answer = sign_in(mock)
    assert signed_in(browser)
    assert Link.objects.get().used_at is not None


def test_no_account_is_made(mock: Mock, make_account: MakeAccount) -> None:
    mock.person("s-new", preferred_username="newcomer")
    browser, answer = sign_in(mock, "s-new")
    assert answer.status_code == 403
    assert "没有与它对应的账号" in answer.content.decode()
    assert not Account.objects.exists()
    assert not signed_in(browser)
    assert ("login.failed", "failed") in logged()


@pytest.mark.parametrize("state", ["locked", "ended"])
@pytest.mark.parametrize("linked", [True, False])
def test_an_account_that_is_shut_stays_shut(
    mock: Mock, make_account: MakeAccount, state: str, linked: bool
) -> None:
    account = make_account("chen", "finance")
    mock.person("s-chen", preferred_username="chen")
    if linked:
        sign_in(mock)
    Account.objects.filter(pk=account).update(state=state)
    browser, answer = sign_in(mock)
    assert answer.status_code == 403
    assert "账号已停用" in answer.content.decode()
    assert not signed_in(browser)
    assert Link.objects.exists() is linked


def test_whoever_says_no_there_is_told_so(hostile: Hostile) -> None:
    browser = Client()
    back = hostile.answer_to(begin(browser), code=None, error="access_denied")
    answer = come_back(browser, back)
    assert answer.status_code == 403
    assert "取消了登录" in answer.content.decode()


def test_an_answer_that_names_no_flow_is_refused(mock: Mock) -> None:
    """The provider from PyPI forgets the state when somebody says no."""
    browser = Client()
    answer = come_back(browser, mock.deny(begin(browser)))
    assert "已过期或已用过" in answer.content.decode()


def test_a_provider_that_is_down_is_named_and_passwords_go_on(
    mock: Mock, make_account: MakeAccount, settle: Settle
) -> None:
    make_account("chen", "finance")
    settle(oidc_issuer="http://127.0.0.1:1")
    answer = Client().get("/sign-in/oidc/")
    assert answer.status_code == 503
    assert "暂时连不上" in answer.content.decode()
    assert signed_in(log_in("chen"))


def test_without_a_provider_there_is_no_such_page(db: None) -> None:
    assert Client().get("/sign-in/oidc/").status_code == 404
    assert "/sign-in/oidc/" not in Client().get("/login/").content.decode()


def test_a_session_holds_nothing_about_the_person(mock: Mock, make_account: MakeAccount) -> None:
    make_account("canary-8842", "finance")
    mock.person("s-canary", preferred_username="canary-8842", email="canary@example.com")
    browser, _answer = sign_in(mock, "s-canary")
    assert signed_in(browser)
    assert "canary" not in str(dict(browser.session))
    assert browser.session["oidc"] == {}


def test_the_database_holds_tokens_only(mock: Mock, make_account: MakeAccount) -> None:
    make_account("canary-8842", "finance")
    mock.person("s-canary", preferred_username="canary-8842")
    sign_in(mock, "s-canary")
    with connection.cursor() as cursor:
        for table in ("federation_link", "federation_visit", "audit_event"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")
            assert "canary" not in (cursor.fetchone()[0] or "")


def test_a_first_password_is_shut_by_signing_in_there(mock: Mock, console: Actor) -> None:
    """Whoever made the account knew it; nobody needs to choose another here."""
    actions.create_account(
        console, login="xin", name="新人", roles=[("finance", None)], password="chushi2026"
    )
    mock.person("s-xin", preferred_username="xin")
    browser, _answer = sign_in(mock, "s-xin")
    assert browser.get("/tokens/").status_code == 200
    assert not signed_in(log_in("xin", "chushi2026"))


def test_an_administrator_links_from_within_first(mock: Mock, make_account: MakeAccount) -> None:
    """Nobody becomes an administrator by what a provider calls them."""
    make_account("root1", "it")
    mock.person("s-root", preferred_username="root1")
    browser, answer = sign_in(mock, "s-root")
    assert "先用本系统的密码登录" in answer.content.decode()
    assert not signed_in(browser)
    within = log_in("root1")
    back = within.get("/sign-in/links/new/")
    shown = come_back(within, mock.allow(back["Location"], "s-root"))
    assert "root1" in shown.content.decode()
    assert not Link.objects.exists()
    assert within.post("/sign-in/links/confirm/")["Location"] == "/sign-in/links/"
    assert Link.objects.count() == 1
    browser, _answer = sign_in(mock, "s-root")
    assert signed_in(browser)


def test_linking_asks_for_a_new_proof_there(mock: Mock, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    asked = parse_qs(urlsplit(log_in("chen").get("/sign-in/links/new/")["Location"]).query)
    assert (asked["prompt"], asked["max_age"]) == (["login"], ["0"])


def test_one_counterpart_belongs_to_one_account(mock: Mock, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    make_account("wang", "finance")
    mock.person("s-chen", preferred_username="chen")
    sign_in(mock)
    other = log_in("wang")
    come_back(other, mock.allow(other.get("/sign-in/links/new/")["Location"], "s-chen"))
    assert other.post("/sign-in/links/confirm/").status_code == 409
    assert Link.objects.count() == 1


def test_the_confirmation_is_good_once_and_not_for_long(
    mock: Mock, make_account: MakeAccount
) -> None:
    make_account("chen", "finance")
    browser = log_in("chen")
    come_back(browser, mock.allow(browser.get("/sign-in/links/new/")["Location"], "s-1"))
    session = browser.session
    session["oidc_found"] = [session["oidc_found"][0], session["oidc_found"][1] - 301]
    session.save()
    browser.post("/sign-in/links/confirm/")
    assert not Link.objects.exists()
    browser.post("/sign-in/links/confirm/")
    assert not Link.objects.exists()


def test_with_sub_as_the_claim_no_name_counts(
    mock: Mock, make_account: MakeAccount, settle: Settle
) -> None:
    make_account("chen", "finance")
    settle(oidc_claim="sub")
    mock.person("chen", preferred_username="chen")
    browser, answer = sign_in(mock, "chen")
    assert "还没有关联" in answer.content.decode()
    assert not signed_in(browser)


def test_links_are_shown_and_taken_away(mock: Mock, make_account: MakeAccount) -> None:
    account = make_account("chen", "finance")
    mock.person("s-chen", preferred_username="chen")
    browser, _answer = sign_in(mock)
    own = browser.get("/sign-in/links/").content.decode()
    assert "解除关联" in own
    assert "解除关联" in browser.get("/security/me/").content.decode()
    make_account("adm", "it")
    administrator = log_in("adm")
    page = administrator.get(f"/accounts/{account}/").content.decode()
    assert "企业账号" in page
    link = Link.objects.get()
    make_account("wang", "finance")
    assert log_in("wang").post(f"/sign-in/links/{link.pk}/unlink/").status_code == 404
    assert Link.objects.exists()
    assert administrator.post(f"/sign-in/links/{link.pk}/unlink/").status_code == 302
    assert not Link.objects.exists()
    assert ("federation.unlink", "done") in logged()


def test_nobody_shuts_themselves_out(mock: Mock, make_account: MakeAccount, settle: Settle) -> None:
    make_account("chen", "finance")
    mock.person("s-chen", preferred_username="chen")
    browser, _answer = sign_in(mock)
    settle(local_passwords="administrators")
    assert browser.post(f"/sign-in/links/{Link.objects.get().pk}/unlink/").status_code == 403
    assert Link.objects.exists()


def test_with_local_passwords_for_administrators_only(
    mock: Mock, make_account: MakeAccount, settle: Settle
) -> None:
    make_account("chen", "finance")
    make_account("adm", "it")
    settle(local_passwords="administrators")
    refused = Client().post("/login/", {"login": "chen", "password": PASSWORD})
    assert "改用企业账号登录" in refused.content.decode()
    wrong = Client().post("/login/", {"login": "chen", "password": "falsch2026"})
    assert "改用企业账号登录" not in wrong.content.decode()
    assert signed_in(log_in("adm"))


def test_after_log_out_one_can_log_out_there_too(mock: Mock, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    mock.person("s-chen", preferred_username="chen")
    browser, _answer = sign_in(mock)
    assert browser.post("/logout/")["Location"] == "/sign-in/oidc/left/"
    assert not signed_in(browser)
    assert "一并退出" in browser.get("/sign-in/oidc/left/").content.decode()
    there = browser.get("/sign-in/oidc/leave/")["Location"]
    asked = parse_qs(urlsplit(there).query)
    assert there.startswith(f"{mock.issuer}/oauth2/end_session?")
    assert asked["post_logout_redirect_uri"] == ["http://testserver/login/"]
    assert "id_token_hint" not in asked


def test_who_came_with_a_password_logs_out_as_before(mock: Mock, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    assert log_in("chen").post("/logout/")["Location"] == "/login/"


def test_a_used_flow_goes_and_only_a_few_are_kept(mock: Mock) -> None:
    browser = Client()
    for _ in range(8):
        begin(browser)
    assert len(browser.session["oidc"]) == 5


def test_the_page_takes_few_statements(
    mock: Mock, make_account: MakeAccount, django_assert_max_num_queries: object
) -> None:
    make_account("chen", "finance")
    browser = log_in("chen")
    browser.get("/sign-in/links/")
    with django_assert_max_num_queries(15):
        browser.get("/sign-in/links/")
