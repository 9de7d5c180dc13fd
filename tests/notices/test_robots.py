"""Robots speak with the right signature, no faster than allowed, and never anywhere else."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone
from tests.cast import written_events

from dangan.notices import actions, queries
from dangan.notices.actions import BadRobot, CannotTest, RobotPlan, tell
from dangan.notices.carrying.outbox import deliver
from dangan.notices.carrying.robots import Access
from dangan.notices.models import Delivery, Robot
from dangan.notices.rules.robots import BadAddress

pytestmark = pytest.mark.django_db
STEP = {"number": "DG-2026-00003", "label": "调岗", "step": "法务审核"}
SECRET = "SECdemo"
PATHS = {
    "wecom": "/cgi-bin/webhook/send?key=k1",
    "dingtalk": "/robot/send?access_token=t1",
    "feishu": "/open-apis/bot/v2/hook/h1",
}


@pytest.fixture
def it(cast):
    return cast.actor("it")


def plan(receiver, kind="wecom", **changed) -> RobotPlan:
    access = Access(f"http://{receiver.host}{PATHS[kind]}", "" if kind == "wecom" else SECRET)
    given = {"label": f"{kind}群", "groups": ["tasks"], "access": access, "per_minute": 15}
    return RobotPlan(**given | changed)


def say_it(times: int = 1) -> None:
    for _ in range(times):
        tell(accounts=[], topic="task.assigned", url="/cases/1/", facts=STEP)
    Delivery.objects.update(due_at=timezone.now())  # whatever the hour of this test


def signed(kind: str, query: dict, body: dict) -> bool:
    """Whether a call carries the signature that the service's own document describes."""
    if kind == "dingtalk":
        stamp = query["timestamp"][0]
        digest = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256)
        fresh = abs(int(stamp) / 1000 - timezone.now().timestamp()) < 60
        return fresh and query["sign"] == [base64.b64encode(digest.digest()).decode()]
    if kind == "feishu":
        stamp = body["timestamp"]
        digest = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256)
        fresh = abs(int(stamp) - timezone.now().timestamp()) < 60
        return fresh and body["sign"] == base64.b64encode(digest.digest()).decode()
    return query == {"key": ["k1"]} and "sign" not in body


@pytest.mark.parametrize("kind", sorted(PATHS))
def test_a_message_is_signed_as_its_service_wants(it, receiver, kind):
    actions.add_robot(it, kind=kind, plan=plan(receiver, kind))
    say_it()
    assert deliver().sent == 1
    path, query, body = receiver.calls[0]
    assert path == PATHS[kind].partition("?")[0]
    assert signed(kind, query, body)
    said = str(body)
    assert "调岗 DG-2026-00003 等待办理" in said
    assert "/cases/1/" in said


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ({"errcode": 93000, "errmsg": "invalid"}, 200, "robot_key"),
        ({"errcode": 45009}, 200, "robot_rate"),
        (None, 200, "not_json"),
        ({"errcode": 0}, 500, "http"),
        ({"errcode": 0}, 302, "http"),
    ],
)
def test_an_error_code_is_a_failure_and_tried_again(it, receiver, answer, status, error):
    robot = actions.add_robot(it, kind="wecom", plan=plan(receiver))
    receiver.answer, receiver.status = answer, status
    say_it()
    assert deliver().retried == 1
    assert Delivery.objects.get().error == error
    assert len(receiver.calls) == 1  # a redirect is not followed
    with pytest.raises(CannotTest):
        actions.test_robot(it, robot=robot)
    receiver.answer, receiver.status = {"errcode": 0}, 200
    assert deliver(timezone.now() + timedelta(minutes=2)).sent == 1


def test_no_more_a_minute_than_allowed(it, receiver):
    actions.add_robot(it, kind="wecom", plan=plan(receiver, per_minute=3))
    say_it(8)
    now = timezone.now()
    assert deliver(now).sent == 3
    assert deliver(now + timedelta(seconds=30)).sent == 0
    assert deliver(now + timedelta(seconds=61)).sent == 3
    assert deliver(now + timedelta(seconds=130)).sent == 2


def test_a_robot_that_is_off_says_nothing_but_can_be_tested(it, receiver):
    robot = actions.add_robot(it, kind="wecom", plan=plan(receiver))
    say_it()
    actions.switch_robot(it, robot=robot, active=False)
    assert deliver().dropped == 1
    say_it()
    assert Delivery.objects.filter(state="waiting").count() == 0
    actions.test_robot(it, robot=robot)
    assert len(receiver.calls) == 1
    names = [name for name, _ in written_events(it)]
    assert names == ["robot.add", "robot.disable", "robot.test"]


@pytest.mark.parametrize(
    "url",
    [
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1",
        "https://127.0.0.1/cgi-bin/webhook/send",
        "https://169.254.169.254/latest/meta-data/",
        "https://qyapi.weixin.qq.com@127.0.0.1/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com:22/cgi-bin/webhook/send",
        "https://qyapi.weixin.qq.com/other",
        "ftp://qyapi.weixin.qq.com/",
        "https://[::1",
        "",
    ],
)
def test_no_robot_leads_into_the_inner_network(it, receiver, url):
    access = Access(url)
    with pytest.raises(BadAddress):
        actions.add_robot(it, kind="wecom", plan=plan(receiver, access=access))
    robot = actions.add_robot(it, kind="wecom", plan=plan(receiver))
    with pytest.raises(BadAddress):
        actions.edit_robot(it, robot=robot, plan=plan(receiver, access=access))
    assert receiver.calls == []


def test_an_address_no_longer_allowed_is_not_called(it, receiver, monkeypatch):
    actions.add_robot(it, kind="wecom", plan=plan(receiver))
    say_it()
    monkeypatch.setattr(settings.DANGAN, "allow_robot_hosts", [])
    assert deliver().retried == 1
    assert receiver.calls == []
    assert Delivery.objects.get().error == "bad_address"


def test_address_and_secret_are_sealed_and_never_shown(it, receiver):
    robot = actions.add_robot(it, kind="dingtalk", plan=plan(receiver, "dingtalk"))
    row = Robot.objects.get()
    assert b"access_token" not in bytes(row.sealed)
    assert SECRET.encode() not in bytes(row.sealed)
    assert "t1" not in repr(queries.robot(it, robot))
    assert SECRET not in repr(plan(receiver, "dingtalk"))


def test_a_robot_is_changed_without_its_address(it, receiver):
    robot = actions.add_robot(it, kind="wecom", plan=plan(receiver))
    actions.edit_robot(it, robot=robot, plan=plan(receiver, label="新名", access=None))
    say_it()
    assert deliver().sent == 1
    other = plan(receiver, label="新名", access=Access(f"http://{receiver.host}/else?key=k2"))
    actions.edit_robot(it, robot=robot, plan=other)
    actions.test_robot(it, robot=robot)
    assert receiver.calls[-1][0] == "/else"


def test_a_robot_swapped_in_the_table_does_not_open(it, receiver):
    one = actions.add_robot(it, kind="wecom", plan=plan(receiver))
    two = actions.add_robot(it, kind="wecom", plan=plan(receiver, label="另一个"))
    Robot.objects.filter(pk=one).update(sealed=Robot.objects.get(pk=two).sealed)
    with pytest.raises(CannotTest, match="不能打开"):
        actions.test_robot(it, robot=one)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"label": " "}, "label"),
        ({"groups": []}, "groups"),
        ({"groups": ["nothing"]}, "groups"),
        ({"per_minute": 0}, "per_minute"),
        ({"per_minute": 101}, "per_minute"),
    ],
)
def test_a_bad_robot_is_refused_with_the_place(it, receiver, changed, field):
    with pytest.raises(BadRobot) as bad:
        actions.add_robot(it, kind="wecom", plan=plan(receiver, **changed))
    assert bad.value.field == field
    assert Robot.objects.count() == 0


def test_two_robots_have_two_names(it, receiver):
    actions.add_robot(it, kind="wecom", plan=plan(receiver))
    with pytest.raises(BadRobot, match="同名"):
        actions.add_robot(it, kind="wecom", plan=plan(receiver))
