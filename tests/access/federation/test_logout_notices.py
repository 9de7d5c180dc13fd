"""The provider says that somebody has logged out: every session of theirs ends here."""

from __future__ import annotations

import secrets
import time

import pytest
from django.test import Client
from tests.access.conftest import MakeAccount
from tests.access.federation.fixtures import begin, come_back, signed_in
from tests.access.federation.servers import Hostile

LOGOUT = "/sign-in/oidc/logout-notice/"


def sign_in(hostile: Hostile, **claims: object) -> Client:
    browser = Client()
    hostile.claims = dict(claims)
    come_back(browser, hostile.answer_to(begin(browser)))
    assert signed_in(browser)
    return browser


def test_a_notice_ends_every_session(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    here, there = sign_in(hostile), sign_in(hostile)
    answer = Client(enforce_csrf_checks=True).post(LOGOUT, {"logout_token": hostile.notice()})
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert not signed_in(here)
    assert not signed_in(there)


def test_a_session_of_the_provider_is_enough(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    browser = sign_in(hostile, sid="session-7")
    answer = Client().post(LOGOUT, {"logout_token": hostile.notice(sub=None, sid="session-7")})
    assert answer.status_code == 200
    assert not signed_in(browser)


def test_the_same_notice_ends_nothing_twice(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    sign_in(hostile)
    notice = hostile.notice()
    assert Client().post(LOGOUT, {"logout_token": notice}).status_code == 200
    later = sign_in(hostile)
    assert Client().post(LOGOUT, {"logout_token": notice}).status_code == 200
    assert signed_in(later)


def test_a_notice_about_a_stranger_ends_nothing(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    make_account("chen", "finance")
    browser = sign_in(hostile)
    notice = hostile.notice(sub="somebody-else")
    assert Client().post(LOGOUT, {"logout_token": notice}).status_code == 200
    assert signed_in(browser)


BAD = {
    "aud": {"aud": "another"},
    "iss": {"iss": "https://evil.example"},
    "stale": {"iat": int(time.time()) - 600},
    "expired": {"exp": int(time.time()) - 600},
    "future": {"iat": int(time.time()) + 600, "exp": int(time.time()) + 900},
    "no event": {"events": None},
    "another event": {"events": {"http://example.com/": {}}},
    "nonce": {"nonce": "n"},
    "nobody": {"sub": None},
    "no jti": {"jti": None},
}


@pytest.mark.parametrize("fault", BAD)
def test_a_notice_that_is_not_right_ends_nothing(
    hostile: Hostile, make_account: MakeAccount, fault: str
) -> None:
    make_account("chen", "finance")
    browser = sign_in(hostile)
    answer = Client().post(LOGOUT, {"logout_token": hostile.notice(**BAD[fault])})
    assert answer.status_code == 400
    assert signed_in(browser)


def test_an_id_token_is_no_notice(hostile: Hostile, make_account: MakeAccount) -> None:
    """A token of another kind, rightly signed, must not log anybody out."""
    make_account("chen", "finance")
    browser = sign_in(hostile)
    assert Client().post(LOGOUT, {"logout_token": hostile.made()}).status_code == 400
    hostile.header = {"typ": "JWT"}
    assert Client().post(LOGOUT, {"logout_token": hostile.notice()}).status_code == 400
    assert signed_in(browser)


def test_a_notice_is_no_id_token(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("chen", "finance")
    browser = Client()
    there = begin(browser)
    back = hostile.answer_to(there)
    hostile.token = hostile.notice(nonce=hostile.nonce, preferred_username="chen")
    assert come_back(browser, back).status_code == 403
    assert not signed_in(browser)


@pytest.mark.parametrize("body", [{}, {"logout_token": ""}, {"logout_token": "a.b.c"}])
def test_nonsense_is_refused(hostile: Hostile, body: dict[str, str]) -> None:
    assert Client().post(LOGOUT, body).status_code == 400
    assert Client().get(LOGOUT).status_code == 405


def test_a_notice_signed_by_another_is_refused(hostile: Hostile, make_account: MakeAccount) -> None:
    from joserfc.jwk import RSAKey  # noqa: PLC0415

    make_account("chen", "finance")
    browser = sign_in(hostile)
    hostile.signed_with = RSAKey.generate_key(2048, {"kid": "k1"})
    notice = hostile.notice(jti=secrets.token_hex(4))
    assert Client().post(LOGOUT, {"logout_token": notice}).status_code == 400
    assert signed_in(browser)
