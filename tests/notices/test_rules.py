"""When a mail goes, when it is tried again, what the three services are sent."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dangan.notices.rules import robots
from dangan.notices.rules.outbox import GIVE_UP_AFTER, TROUBLES, Trouble, next_try
from dangan.notices.rules.wishes import ZONE, Wish, after_quiet, goes_at, next_daily
from dangan.organization.calendar.rules import Calendar, SpecialDay

CALENDAR = Calendar.of([SpecialDay(datetime(2026, 10, 1).date(), "holiday", "国庆节")])
NOON = datetime(2026, 9, 30, 12, 10, tzinfo=ZONE)  # a Wednesday
AWAKE = Wish(quiet=None)


def at(day: int, hour: int, minute: int = 0, month: int = 9) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def test_at_once_hourly_daily():
    assert goes_at(AWAKE, NOON, CALENDAR) == NOON
    assert goes_at(Wish(digest="hourly"), NOON, CALENDAR) == at(30, 13)
    assert goes_at(Wish(digest="daily"), NOON, CALENDAR) == at(2, 8, 30, month=10)  # 1st is off
    assert next_daily(at(29, 8), CALENDAR) == at(29, 8, 30)
    assert next_daily(at(29, 8, 30), CALENDAR) == at(30, 8, 30)


def test_urgent_waits_for_no_digest_but_for_the_end_of_quiet_hours():
    daily = Wish(digest="daily")
    assert goes_at(daily, NOON, CALENDAR, urgent=True) == NOON
    assert goes_at(daily, at(29, 23), CALENDAR, urgent=True) == at(30, 7)


def test_quiet_hours_over_midnight_and_within_a_day():
    night, noon = (time(22), time(7)), (time(12), time(14))
    assert after_quiet(at(29, 22), night) == at(30, 7)
    assert after_quiet(at(29, 3), night) == at(29, 7)
    assert after_quiet(at(29, 7), night) == at(29, 7)
    assert after_quiet(at(29, 21, 59), night) == at(29, 21, 59)
    assert after_quiet(at(29, 13), noon) == at(29, 14)
    assert after_quiet(at(29, 11), noon) == at(29, 11)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)),
    st.sampled_from(["at_once", "hourly", "daily"]),
    st.times(),
    st.times(),
)
def test_nothing_goes_earlier_or_within_quiet_hours(moment, digest, begins, ends):
    now = moment.replace(tzinfo=ZONE)
    due = goes_at(Wish(digest=digest, quiet=(begins, ends)), now, CALENDAR)
    assert due >= now
    assert due - now < timedelta(days=9)
    assert after_quiet(due, (begins, ends)) == due


def test_it_is_tried_again_ever_more_rarely_for_three_days():
    now = at(1, 9)
    waits = [next_try(n, now, now) - now for n in range(1, 9)]
    assert waits[:4] == [timedelta(minutes=m) for m in (1, 2, 4, 8)]
    assert waits[-1] == timedelta(hours=1)
    assert next_try(200, now, now + GIVE_UP_AFTER - timedelta(minutes=1)) is not None
    assert next_try(3, now, now + GIVE_UP_AFTER) is None


# --- signatures: worked out by hand from the services' own descriptions -----------------------


def test_the_signature_of_dingtalk():
    secret = "this is secret"
    made = robots.call("dingtalk", "t", "x", "https://h/", secret=secret, now=1577262236.757)
    assert made.params["timestamp"] == "1577262236757"
    text = b"1577262236757\nthis is secret"
    expected = base64.b64encode(hmac.new(b"this is secret", text, hashlib.sha256).digest())
    assert made.params["sign"].encode() == expected


def test_the_signature_of_feishu_turns_key_and_message_round():
    made = robots.call("feishu", "t", "x", "https://h/", secret="demo", now=1599360473.2)
    assert made.body["timestamp"] == "1599360473"
    expected = base64.b64encode(hmac.new(b"1599360473\ndemo", b"", hashlib.sha256).digest())
    assert made.body["sign"].encode() == expected
    assert made.params == {}


def test_wecom_needs_no_signature_and_an_unsigned_robot_gets_none():
    assert robots.call("wecom", "t", "x", "https://h/", secret="", now=1).params == {}
    assert robots.call("dingtalk", "t", "x", "https://h/", secret="", now=1).params == {}
    assert "sign" not in robots.call("feishu", "t", "x", "https://h/", secret="", now=1).body


def test_no_label_makes_a_link_of_its_own():
    made = robots.call("wecom", "[x](https://evil)", "*b*", "https://h/", secret="", now=1)
    content = made.body["markdown"]["content"]
    assert content.count("](") == 1
    assert "](https://h/)" in content


# --- addresses ----------------------------------------------------------------------------------

GOOD = {
    "wecom": ("qyapi.weixin.qq.com", "/cgi-bin/webhook/send"),
    "dingtalk": ("oapi.dingtalk.com", "/robot/send"),
    "feishu": ("open.feishu.cn", "/open-apis/bot/v2/hook/abc"),
}


@pytest.mark.parametrize("kind", sorted(GOOD))
def test_an_address_of_the_service_is_taken(kind: str):
    host, path = GOOD[kind]
    robots.check_address(kind, robots.Parts("https", host, None, path), frozenset())


@pytest.mark.parametrize("kind", sorted(GOOD))
@pytest.mark.parametrize(
    "changed",
    [
        {"scheme": "http"},
        {"scheme": "file"},
        {"host": "127.0.0.1"},
        {"host": "169.254.169.254"},
        {"host": "qyapi.weixin.qq.com.evil.example"},
        {"host": "localhost"},
        {"port": 8443},
        {"path": "/other"},
        {"user": "a:b"},
    ],
)
def test_any_other_address_is_refused(kind: str, changed: dict):
    host, path = GOOD[kind]
    parts = {"scheme": "https", "host": host, "port": None, "path": path} | changed
    with pytest.raises(robots.BadAddress):
        robots.check_address(kind, robots.Parts(**parts), frozenset())


def test_a_gateway_is_called_only_as_it_was_named():
    allowed = frozenset({"10.0.0.8:8080"})
    robots.check_address("wecom", robots.Parts("http", "10.0.0.8", 8080, "/x"), allowed)
    for host, port in (("10.0.0.8", None), ("10.0.0.8", 22), ("10.0.0.9", 8080)):
        with pytest.raises(robots.BadAddress):
            robots.check_address("wecom", robots.Parts("http", host, port, "/x"), allowed)


@pytest.mark.parametrize(
    ("kind", "status", "answer", "trouble"),
    [
        ("wecom", 200, {"errcode": 0, "errmsg": "ok"}, None),
        ("wecom", 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, "robot_key"),
        ("wecom", 200, {"errcode": 45009}, "robot_rate"),
        ("dingtalk", 200, {"errcode": 310000, "errmsg": "sign not match"}, "robot_sign"),
        ("dingtalk", 200, {"errcode": 99}, "robot_refused"),
        ("feishu", 200, {"code": 0, "msg": "success"}, None),
        ("feishu", 200, {"code": 19021}, "robot_sign"),
        ("feishu", 200, {"errcode": 0}, "not_json"),
        ("feishu", 200, None, "not_json"),
        ("feishu", 200, ["x"], "not_json"),
        ("wecom", 500, None, "http"),
        ("wecom", 302, None, "http"),
        ("wecom", 429, None, "robot_rate"),
    ],
)
def test_only_a_zero_is_a_success(kind, status, answer, trouble):
    if trouble is None:
        robots.outcome(kind, status, answer)
        return
    with pytest.raises(Trouble) as met:
        robots.outcome(kind, status, answer)
    assert met.value.key == trouble


def test_every_trouble_has_a_sentence():
    named = {key for service in robots.SERVICES.values() for key in service.troubles.values()}
    assert named <= TROUBLES.keys()
    assert all(len(str(message)) > 4 for message in TROUBLES.values())
