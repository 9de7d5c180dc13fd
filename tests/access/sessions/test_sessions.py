"""登录与设备: where an account is signed in, and ending that from near and far."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.access.conftest import PASSWORD, log_in
from tests.cast import written_events
from tests.statements import own as statements

from dangan.access import actions
from dangan.access.models import Account
from dangan.access.sessions import actions as verbs
from dangan.access.sessions.models import Device, Session
from dangan.access.sessions.store import SessionStore, digest_of
from dangan.notices.models import Notice

PAGE = "/sessions/"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130 Safari/537 Edg/130"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1"


def inside(browser: Client) -> bool:
    return browser.get(PAGE).status_code == 200


@pytest.fixture
def chen(make_account):
    return make_account("chen", "finance")


def test_the_page_lists_every_browser_and_says_which_one_this_is(chen):
    desk = log_in("chen", HTTP_USER_AGENT=EDGE)
    phone = log_in("chen", HTTP_USER_AGENT=PHONE, REMOTE_ADDR="10.9.8.7")
    text = desk.get(PAGE).content.decode()
    assert "Edge · Windows" in text
    assert "Safari · iPhone" in text
    assert "10.9.8.7" in text
    assert text.index("这台设备") < text.index("iPhone")
    assert text.count("结束登录") == 1
    assert phone.get(PAGE).content.decode().count("这台设备") == 1


def test_one_ends_one_of_ones_own_and_its_next_request_is_out(chen):
    desk, phone = log_in("chen"), log_in("chen")
    other = Session.objects.get(key=digest_of(phone.session.session_key))
    assert desk.post(f"{PAGE}{other.id}/end/")["Location"] == PAGE
    assert inside(desk)
    assert not inside(phone)
    assert ("session.end", "done") in written_events()


def test_ending_the_present_one_is_logging_out(chen):
    desk = log_in("chen")
    row = Session.objects.get(account=chen)
    assert desk.post(f"{PAGE}{row.id}/end/")["Location"] == "/login/"
    assert not inside(desk)


def test_one_ends_all_others_and_stays(chen):
    desk, *others = [log_in("chen") for _number in range(3)]
    desk.post(f"{PAGE}others/end/")
    assert inside(desk)
    assert not any(inside(browser) for browser in others)


def test_nobody_ends_a_session_of_somebody_else_here(chen, signed_in):
    mine = log_in("chen")
    row = Session.objects.get(account=chen)
    stranger = signed_in("lu", "hr_manager")
    assert stranger.post(f"{PAGE}{row.id}/end/").status_code == 404
    assert stranger.post(f"{PAGE}{uuid4()}/end/").status_code == 404
    assert inside(mine)


def test_the_security_administrator_ends_all_from_afar_at_once(chen, signed_in):
    mine, phone = log_in("chen", HTTP_USER_AGENT=PHONE), log_in("chen")
    guard = signed_in("guard", "security_admin")
    page = f"/accounts/{chen}/sessions/"
    assert "iPhone" in guard.get(page).content.decode()
    assert ("session.list", "done") in written_events()
    assert guard.post(f"{page}end/")["Location"] == page
    assert not inside(mine)
    assert not inside(phone)
    assert "没有登录" in guard.get(page).content.decode()


@pytest.mark.parametrize("role", ["it", "hr_manager", "auditor"])
def test_nobody_but_the_security_administrator_sees_or_ends_anothers(chen, signed_in, role):
    mine = log_in("chen")
    other = signed_in("lu", role)
    assert other.get(f"/accounts/{chen}/sessions/").status_code == 403
    assert other.post(f"/accounts/{chen}/sessions/end/").status_code == 403
    assert inside(mine)


def test_ones_own_are_not_ended_from_afar(signed_in):
    guard = signed_in("guard", "security_admin")
    own = Account.objects.get().id
    assert guard.post(f"/accounts/{own}/sessions/end/").status_code == 403
    assert inside(guard)


def test_one_browser_too_many_ends_the_longest_unused(chen, settings):
    settings.DANGAN = settings.DANGAN.model_copy(update={"sessions_per_account": 2})
    first, second = log_in("chen"), log_in("chen")
    session = second.session
    session["seen"] = int(time.time()) - 600
    session.save()
    third = log_in("chen")
    assert inside(first)
    assert not inside(second)
    assert inside(third)
    assert Session.objects.filter(account=chen).count() == 2


def test_the_time_of_a_sign_in_outlives_a_new_password(chen, settings):
    settings.DANGAN = settings.DANGAN.model_copy(update={"session_hours": 2})
    browser = log_in("chen")
    session = browser.session
    session["began"] = began = int(time.time()) - 2 * 3600 + 30
    session.save()
    form = {"current": PASSWORD, "new": "genghuan2027", "again": "genghuan2027"}
    before = browser.session.session_key
    assert browser.post("/password/", form).status_code == 302
    assert browser.session.session_key != before
    assert browser.session["began"] == began
    session = browser.session
    session["began"] = began - 60
    session.save()
    assert not inside(browser)


def test_a_password_a_role_or_the_account_changed_ends_the_others(chen, console):
    for change in (
        lambda: actions.revoke_role(console, account=chen, role="finance"),
        lambda: actions.grant_role(console, account=chen, role="finance"),
        lambda: actions.lock_account(console, account=chen),
        lambda: actions.unlock_account(console, account=chen),
        lambda: actions.end_account(console, account=chen, reason="离职"),
    ):
        browser = log_in("chen")
        change()
        assert not inside(browser)


def test_sessions_that_no_longer_count_are_not_listed(chen, console):
    old = log_in("chen")
    actions.grant_role(console, account=chen, role="legal")
    new = log_in("chen")
    assert not inside(old)
    assert new.get(PAGE).content.decode().count("<tr>") == 2


def test_an_unknown_browser_is_told_to_whoever_used_another_before(chen):
    log_in("chen")
    assert not Notice.objects.filter(account=chen).exists()
    browser = Client()
    browser.post("/login/", {"login": "chen", "password": PASSWORD})
    assert Notice.objects.get(account=chen).topic == "login.new_device"
    browser.post("/logout/")
    browser.post("/login/", {"login": "chen", "password": PASSWORD})
    assert Notice.objects.filter(account=chen).count() == 1
    assert Device.objects.filter(account=chen).count() == 2


def test_the_browsers_cookie_tells_nothing_and_is_kept_from_scripts(chen):
    cookie = log_in("chen").cookies["dangan_device"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert str(chen) not in cookie.value


def test_a_cookie_of_another_account_is_a_new_browser_for_this_one(chen, make_account):
    make_account("lu", "legal")
    log_in("lu")
    shared = log_in("chen")
    shared.post("/logout/")
    shared.post("/login/", {"login": "lu", "password": PASSWORD})
    assert Notice.objects.count() == 1


def test_the_table_keeps_no_key_no_address_and_no_browser_in_clear(chen):
    browser = log_in("chen", HTTP_USER_AGENT=EDGE, REMOTE_ADDR="10.9.8.7")
    row = Session.objects.get(account=chen)
    kept = f"{row.key} {row.data} {SessionStore().decode(row.data)}"
    for secret in (browser.session.session_key, "10.9.8.7", "Edge", "Windows", "chen"):
        assert secret not in kept


def test_a_key_read_from_the_table_opens_nothing(chen, settings):
    log_in("chen")
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = Session.objects.get(account=chen).key
    assert not inside(thief)


def test_times_and_browsers_that_are_over_are_deleted(chen):
    browser = log_in("chen")
    Session.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    Device.objects.update(last_at=timezone.now() - timedelta(days=401))
    assert verbs.tidy() == 2
    assert not inside(browser)


def test_a_session_that_is_ended_during_a_request_stays_ended(chen):
    browser = log_in("chen")
    store = SessionStore(browser.session.session_key)
    store["seen"] = 0
    Session.objects.all().delete()
    with pytest.raises(UpdateError):
        store.save()
    assert not Session.objects.exists()


def test_a_session_costs_a_page_no_more_statements_than_before(chen):
    browser = log_in("chen")
    browser.get("/tokens/")
    with CaptureQueriesContext(connection) as captured:
        browser.get("/tokens/")
    asked = statements(captured)
    assert sum("sessions_devices_session" in sql for sql in asked) == 1
    assert sum('FROM "access_account"' in sql for sql in asked) == 1
    with CaptureQueriesContext(connection) as captured:
        browser.get(PAGE)
    assert len(statements(captured)) <= 12
