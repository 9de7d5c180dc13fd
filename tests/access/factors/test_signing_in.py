"""Two steps to a session: between them, nothing; without a factor that is needed, only its page."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.access.conftest import PASSWORD
from tests.access.factors.authenticator import Authenticator
from tests.access.factors.conftest import ORIGIN, Somebody, options_on
from tests.house.test_routes_classified import PUBLIC, Route, routes

from dangan.access.factors import actions, steps
from dangan.access.factors.models import RecoveryCode
from dangan.access.models import Account, Grant

STEP = "/login/second-step/"


def signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


def address_of(route: Route) -> str:
    """An address of the route, whatever it takes."""
    pattern = route.pattern.pattern
    samples = {"UUIDConverter": uuid4(), "IntConverter": 1}
    given: dict[str, object] = {
        name: samples.get(type(converter).__name__, "a")
        for name, converter in pattern.converters.items()
    }
    names = pattern.regex.groupindex if not given else ()
    given |= {name: "json" if name == "form" else uuid4() for name in names}
    return reverse(route.name, kwargs=given)


def test_password_and_code_let_in_one_after_the_other(somebody: Somebody) -> None:
    chen = somebody("chen", "finance").enrol()
    browser = chen.first_step()
    assert not signed_in(browser)
    wrong = browser.post(STEP, {"proof_code": "000000"})
    assert wrong.status_code == 422 and "验证码不对" in wrong.content.decode()
    done = browser.post(STEP, {"proof_code": chen.code()})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert signed_in(browser) and browser.session["proved_by"] == "app"
    assert browser.get("/people/").status_code == 200


def test_one_goes_where_one_wanted_after_both_steps(somebody: Somebody) -> None:
    chen = somebody("chen", "finance").enrol()
    browser = Client()
    browser.post("/login/", {"login": "chen", "password": PASSWORD, "next": "/tokens/"})
    assert browser.post(STEP, {"proof_code": chen.code()})["Location"] == "/tokens/"


def test_a_security_key_lets_in(somebody: Somebody) -> None:
    chen = somebody("chen", "finance")
    key = chen.add_key(Authenticator(ORIGIN))
    browser = chen.first_step()
    options = options_on(browser.get(STEP).content)
    done = browser.post(STEP, {"proof_key": key.sign(options)})
    assert done.status_code == 302 and browser.session["proved_by"] == "key"


def test_a_recovery_code_lets_in_once(somebody: Somebody) -> None:
    chen = somebody("chen", "finance").enrol()
    code = actions.make_codes(chen.actor)[3]
    first = chen.first_step()
    assert first.post(STEP, {"proof_code": code.lower().replace("-", " ")}).status_code == 302
    again = chen.first_step()
    assert again.post(STEP, {"proof_code": code}).status_code == 422
    assert RecoveryCode.objects.filter(used_at__isnull=True).count() == 9


def test_the_second_step_without_the_first_leads_to_the_first(db: None) -> None:
    assert Client().get(STEP)["Location"] == "/login/"
    assert Client().post(STEP, {"proof_code": "123456"})["Location"] == "/login/"


def test_half_signed_in_opens_no_page_at_all(somebody: Somebody) -> None:
    browser = somebody("chen", "finance").enrol().first_step()
    opened = []
    for route in routes():
        if route.name in PUBLIC or route.name.startswith("api:"):
            continue
        address = address_of(route)
        for ask in (browser.get, browser.post):
            answer = ask(address)
            if answer.status_code != 302 or not answer["Location"].startswith("/login/"):
                opened.append((route.name, answer.status_code))
    assert opened == []
    assert not signed_in(browser)


def test_the_half_way_state_ends_after_five_minutes(somebody: Somebody) -> None:
    chen = somebody("chen", "finance").enrol()
    browser = chen.first_step()
    session = browser.session
    session["half"] |= {"at": int(time.time()) - steps.HALF_LASTS}
    session.save()
    assert browser.post(STEP, {"proof_code": chen.code()})["Location"] == "/login/"
    assert not signed_in(browser)


def test_the_half_way_state_stays_in_its_browser(somebody: Somebody) -> None:
    chen = somebody("chen", "finance").enrol()
    chen.first_step()
    assert Client().post(STEP, {"proof_code": chen.code()})["Location"] == "/login/"


def test_a_planted_session_is_worth_nothing_after_the_first_step(somebody: Somebody) -> None:
    browser = Client()
    session = browser.session
    session["seed"] = 1
    session.save()
    planted = session.session_key
    somebody("chen", "finance").enrol()
    browser.cookies["session"] = planted
    browser.post("/login/", {"login": "chen", "password": PASSWORD})
    assert browser.session.session_key != planted


@pytest.mark.parametrize("change", [{"state": "locked"}, {"generation": 9}, {"password": "!x"}])
def test_a_lock_or_new_password_between_the_steps_ends_the_way_in(
    somebody: Somebody, change: dict[str, object]
) -> None:
    chen = somebody("chen", "finance").enrol()
    browser = chen.first_step()
    Account.objects.filter(pk=chen.id).update(**change)
    assert browser.post(STEP, {"proof_code": chen.code()})["Location"] == "/login/"


def test_whoever_opens_dossiers_sets_up_a_factor_before_anything_else(somebody: Somebody) -> None:
    browser = somebody("chen", "finance").sign_in()
    for address in ("/", "/people/", "/tokens/", "/help/"):
        assert browser.get(address)["Location"] == "/security/enrol/"
    assert "设置两步验证" in browser.get("/security/enrol/").content.decode()
    fragment = browser.get("/people/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, "/security/enrol/")


@pytest.mark.parametrize("role", ["it", "security_admin", "auditor", "hr_manager"])
def test_every_grave_role_must_have_a_factor(somebody: Somebody, role: str) -> None:
    browser = somebody("chen", role).sign_in()
    assert browser.get("/help/")["Location"] == "/security/enrol/"


def test_whoever_has_no_role_needs_none(somebody: Somebody) -> None:
    assert somebody("chen").sign_in().get("/help/").status_code == 200


def test_a_role_that_begins_meanwhile_asks_for_the_factor_at_once(somebody: Somebody) -> None:
    chen = somebody("chen")
    browser = chen.first_step()
    assert browser.get("/help/").status_code == 200
    Grant.objects.create(account_id=chen.id, role="finance", granted_by=uuid4())
    assert browser.get("/help/")["Location"] == "/security/enrol/"
    chen.enrol()
    assert browser.get("/help/")["Location"] == "/confirm/?next=%2Fhelp%2F"


def test_where_factors_are_offered_nobody_must(somebody: Somebody, offered: None) -> None:
    browser = somebody("chen", "finance").sign_in()
    assert browser.get("/help/").status_code == 200


def test_setting_up_an_app_gives_ten_codes_and_opens_the_system(somebody: Somebody) -> None:
    chen = somebody("chen", "finance")
    browser = chen.sign_in()
    offer = browser.post("/security/me/app/")
    assert "no-store" in offer["Cache-Control"]
    chen.secret = offer.context["offer"].secret
    assert browser.post("/security/me/app/confirm/", {"code": "000000"}).status_code == 422
    codes = browser.post("/security/me/app/confirm/", {"code": chen.code()})
    assert len(codes.context["codes"]) == 10
    assert browser.get("/help/").status_code == 200


def test_setting_up_a_key_opens_the_system_too(somebody: Somebody) -> None:
    browser = somebody("chen", "finance").sign_in()
    page = browser.get("/security/me/keys/add/")
    answer = Authenticator(ORIGIN).register(options_on(page.content, "data-key-create"))
    codes = browser.post("/security/me/keys/add/", {"name": "办公室的钥匙", "answer": answer})
    assert len(codes.context["codes"]) == 10
    assert "办公室的钥匙" in browser.get("/security/me/").content.decode()


def test_where_keys_cannot_be_used_the_page_says_so(somebody: Somebody, settings: object) -> None:
    settings.DANGAN = settings.DANGAN.model_copy(update={"public_url": "http://10.0.0.1:8000"})
    browser = somebody("chen", "finance").sign_in()
    assert "安全密钥要用域名" in browser.get("/security/me/keys/add/").content.decode()


def test_both_steps_are_in_the_log(somebody: Somebody) -> None:
    chen = somebody("chen", "finance").enrol()
    browser = chen.first_step()
    browser.post(STEP, {"proof_code": "000000"})
    browser.post(STEP, {"proof_code": chen.code()})
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, outcome FROM audit_event WHERE xid = pg_current_xact_id() AND actor=%s"
            " AND action NOT LIKE 'session%%' ORDER BY id",
            [chen.id],
        )
        assert cursor.fetchall()[-4:] == [
            ("login.first", "done"),
            ("second_factor.prove", "failed"),
            ("second_factor.prove", "done"),
            ("login.done", "done"),
        ]


def test_the_half_way_state_holds_nothing_about_the_person(somebody: Somebody) -> None:
    browser = somebody("chen", "finance").enrol().first_step()
    assert set(browser.session["half"]) == {"account", "same", "at", "how", "target"}
