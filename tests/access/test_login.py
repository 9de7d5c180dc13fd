"""The log-in page: one answer for every wrong pair, a lock for guessing, a new password first."""

from __future__ import annotations

import base64
import statistics
import time
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.access.conftest import PASSWORD, log_in
from tests.access.hashing import REAL

from dangan.access import actions, queries
from dangan.access.actions import login
from dangan.access.factors.models import Try
from dangan.access.models import Account, Throttle
from dangan.access.sessions.models import Session


def try_login(browser: Client, login: str, password: str, **extra):
    return browser.post("/login/", {"login": login, "password": password}, **extra)


def actions_logged() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, outcome FROM audit_event ORDER BY id")
        return cursor.fetchall()


def test_the_right_pair_lets_in_and_the_session_is_a_new_one(make_account):
    make_account("chen", "finance")
    browser = Client()
    browser.get("/login/")
    browser.session["seed"] = 1
    before = browser.session.session_key
    answer = try_login(browser, "chen", PASSWORD)
    assert answer.status_code == 302
    assert answer["Location"] == "/"
    assert browser.session.session_key != before
    assert ("login.done", "done") in actions_logged()


def test_wrong_password_and_unknown_name_get_the_same_answer(make_account):
    make_account("chen", "finance")
    known = try_login(Client(), "chen", "nope1234")
    unknown = try_login(Client(), "nobody", "nope1234")
    assert known.status_code == unknown.status_code == 422
    assert known.context["message"] == unknown.context["message"]
    assert "还可以试 4 次" in known.context["message"]
    assert actions_logged()[-2:] == [("login.failed", "failed")] * 2


def test_both_take_as_long(make_account, settings):
    settings.PASSWORD_HASHERS = [REAL]
    login._decoy.cache_clear()
    make_account("chen", "finance")
    anonymous = queries.unknown_actor

    def seconds(name: str) -> float:
        Try.objects.all().delete()
        Throttle.objects.all().delete()
        started = time.perf_counter()
        actions.log_in(anonymous(address="10.0.0.1"), login=name, password="nope1234")
        return time.perf_counter() - started

    seconds("chen")
    known = statistics.median(seconds("chen") for _ in range(7))
    unknown = statistics.median(seconds("nobody") for _ in range(7))
    assert abs(known - unknown) < 0.5 * max(known, unknown)


@pytest.mark.parametrize("name", ["chen", "nobody"])
def test_five_failures_lock_for_a_quarter_hour_known_or_not(make_account, name):
    make_account("chen", "finance")
    messages = [try_login(Client(), name, "nope1234").context["message"] for _ in range(6)]
    assert "还可以试 1 次" in messages[3]
    assert "15 分钟后再试" in messages[4]
    assert "输错次数过多" in messages[5]
    assert try_login(Client(), name, PASSWORD).status_code == 422
    soon = timezone.now() - timedelta(seconds=1)
    Try.objects.update(locked_until=soon)
    expected = 302 if name == "chen" else 422
    assert try_login(Client(), name, PASSWORD).status_code == expected


def test_a_right_password_clears_the_count(make_account):
    make_account("chen", "finance")
    for _ in range(4):
        try_login(Client(), "chen", "nope1234")
    assert try_login(Client(), "chen", PASSWORD).status_code == 302
    assert "还可以试 4 次" in try_login(Client(), "chen", "nope1234").context["message"]


def test_one_address_cannot_try_many_names(make_account):
    make_account("chen", "finance")
    for number in range(30):
        try_login(Client(REMOTE_ADDR="10.1.1.1"), f"guess{number}", "nope1234")
    assert try_login(Client(REMOTE_ADDR="10.1.1.1"), "chen", PASSWORD).status_code == 422
    assert try_login(Client(REMOTE_ADDR="10.1.1.2"), "chen", PASSWORD).status_code == 302


def test_no_login_name_is_kept_in_clear_by_failed_tries(db):
    try_login(Client(), "canary.8842", "nope1234")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM access_throttle t")
        throttle = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(encode(entry, 'escape'), '') FROM audit_event")
        log = cursor.fetchone()[0]
    assert "canary" not in throttle
    assert "canary" not in log


def test_a_first_password_opens_nothing_but_the_page_to_change_it(console):
    made = actions.create_account(
        console, login="xin", name="新人", roles=[("finance", None)], password="chushi2026"
    )
    browser = log_in("xin", "chushi2026")
    for url in ("/", "/tokens/", "/accounts/", "/help/"):
        answer = browser.get(url)
        assert (answer.status_code, answer["Location"]) == (302, "/password/")
    assert browser.get("/password/").status_code == 200
    refused = browser.post("/password/", {"new": "chushi2026", "again": "chushi2026"})
    assert refused.status_code == 422
    mistyped = browser.post("/password/", {"new": "qingtian88", "again": "qingtian89"})
    assert "不一样" in mistyped.content.decode()
    assert (
        browser.post("/password/", {"new": "qingtian88", "again": "qingtian88"}).status_code == 302
    )
    assert browser.get("/tokens/").status_code == 200
    assert not Account.objects.get(pk=made.id).must_change_password


def test_changing_the_password_ends_the_other_sessions(make_account):
    make_account("chen", "finance")
    here, there = log_in("chen"), log_in("chen")
    form = {"current": PASSWORD, "new": "qingtian88", "again": "qingtian88"}
    assert here.post("/password/", form).status_code == 302
    assert here.get("/tokens/").status_code == 200
    assert there.get("/tokens/")["Location"].startswith("/login/")


@pytest.mark.parametrize("verb", [actions.reset_password, actions.lock_account])
def test_reset_and_lock_end_every_session_at_once(console, make_account, verb):
    account = make_account("chen", "finance")
    browser = log_in("chen")
    assert browser.get("/tokens/").status_code == 200
    verb(console, account=account)
    assert browser.get("/tokens/")["Location"].startswith("/login/")


def test_the_decoy_is_a_hash_that_no_password_fits():
    login._decoy.cache_clear()
    assert not any(check_password(guess, login._decoy()) for guess in ("", "decoy", PASSWORD))


def test_a_locked_account_is_told_so_only_with_its_password(console, make_account):
    actions.lock_account(console, account=make_account("chen", "finance"))
    assert "停用" in try_login(Client(), "chen", PASSWORD).context["message"]
    assert "停用" not in try_login(Client(), "chen", "nope1234").context["message"]


def test_logging_out_ends_the_session_and_needs_a_post(make_account):
    make_account("chen", "finance")
    browser = log_in("chen")
    assert browser.get("/logout/").status_code == 405
    assert browser.post("/logout/")["Location"] == "/login/"
    assert browser.get("/tokens/").status_code == 302
    assert ("login.out", "done") in actions_logged()


def test_an_idle_session_ends_and_a_busy_one_goes_on(make_account, settings):
    make_account("chen", "finance")
    browser = log_in("chen")
    left = Session.objects.get().expires_at - timezone.now()
    assert abs(left.total_seconds() - settings.SESSION_COOKIE_AGE) < 60
    Session.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    session = browser.session
    session["seen"] = 0
    session.save()
    Session.objects.update(expires_at=timezone.now() + timedelta(minutes=5))
    browser.get("/tokens/")
    assert Session.objects.get().expires_at > timezone.now() + timedelta(minutes=20)
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.get("/tokens/").status_code == 302


def test_even_a_busy_session_ends_after_half_a_day(make_account):
    make_account("chen", "finance")
    browser = log_in("chen")
    session = browser.session
    session["began"] = int(time.time()) - 12 * 3600 - 1
    session.save()
    assert browser.get("/tokens/").status_code == 302


@pytest.mark.parametrize(
    ("wanted", "given"),
    [("/tokens/", "/tokens/"), ("https://evil.example/", "/"), ("//evil.example", "/")],
)
def test_after_logging_in_one_goes_where_one_wanted_but_never_off_the_site(
    make_account, wanted, given
):
    make_account("chen", "finance")
    answer = Client().post("/login/", {"login": "chen", "password": PASSWORD, "next": wanted})
    assert answer["Location"] == given


def test_a_page_asked_for_without_a_session_comes_back_after_it(db):
    assert Client().get("/tokens/?a=1")["Location"] == "/login/?next=%2Ftokens%2F%3Fa%3D1"
    fragment = Client().get(
        "/tokens/", headers={"HX-Request": "true", "HX-Current-URL": "http://testserver/people/"}
    )
    assert fragment.status_code == 204
    assert fragment["HX-Redirect"] == "/login/?next=%2Fpeople%2F"


def test_a_session_holds_nothing_about_the_person(make_account):
    make_account("chen", "finance")
    browser = log_in("chen")
    browser.get("/tokens/")
    assert set(browser.session.keys()) <= {
        "_auth_user_id",
        "_auth_user_backend",
        "_auth_user_hash",
        "began",
        "seen",
        "device",
        "proved_at",
        "proved_by",
    }
    sealed = base64.b64decode(browser.session["device"])
    assert b"127.0.0.1" not in sealed and b"browser" not in sealed
