"""Codes of the app and recovery codes: good once, counted, and kept by nobody in clear."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.db import connection, connections
from tests.access.factors.conftest import Person, Somebody

from dangan.access.factors import actions
from dangan.access.factors.actions.common import TRIES, TRIES_ANYWHERE
from dangan.access.factors.models import RecoveryCode
from dangan.access.models import SecondFactor
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Absent
from dangan.access.rules.one_time import matching_step, new_secret

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)


@pytest.fixture
def chen(somebody: Somebody) -> Person:
    return somebody("chen", "finance").enrol()


def test_a_code_is_good_once(chen: Person) -> None:
    code = chen.code()
    assert actions.prove(chen.actor, code=code) == "app"
    with pytest.raises(actions.WrongCode, match="已用过"):
        actions.prove(chen.actor, code=code)


def test_a_code_of_last_week_and_of_tomorrow_are_wrong() -> None:
    secret = new_secret()
    for moved in (timedelta(days=-7), timedelta(days=1), timedelta(seconds=61)):
        assert matching_step(secret, pyotp.TOTP(secret).at(NOON + moved), NOON, 0) is None
    assert matching_step(secret, pyotp.TOTP(secret).at(NOON - timedelta(seconds=30)), NOON, 0)


def test_without_a_factor_nothing_is_proved(somebody: Somebody) -> None:
    with pytest.raises(actions.NotEnrolled):
        actions.prove(somebody("lu").actor, code="123456")


def test_five_wrong_codes_lock_and_the_right_one_waits_too(chen: Person) -> None:
    for _try in range(TRIES):
        with pytest.raises(actions.WrongCode, match="验证码不对"):
            actions.prove(chen.actor, code="000000")
    with pytest.raises(actions.WrongCode, match="次数过多"):
        actions.prove(chen.actor, code=chen.code())


def test_guessing_elsewhere_leaves_the_owner_in(chen: Person) -> None:
    for _try in range(TRIES + 1):
        with pytest.raises(actions.WrongCode):
            actions.prove(actor_of(chen.id, address="203.0.113.9"), code="000000")
    assert actions.prove(chen.actor, code=chen.code()) == "app"


def test_from_many_addresses_only_so_many_codes_may_be_tried(chen: Person) -> None:
    said = []
    for number in range(TRIES_ANYWHERE + 1):
        with pytest.raises(actions.WrongCode) as wrong:
            actions.prove(actor_of(chen.id, address=f"203.0.113.{number}"), code="000000")
        said.append(str(wrong.value.message))
    assert "验证码不对" in said[-2] and "次数过多" in said[-1]


def test_ten_codes_each_good_once_and_new_ones_end_the_old(chen: Person) -> None:
    first = actions.make_codes(chen.actor)
    assert len(set(first)) == 10
    assert actions.prove(chen.actor, code=first[0]) == "code"
    with pytest.raises(actions.WrongCode, match="已用过"):
        actions.prove(chen.actor, code=first[0])
    second = actions.make_codes(chen.actor)
    with pytest.raises(actions.WrongCode):
        actions.prove(chen.actor, code=first[1])
    assert actions.prove(chen.actor, code=second[1]) == "code"


def test_a_recovery_code_opens_only_its_own_account(chen: Person, somebody: Somebody) -> None:
    lu = somebody("lu", "finance").enrol()
    with pytest.raises(actions.WrongCode):
        actions.prove(lu.actor, code=actions.make_codes(chen.actor)[0])


def test_no_code_and_no_secret_is_kept_in_clear(chen: Person) -> None:
    codes = actions.make_codes(chen.actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, '') FROM factors_recoverycode t")
        plain = cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(t::text, '') FROM access_secondfactor t")
        plain += cursor.fetchone()[0]
        cursor.execute("SELECT string_agg(encode(entry, 'escape'), '') FROM audit_event")
        plain += cursor.fetchone()[0]
    assert chen.secret not in plain and chen.secret.encode().hex() not in plain
    assert not any(code in plain or code.replace("-", "") in plain for code in codes)


def test_a_token_and_the_console_prove_nobodys_presence(chen: Person) -> None:
    with pytest.raises(Absent):
        actions.prove(console_actor(), code=chen.code())


def test_until_the_first_code_the_old_telephone_counts(chen: Person) -> None:
    actions.begin_app(chen.actor)
    assert actions.prove(chen.actor, code=chen.code()) == "app"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", ["app", "recovery"])
def test_of_two_uses_of_one_code_at_once_one_is_right(somebody: Somebody, how: str) -> None:
    chen = somebody(f"zhou-{how}", "finance").enrol()
    code = chen.code() if how == "app" else actions.make_codes(chen.actor)[0]

    def use(_number: int) -> bool:
        try:
            actions.prove(chen.actor, code=code)
        except actions.WrongCode:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(4) as several:
        assert sorted(several.map(use, range(4))) == [False, False, False, True]
    RecoveryCode.objects.all().delete()
    SecondFactor.objects.all().delete()
