"""A provider is the first step; the second is asked as after a password, unless its word counts."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

import pyotp
import pytest
from django.test import Client
from tests.access.conftest import MakeAccount, log_in
from tests.access.federation.fixtures import Settle, begin, come_back, signed_in
from tests.access.federation.servers import Hostile

from dangan.access.factors import actions as factors
from dangan.access.federation.models import Link
from dangan.access.models import Account, SecondFactor
from dangan.access.queries import actor_of


def with_app(account: UUID) -> str:
    """Sets up an authenticator app; gives back its secret."""
    actor = actor_of(account, address="127.0.0.1")
    offer = factors.begin_app(actor)
    factors.confirm_app(actor, code=pyotp.TOTP(offer.secret).now())
    SecondFactor.objects.update(last_step=0)
    return offer.secret


def arrive(hostile: Hostile, browser: Client, **claims: Any) -> Any:
    hostile.claims = claims
    return come_back(browser, hostile.answer_to(begin(browser, next="/tokens/")))


def test_whoever_has_a_factor_is_asked_for_it(hostile: Hostile, make_account: MakeAccount) -> None:
    secret = with_app(make_account("chen", "finance"))
    browser = Client()
    answer = arrive(hostile, browser)
    assert answer["Location"] == "/login/second-step/"
    assert not signed_in(browser)
    done = browser.post("/login/second-step/", {"proof_code": pyotp.TOTP(secret).now()})
    assert done["Location"] == "/tokens/"
    assert signed_in(browser)
    assert browser.post("/logout/")["Location"] == "/sign-in/oidc/left/"


@pytest.mark.parametrize(
    ("claims", "enough"),
    [
        ({"amr": ["pwd", "otp"]}, True),
        ({"acr": "urn:example:gold"}, True),
        ({"amr": ["pwd"]}, False),
        ({"amr": "otp"}, False),
        ({"acr": ["urn:example:gold"]}, False),
        ({"acr": "urn:example:bronze"}, False),
        ({}, False),
    ],
)
def test_a_factor_there_counts_only_as_configured(
    hostile: Hostile,
    make_account: MakeAccount,
    settle: Settle,
    claims: dict[str, Any],
    enough: bool,
) -> None:
    with_app(make_account("chen", "finance"))
    browser = Client()
    arrive(hostile, browser, **claims)
    assert not signed_in(browser), "nothing was configured"
    settle(oidc_second_factor=["otp", "urn:example:gold"])
    browser = Client()
    arrive(hostile, browser, **claims)
    assert signed_in(browser) is enough


def test_whoever_must_have_a_factor_sets_one_up_first(
    hostile: Hostile, make_account: MakeAccount, settle: Settle
) -> None:
    make_account("chen", "finance")
    settle(second_factor="required")
    browser = Client()
    arrive(hostile, browser)
    assert browser.get("/people/")["Location"] == "/security/enrol/"
    settle(oidc_second_factor=["mfa"])
    browser = Client()
    arrive(hostile, browser, amr=["mfa"])
    assert browser.get("/people/").status_code == 200


def linked(hostile: Hostile, browser: Client, account: UUID) -> None:
    arrive(hostile, Client())
    assert Link.objects.get().account_id == account


def prove_again(hostile: Hostile, browser: Client, **claims: Any) -> Any:
    hostile.claims = {"auth_time": int(time.time())} | claims
    there = browser.get("/sign-in/oidc/again/", {"next": "/tokens/"})["Location"]
    assert "prompt=login" in there
    return come_back(browser, hostile.answer_to(there))


def test_a_new_log_in_there_is_a_proof_of_presence(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    account = make_account("chen", "finance")
    linked(hostile, Client(), account)
    browser = log_in("chen")
    session = browser.session
    session["proved_at"] = 0
    session.save()
    assert prove_again(hostile, browser)["Location"] == "/tokens/"
    assert browser.session["proved_at"] > time.time() - 60
    assert browser.session["proved_by"] == "federated"


def test_it_does_not_stand_in_for_a_factor_of_ones_own(
    hostile: Hostile, make_account: MakeAccount, settle: Settle
) -> None:
    account = make_account("chen", "finance")
    linked(hostile, Client(), account)
    browser = Client()
    arrive(hostile, browser)
    with_app(account)
    before = browser.session["proved_at"]
    answer = prove_again(hostile, browser)
    assert "请用它确认" in answer.content.decode()
    assert browser.session["proved_at"] == before
    settle(oidc_second_factor=["otp"])
    assert prove_again(hostile, browser, amr=["otp"])["Location"] == "/tokens/"
    assert browser.session["proved_by"] == "provider"


def test_somebody_else_there_proves_nothing(hostile: Hostile, make_account: MakeAccount) -> None:
    make_account("wang", "finance")
    linked(hostile, Client(), make_account("chen", "finance"))
    browser = log_in("chen")
    before = browser.session["proved_at"]
    answer = prove_again(hostile, browser, sub="s-2", preferred_username="wang")
    assert "另一个人" in answer.content.decode()
    assert browser.session["proved_at"] == before


def test_a_stale_log_in_there_proves_nothing(hostile: Hostile, make_account: MakeAccount) -> None:
    linked(hostile, Client(), make_account("chen", "finance"))
    browser = log_in("chen")
    for stale in (int(time.time()) - 3600, None):
        assert prove_again(hostile, browser, auth_time=stale).status_code == 403


def test_the_page_that_asks_for_a_proof_offers_the_provider(
    hostile: Hostile, make_account: MakeAccount
) -> None:
    account = make_account("chen", "finance")
    browser = log_in("chen")
    page = "/confirm/?next=/tokens/"
    assert "用企业账号确认" not in browser.get(page).content.decode()
    linked(hostile, browser, account)
    assert "用企业账号确认" in browser.get(page).content.decode()
    Account.objects.get().set_unusable_password()
    with_app(account)
    assert "用企业账号确认" not in browser.get(page).content.decode()
