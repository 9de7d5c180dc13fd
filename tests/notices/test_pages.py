"""The bell, the page, the settings, the channels."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dangan.access.models import Account
from dangan.notices.actions import tell
from dangan.notices.models import Delivery, Notice, Preference, Robot

pytestmark = pytest.mark.django_db
CASE = {"number": "XG-2026-00012", "label": "信息变更"}
STEP = CASE | {"step": "人力资源审核"}


def account_of(client) -> Account:
    return Account.objects.get(pk=client.session["_auth_user_id"])


def told(client, times: int = 1) -> None:
    for _ in range(times):
        tell(accounts=[account_of(client).pk], topic="case.returned", url="/me/", facts=CASE)


def test_the_bell_counts_and_unfolds(browser):
    client = browser(name="沈知微")
    page = client.get("/notices/").content.decode()
    assert "data-bell=" in page
    assert "还没有通知" in page
    told(client, 3)
    assert client.get("/notices/count/").json() == {"unread": 3}
    panel = client.get("/notices/panel/").content.decode()
    assert panel.count("信息变更 XG-2026-00012 已退回") == 3
    assert "3 条未读" in panel


def test_following_a_notice_reads_it(browser):
    client = browser(name="沈知微")
    told(client)
    notice = Notice.objects.get()
    answer = client.get(f"/notices/{notice.id}/")
    assert answer.headers["Location"] == "/me/"
    assert client.get("/notices/count/").json() == {"unread": 0}
    other = browser(name="罗文博")
    assert other.get(f"/notices/{notice.id}/").status_code == 404


def test_the_bell_asking_by_itself_keeps_no_session_alive(browser):
    client = browser(name="沈知微")
    client.get("/notices/")
    session = client.session
    session["seen"] = 1
    session.save()
    client.get("/notices/count/", headers={"X-Background": "1"})
    assert client.session["seen"] == 1
    client.get("/notices/count/")
    assert client.session["seen"] > 1


def test_somebody_unknown_is_sent_to_log_in(client):
    assert client.get("/notices/count/").status_code == 302
    assert client.get("/notices/").status_code == 302


def test_the_page_filters_pages_and_marks(browser):
    client = browser(name="沈知微")
    told(client, 60)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/notices/").content.decode()
    assert len(asked) <= 12
    assert "第 1–50 条" in page
    assert client.get("/notices/?page=2").content.decode().count('class="note-go"') == 10
    assert "没有未读的通知" in client.get("/notices/?group=rights&show=unread").content.decode()
    for odd in ("?page=x", "?page=-1", "?page=99999999", "?group=nothing", "?show=odd"):
        assert client.get(f"/notices/{odd}").status_code == 200
    one = Notice.objects.first()
    back = client.post("/notices/read/", {"notice": str(one.id), "back": "?group=cases"})
    assert back.headers["Location"] == "/notices/?group=cases"
    assert client.get("/notices/count/").json() == {"unread": 59}
    away = client.post("/notices/read/", {"all": "1", "back": "?x=//evil.example"})
    assert away.headers["Location"] == "/notices/"
    assert client.get("/notices/count/").json() == {"unread": 0}
    assert client.post("/notices/read/", {"notice": "no-id"}).status_code == 404


def test_settings_are_kept_and_wrong_ones_said(browser):
    client = browser(name="沈知微")
    assert "还没有设置邮件服务器" in client.get("/notices/settings/").content.decode()
    given = {
        "digest": "daily", "quiet": "on", "quiet_from": "21:00", "quiet_until": "08:00",
        "language": "en", "mail_tasks": "on",
    }  # fmt: skip
    assert client.post("/notices/settings/", given).status_code == 302
    kept = Preference.objects.get()
    assert (kept.digest, kept.language) == ("daily", "en")
    assert kept.mail == {"cases": False, "rights": False, "reminders": False, "own": False}
    refused = client.post("/notices/settings/", given | {"quiet_until": "", "digest": "weekly"})
    assert refused.status_code == 422
    assert "要填时间" in refused.content.decode()
    same = client.post("/notices/settings/", given | {"quiet_until": "21:00"})
    assert "不能相同" in same.content.decode()
    assert Preference.objects.get().digest == "daily"


ROBOT = {
    "kind": "wecom", "label": "项目群", "groups": ["tasks"], "per_minute": "10",
    "language": "zh-hans",
}  # fmt: skip


def test_channels_are_set_up_on_a_page(browser, receiver):
    client = browser("it")
    url = f"http://{receiver.host}/cgi-bin/webhook/send?key=top-secret"
    assert "还没有机器人" in client.get("/notices/channels/").content.decode()
    assert client.post("/notices/channels/robots/new/", ROBOT | {"url": url}).status_code == 302
    robot = Robot.objects.get()
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/notices/channels/").content.decode()
    assert len(asked) <= 12
    assert "项目群" in page
    form = client.get(f"/notices/channels/robots/{robot.id}/").content.decode()
    assert "top-secret" not in page + form
    tested = client.post(f"/notices/channels/robots/{robot.id}/test/", follow=True)
    assert "测试消息已发到群里" in tested.content.decode()
    receiver.answer = {"errcode": 93000}
    tested = client.post(f"/notices/channels/robots/{robot.id}/test/", follow=True)
    assert "机器人的地址无效" in tested.content.decode()
    assert "93000" in tested.content.decode()
    changed = {key: value for key, value in ROBOT.items() if key != "kind"} | {"label": "新名"}
    assert client.post(f"/notices/channels/robots/{robot.id}/", changed).status_code == 302
    assert Robot.objects.get().label == "新名"
    client.post(f"/notices/channels/robots/{robot.id}/switch/", {"active": "0"})
    assert not Robot.objects.get().active


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"url": "https://127.0.0.1/"}, "这不是企业微信机器人的地址"),
        ({"url": "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1"}, "https://"),
        ({"groups": []}, "这个字段是必填项"),
        ({"per_minute": "500"}, "100"),
        ({"kind": "slack"}, "slack"),
        ({"groups": ["own"]}, "own"),
    ],
)
def test_a_wrong_robot_is_refused_with_the_reason(browser, receiver, changed, said):
    client = browser("it")
    given = ROBOT | {"url": f"http://{receiver.host}/x"} | changed
    answer = client.post("/notices/channels/robots/new/", given)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert Robot.objects.count() == 0


def test_what_failed_is_listed_and_tried_again(browser):
    client = browser("it")
    failed = Delivery.objects.create(
        account=account_of(client).pk, topic="case.agreed", url="/", facts=CASE, state="failed",
        created_at=timezone.now(), due_at=timezone.now(), attempts=40, error="login", code=535,
    )  # fmt: skip
    page = client.get("/notices/channels/").content.decode()
    assert "邮件服务器不接受用户名和密码" in page
    client.post("/notices/channels/retry/", {"delivery": str(failed.id)})
    assert Delivery.objects.get().state == "waiting"
    assert client.post("/notices/channels/retry/", {"delivery": str(failed.id)}).status_code == 404


def test_a_test_mail_is_one_click(browser, mailbox):
    client = browser("it")
    assert "发件人 hr@example.com" in client.get("/notices/channels/").content.decode()
    sent = client.post("/notices/channels/mail/test/", follow=True)
    assert "测试邮件已交给邮件服务器" in sent.content.decode()
    assert len(mailbox.messages) == 1


@pytest.mark.parametrize("role", ["", "head", "hr_specialist", "hr_manager", "auditor"])
def test_channels_are_for_those_who_keep_them(browser, role):
    if role:
        client = browser(role, unit="研发中心" if role == "head" else None)
    else:
        client = browser(name="沈知微")
    assert client.get("/notices/channels/").status_code == 403
    for path in ("mail/test/", "retry/", "robots/new/"):
        assert client.post(f"/notices/channels/{path}").status_code == 403


def test_the_channels_page_names_no_host_of_the_settings(browser, mailbox):
    host = settings.DANGAN.mail_url.partition("//")[2]
    assert host not in browser("it").get("/notices/channels/").content.decode()
