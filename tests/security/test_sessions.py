"""Cookies in bad hands: fixed beforehand, stolen, kept after the end; made-up addresses."""

from __future__ import annotations

import time

import pytest
from django.test import Client
from tests.access.conftest import console, log_in, make_account, quick_passwords, signed_in

from dangan.access import actions
from dangan.access.sessions.models import RoleNetworks, Session

__all__ = ["console", "make_account", "quick_passwords", "signed_in"]

PAGE = "/sessions/"


def with_cookie(settings, value: str, **more: str) -> Client:
    thief = Client(**more)
    thief.cookies[settings.SESSION_COOKIE_NAME] = value
    return thief


def cookie(settings, browser: Client) -> str:
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture
def chen(make_account):
    return make_account("chen", "finance")


def test_a_session_fixed_beforehand_is_not_the_one_signed_in(chen, settings):
    planted = with_cookie(settings, "a" * 32)
    planted.post("/login/", {"login": "chen", "password": "chengxu2026"})
    assert planted.get(PAGE).status_code == 200
    assert cookie(settings, planted) != "a" * 32
    assert with_cookie(settings, "a" * 32).get(PAGE).status_code == 302


def test_an_anonymous_session_is_given_a_new_identifier_at_sign_in(chen, settings):
    browser = Client()
    session = browser.session
    session["seed"] = 1
    session.save()
    browser.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    before = session.session_key
    browser.post("/login/", {"login": "chen", "password": "chengxu2026"})
    assert cookie(settings, browser) != before
    assert with_cookie(settings, before).get(PAGE).status_code == 302


def test_a_stolen_cookie_is_worth_nothing_after_logging_out(chen, settings):
    browser = log_in("chen")
    thief = with_cookie(settings, cookie(settings, browser))
    assert thief.get(PAGE).status_code == 200
    browser.post("/logout/")
    assert thief.get(PAGE).status_code == 302
    assert not Session.objects.filter(account=chen).exists()


def test_a_cookie_of_an_ended_session_opens_nothing_and_does_not_come_back(chen, settings):
    browser = log_in("chen")
    stolen = cookie(settings, browser)
    Session.objects.filter(account=chen).delete()
    thief = with_cookie(settings, stolen)
    for _again in range(2):
        assert thief.get(PAGE).status_code == 302
        assert thief.post("/tokens/", {"label": "后门", "scopes": [], "days": 1}).status_code == 302
    assert not Session.objects.filter(account=chen).exists()


def test_a_cookie_from_before_a_new_password_or_role_opens_nothing(chen, console, settings):
    stolen = cookie(settings, log_in("chen"))
    actions.grant_role(console, account=chen, role="legal")
    assert with_cookie(settings, stolen).get(PAGE).status_code == 302


def test_being_busy_keeps_no_session_beyond_its_time(chen, settings):
    browser = log_in("chen")
    session = browser.session
    session["began"] = int(time.time()) - settings.DANGAN.session_hours * 3600 - 1
    session["seen"] = int(time.time())
    session.save()
    assert browser.get(PAGE).status_code == 302
    assert not Session.objects.filter(account=chen).exists()


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"])
def test_a_made_up_address_gets_nobody_into_the_networks_of_a_role(make_account, header, settings):
    make_account("liang", "hr_manager")
    RoleNetworks.objects.create(role="hr_manager", networks=["10.0.0.0/8"])
    changed = {"https": True, "trusted_proxies": ["192.0.2.1/32"]}
    for https in (False, True):
        if https:
            settings.DANGAN = settings.DANGAN.model_copy(update=changed)
        forged = {"REMOTE_ADDR": "203.0.113.9", header: "10.1.2.3"}
        browser = log_in("liang", **forged)
        assert browser.get("/people/").status_code == 403


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(chen, settings):
    set_cookie = log_in("chen").cookies[settings.SESSION_COOKIE_NAME]
    assert set_cookie["httponly"]
    assert set_cookie["samesite"] == "Lax"
    assert set_cookie["path"] == "/"
    assert not set_cookie["domain"]
