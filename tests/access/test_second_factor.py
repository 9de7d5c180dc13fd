"""The second factor: set up with the password and a first code; each code is good once."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pyotp
import pytest
from django.test import Client
from tests.browsers import Browser

from dangan.access import second_factor
from dangan.access.actions.login import TRIES
from dangan.access.models import Account, SecondFactor
from dangan.access.queries import actor_of
from dangan.access.rules import Absent, Actor
from dangan.access.rules.one_time import matching_step, new_secret

PASSWORD = "chengxu2026"
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


def me() -> Actor:
    """The account made last."""
    return actor_of(Account.objects.latest("created_at").pk, address="127.0.0.1")


def set_up() -> tuple[Actor, str]:
    """An account whose app has been set up, and its secret."""
    actor = me()
    offer = second_factor.begin(actor, password=PASSWORD)
    second_factor.confirm(actor, code=pyotp.TOTP(offer.secret).now())
    # The next code of the test may fall into the same half minute as the first.
    SecondFactor.objects.update(last_step=0)
    return actor, offer.secret


def test_a_code_is_good_once(browser: Browser) -> None:
    browser("archivist", name="何雨桐")
    actor, secret = set_up()
    code = pyotp.TOTP(secret).now()
    second_factor.prove(actor, code)
    with pytest.raises(second_factor.WrongCode):
        second_factor.prove(actor, code)


def test_without_an_app_nothing_is_proved(browser: Browser) -> None:
    browser("archivist", name="何雨桐")
    with pytest.raises(second_factor.NotEnrolled):
        second_factor.prove(me(), "123456")


def test_five_wrong_codes_lock_and_the_right_one_waits_too(browser: Browser) -> None:
    browser("archivist", name="何雨桐")
    actor, secret = set_up()
    for _try in range(TRIES):
        with pytest.raises(second_factor.WrongCode, match="验证码不对"):
            second_factor.prove(actor, "000000")
    with pytest.raises(second_factor.WrongCode) as locked:
        second_factor.prove(actor, pyotp.TOTP(secret).now())
    assert "验证码不对" not in str(locked.value.message)


def test_a_token_or_the_console_proves_nobody(browser: Browser) -> None:
    browser("archivist", name="何雨桐")
    actor, secret = set_up()
    token = Actor(id=actor.id, kind="token", name=actor.name, trail=actor.trail)
    with pytest.raises(Absent):
        second_factor.prove(token, pyotp.TOTP(secret).now())


def test_the_secret_stands_nowhere_in_clear(browser: Browser) -> None:
    browser("archivist", name="何雨桐")
    _actor, secret = set_up()
    row = SecondFactor.objects.get()
    assert secret.encode() not in bytes(row.sealed or b"")


def test_codes_next_to_now_count_and_others_do_not() -> None:
    secret = new_secret()
    step = int(NOON.timestamp()) // 30
    made = pyotp.TOTP(secret)
    assert matching_step(secret, made.generate_otp(step - 1), NOON, 0) == step - 1
    assert matching_step(secret, f"{made.generate_otp(step)} ", NOON, 0) == step
    assert matching_step(secret, made.generate_otp(step + 3), NOON, 0) is None
    assert matching_step(secret, made.generate_otp(step), NOON, step) is None
    assert matching_step(secret, "一二三四五六", NOON, 0) is None


def test_setting_up_on_the_page(browser: Browser) -> None:
    page: Client = browser("archivist", name="何雨桐")
    assert "未启用" in page.get("/second-factor/").content.decode()
    refused = page.post("/second-factor/", {"current": "falsch2026"})
    assert refused.status_code == 422
    shown = page.post("/second-factor/", {"current": PASSWORD})
    assert "no-store" in shown.headers["Cache-Control"]
    secret = re.search(r'class="once">([A-Z2-7]+)<', shown.content.decode())
    assert secret is not None
    wrong = page.post("/second-factor/confirm/", {"code": "000000"})
    assert wrong.status_code == 422
    done = page.post("/second-factor/confirm/", {"code": pyotp.TOTP(secret[1]).now()}, follow=True)
    assert "已启用" in done.content.decode()


def test_until_the_first_code_the_old_telephone_counts(browser: Browser) -> None:
    browser("archivist", name="何雨桐")
    actor, secret = set_up()
    second_factor.begin(actor, password=PASSWORD)
    second_factor.prove(actor, pyotp.TOTP(secret).now())
