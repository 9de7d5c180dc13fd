"""Guessing passwords: slowed within ten tries, and never at the cost of the owner."""

from __future__ import annotations

import pytest
from django.test import Client
from tests.access.conftest import PASSWORD
from tests.access.factors.conftest import Somebody

from dangan.access import actions, queries
from dangan.access.factors import tries
from dangan.access.factors.models import Try
from dangan.access.models import Account

WRONG = "nope1234"


@pytest.fixture
def chen(somebody: Somebody):
    return somebody("chen")


def guess(address: str, login: str = "chen", password: str = WRONG, browser: Client | None = None):
    return (browser or Client()).post(
        "/login/", {"login": login, "password": password}, REMOTE_ADDR=address
    )


@pytest.mark.parametrize("login", ["chen", "nobody"])
def test_within_ten_tries_the_guesser_waits(chen, login: str) -> None:
    said = [guess("203.0.113.9", login).context["message"] for _try in range(10)]
    assert sum("输错次数过多" in sentence for sentence in said) == 5
    assert guess("203.0.113.9", login, PASSWORD).status_code == 422


def test_meanwhile_the_owner_comes_in_from_elsewhere(chen) -> None:
    for _try in range(10):
        guess("203.0.113.9")
    assert guess("198.51.100.7", password=PASSWORD).status_code == 302


def test_a_colleague_at_the_same_address_keeps_nobody_out_of_a_known_browser(chen) -> None:
    known = Client(REMOTE_ADDR="203.0.113.9")
    assert guess("203.0.113.9", password=PASSWORD, browser=known).status_code == 302
    known.post("/logout/")
    for number in range(40):
        guess("203.0.113.9", "chen" if number % 2 else f"x{number}")
    assert guess("203.0.113.9", password=PASSWORD).status_code == 422
    assert guess("203.0.113.9", password=PASSWORD, browser=known).status_code == 302


def test_a_known_browser_may_not_guess_for_ever_either(chen) -> None:
    known = Client(REMOTE_ADDR="203.0.113.9")
    guess("203.0.113.9", password=PASSWORD, browser=known)
    known.post("/logout/")
    for _try in range(tries.TRIES):
        guess("203.0.113.9", browser=known)
    assert guess("203.0.113.9", password=PASSWORD, browser=known).status_code == 422


def test_a_browser_known_to_one_account_is_unknown_to_another(chen, somebody: Somebody) -> None:
    somebody("lu")
    known = Client(REMOTE_ADDR="203.0.113.9")
    guess("203.0.113.9", password=PASSWORD, browser=known)
    known.post("/logout/")
    for _try in range(5):
        guess("203.0.113.9", "lu", browser=known)
    assert guess("203.0.113.9", "lu", PASSWORD, browser=known).status_code == 422


def test_many_addresses_get_one_try_each_and_then_none(chen) -> None:
    for number in range(tries.ATTACKED_FROM):
        guess(f"203.0.113.{number}")
    assert "15 分钟后再试" in guess("198.51.100.1").context["message"]
    assert "输错次数过多" in guess("198.51.100.1").context["message"]
    assert guess("198.51.100.2", password=PASSWORD).status_code == 302


def test_after_a_hundred_failures_only_known_browsers_come_in(chen) -> None:
    known = Client(REMOTE_ADDR="192.0.2.1")
    guess("192.0.2.1", password=PASSWORD, browser=known)
    known.post("/logout/")
    login = Account.objects.get(pk=chen.id).login_token
    Try.objects.filter(login=login, origin=tries.ANYWHERE).delete()
    guess("203.0.113.9")
    Try.objects.filter(login=login, origin=tries.ANYWHERE).update(failures=tries.CLOSED_FROM - 1)
    guess("203.0.113.10")
    assert guess("198.51.100.2", password=PASSWORD).status_code == 422
    assert guess("192.0.2.1", password=PASSWORD, browser=known).status_code == 302


def test_a_household_of_ipv6_is_one_place(chen) -> None:
    for number in range(tries.TRIES):
        guess(f"2001:db8::{number + 1}")
    assert guess("2001:db8::ffff", password=PASSWORD).status_code == 422
    assert guess("2001:db8:1::1", password=PASSWORD).status_code == 302


def test_an_unlocked_account_begins_anew(chen, console) -> None:
    for _try in range(6):
        guess("203.0.113.9")
    actions.reset_password(console, account=chen.id)
    assert not Try.objects.filter(failures__gt=0).exists()


def test_no_name_and_no_address_is_kept_in_clear(chen) -> None:
    guess("203.0.113.9")
    row = Try.objects.exclude(origin=tries.ANYWHERE).get()
    assert {type(row.login), type(row.origin)} == {int}


def test_nothing_but_a_number_tells_a_try_from_another(chen) -> None:
    anonymous = queries.unknown_actor(address="203.0.113.9")
    known = actions.log_in(anonymous, login="chen", password=WRONG)
    unknown = actions.log_in(anonymous, login="nobody", password=WRONG)
    assert known == unknown
