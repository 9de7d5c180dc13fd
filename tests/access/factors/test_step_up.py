"""A grave deed asks who sits there; what was typed goes on as if nobody had asked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.access.conftest import PASSWORD
from tests.access.factors.authenticator import Authenticator
from tests.access.factors.conftest import ORIGIN, Somebody, forget_proof, options_on

from dangan.access.factors.rules import fresh
from dangan.access.models import Token

FORM = {"label": "考勤<系统>", "scopes": ["roster.view"], "days": "90"}
NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def chen(somebody: Somebody):
    return somebody("chen", "finance").enrol()


@pytest.fixture
def stale(chen):
    browser = chen.sign_in()
    forget_proof(browser)
    return browser


def test_a_fresh_proof_opens_the_page(chen) -> None:
    assert chen.sign_in().get("/tokens/").status_code == 200


def test_a_page_asked_for_is_opened_after_the_proof(chen, stale) -> None:
    asked = stale.get("/tokens/?a=1")
    assert asked["Location"] == "/confirm/?next=%2Ftokens%2F%3Fa%3D1&back=%2F"
    assert stale.get(asked["Location"]).status_code == 200
    wrong = stale.post("/confirm/", {"next": "/tokens/?a=1", "proof_code": "000000"})
    assert wrong.status_code == 422
    done = stale.post("/confirm/", {"next": "/tokens/?a=1", "proof_code": chen.code()})
    assert done["Location"] == "/tokens/?a=1"
    assert stale.get("/tokens/").status_code == 200


def test_after_the_proof_nobody_is_led_off_the_site(chen, stale) -> None:
    for target in ("https://evil.example/", "//evil.example", "javascript:alert(1)"):
        forget_proof(stale)
        done = stale.post("/confirm/", {"next": target, "proof_code": chen.code()})
        assert done["Location"] == "/"


def test_a_form_goes_on_with_what_was_typed(chen, stale) -> None:
    asked = stale.post("/tokens/", FORM)
    assert asked.status_code == 403 and Token.objects.count() == 0
    page = asked.content.decode()
    assert 'name="label" value="考勤&lt;系统&gt;"' in page
    assert "no-store" in asked["Cache-Control"]
    wrong = stale.post("/tokens/", FORM | {"proof_code": "000000"})
    assert wrong.status_code == 403 and "考勤&lt;系统&gt;" in wrong.content.decode()
    done = stale.post("/tokens/", FORM | {"proof_code": chen.code()})
    assert done.status_code == 200 and Token.objects.count() == 1


def test_a_fragment_opens_the_proof_above_the_page(chen, stale) -> None:
    htmx = {"HX-Request": "true", "HX-Current-URL": "http://testserver/tokens/"}
    asked = stale.get("/tokens/", headers=htmx)
    assert (asked.status_code, asked["HX-Retarget"], asked["X-Step-Up"]) == (403, "#proof", "1")
    wrong = stale.post("/confirm/", {"proof_code": "000000"}, headers=htmx)
    assert wrong.status_code == 422 and "<dialog" in wrong.content.decode()
    done = stale.post("/confirm/", {"proof_code": chen.code()}, headers=htmx)
    assert (done.status_code, done["HX-Trigger"]) == (204, "proved")
    assert stale.get("/tokens/", headers=htmx).status_code == 200


def test_a_key_proves_it_too(somebody: Somebody) -> None:
    lu = somebody("lu", "finance")
    key = lu.add_key(Authenticator(ORIGIN))
    browser = lu.first_step()
    page = browser.get("/login/second-step/").content
    browser.post("/login/second-step/", {"proof_key": key.sign(options_on(page))})
    forget_proof(browser)
    page = browser.get("/confirm/?next=/tokens/").content
    done = browser.post("/confirm/", {"next": "/tokens/", "proof_key": key.sign(options_on(page))})
    assert done["Location"] == "/tokens/"


def test_the_password_does_where_there_is_no_factor(somebody: Somebody) -> None:
    browser = somebody("lu").sign_in()
    forget_proof(browser)
    assert browser.get("/security/me/keys/add/")["Location"].startswith("/confirm/")
    wrong = browser.post("/confirm/", {"next": "/help/", "proof_password": "nope1234"})
    assert wrong.status_code == 422
    done = browser.post("/confirm/", {"next": "/help/", "proof_password": PASSWORD})
    assert done["Location"] == "/help/"


def test_the_password_does_not_where_there_is_one(chen, stale) -> None:
    refused = stale.post("/confirm/", {"proof_password": PASSWORD})
    assert refused.status_code == 422
    assert stale.get("/tokens/").status_code == 302


def test_guessing_the_password_here_keeps_nobody_from_logging_in(somebody: Somebody) -> None:
    lu = somebody("lu")
    browser = lu.sign_in()
    for _try in range(7):
        browser.post("/confirm/", {"proof_password": "nope1234"})
    answer = browser.post("/confirm/", {"proof_password": PASSWORD})
    assert "次数过多" in answer.content.decode()
    assert lu.sign_in().get("/help/").status_code == 200


def test_where_factors_are_offered_only_those_who_have_one_are_asked(
    chen, somebody: Somebody, offered: None
) -> None:
    lu = somebody("lu", "finance").sign_in()
    forget_proof(lu)
    assert lu.get("/tokens/").status_code == 200
    assert lu.get("/security/me/keys/add/")["Location"].startswith("/confirm/")
    mine = chen.sign_in()
    forget_proof(mine)
    assert mine.get("/tokens/")["Location"].startswith("/confirm/")


def test_a_proof_lasts_ten_minutes_and_none_comes_from_the_future() -> None:
    assert fresh(NOW - timedelta(minutes=9, seconds=59), NOW, 10)
    assert not fresh(NOW - timedelta(minutes=10), NOW, 10)
    assert not fresh(NOW + timedelta(seconds=1), NOW, 10)
    assert not fresh(None, NOW, 10)


def test_a_refusal_comes_before_the_question(chen, stale) -> None:
    assert stale.get("/accounts/new/").status_code == 403
