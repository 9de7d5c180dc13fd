"""One-time codes: RFC 6238's own numbers, the slack of a telephone's clock, each code once."""

from __future__ import annotations

from base64 import b32decode, b32encode
from datetime import UTC, datetime, timedelta

import pyotp
import pytest

from dangan.access.rules.one_time import SLACK, STEP, address, matching_step, new_secret

SECRET = b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("second", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_the_numbers_of_rfc_6238(second: int, code: str) -> None:
    now = datetime.fromtimestamp(second, UTC)
    assert matching_step(SECRET, code, now, -1) == second // 30


def test_half_a_minute_on_either_side_and_no_more() -> None:
    now = datetime(2026, 11, 22, 4, 0, 10, tzinfo=UTC)
    made = pyotp.TOTP(SECRET)
    found = [
        matching_step(SECRET, made.at(now + timedelta(seconds=STEP * steps)), now, 0)
        for steps in range(-3, 4)
    ]
    present = int(now.timestamp()) // STEP
    assert found == [None, None, present - 1, present, present + 1, None, None]
    assert SLACK == 1


def test_a_code_counts_once_and_none_before_it_any_more() -> None:
    now = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    present = int(now.timestamp()) // STEP
    code = pyotp.TOTP(SECRET).at(now)
    assert matching_step(SECRET, code, now, present - 1) == present
    assert matching_step(SECRET, code, now, present) is None
    assert matching_step(SECRET, code, now, present + 1) is None


def test_spaces_as_apps_show_them_do_not_matter_and_other_signs_do() -> None:
    now = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
    code = pyotp.TOTP(SECRET).at(now)
    assert matching_step(SECRET, f" {code[:3]} {code[3:]}\n", now, 0)
    for wrong in ("", code[:5], f"{code}0", f"{code[:5]}x", "０１２３４５"):
        assert matching_step(SECRET, wrong, now, 0) is None


def test_secrets_are_160_bits_and_different() -> None:
    made = {new_secret() for _ in range(20)}
    assert len(made) == 20
    assert {len(b32decode(secret)) for secret in made} == {20}


def test_the_picture_names_the_account_and_who_issued_it() -> None:
    link = address(SECRET, "heyutong", "dangan")
    assert link == f"otpauth://totp/dangan:heyutong?secret={SECRET}&issuer=dangan"
