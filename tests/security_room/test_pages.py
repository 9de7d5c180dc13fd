"""The pages of the room: who opens them, what stands there, how few statements they take."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cast import Cast
from tests.security_room.conftest import Join
from tests.statements import own

from dangan.dossiers.models import Subject
from dangan.security.alarms import raise_alarm
from dangan.security.models import Alarm, Budget, Canary, Extension, Trip

PAGES = {
    "home": {"security_admin", "auditor", "privacy_officer"},
    "alarms": {"security_admin", "auditor", "privacy_officer"},
    "budgets": {"security_admin", "auditor", "privacy_officer"},
    "reports": {"security_admin", "auditor", "privacy_officer"},
    "checks": {"security_admin", "it"},
    "canaries": {"security_admin"},
}
ROLES = ("security_admin", "auditor", "privacy_officer", "it", "hr_manager", "hr_specialist")


@pytest.mark.parametrize("name", PAGES)
def test_pages_open_to_whom_they_are_for(cast: Cast, join: Join, name: str) -> None:
    for role in ROLES:
        answer = join(role).browser().get(reverse(f"security:{name}"))
        assert answer.status_code == (200 if role in PAGES[name] else 403), (role, name)


@pytest.mark.parametrize("name", [name for name in PAGES if name != "checks"])
def test_few_statements(cast: Cast, join: Join, name: str) -> None:
    for number in range(12):
        raise_alarm("bulk", story=str(number), measure=number + 1)
    browser = join("security_admin").browser()
    browser.get(reverse(f"security:{name}"))
    with CaptureQueriesContext(connection) as asked:
        assert browser.get(reverse(f"security:{name}")).status_code == 200
    # The overview also says when a restore was proved last: the room of back-ups is asked.
    most = 16 if name == "home" else 15
    assert len(own(asked)) <= most, "\n".join(sql[:150] for sql in own(asked))


def test_an_alarm_is_taken_up_and_closed(cast: Cast, join: Join) -> None:
    alarm = raise_alarm("spray", story="s", address="192.0.2.7", facts={"accounts": 6, "tries": 9})
    assert alarm is not None
    browser = join("security_admin").browser()
    page = browser.get(reverse("security:alarm", args=[alarm.id])).content.decode()
    assert "192.0.2.7" in page and "对许多账号试密码" in page and "我来核查" in page
    browser.post(reverse("security:take", args=[alarm.id]))
    close = reverse("security:close", args=[alarm.id])
    short = browser.post(close, {"finding": "real", "reason": "短"})
    assert short.status_code == 422 and "至少 4 个字" in short.content.decode()
    browser.post(close, {"finding": "real", "reason": "已在防火墙拦住来源"})
    assert Alarm.objects.get().state == "closed"
    auditor = join("auditor").browser().get(reverse("security:alarm", args=[alarm.id]))
    assert "已在防火墙拦住来源" in auditor.content.decode()
    assert "/audit/?" in auditor.content.decode()


def test_over_budget_a_page_says_how_long_and_whom_to_ask(cast: Cast, join: Join) -> None:
    Budget.objects.filter(role="hr_specialist").update(per_hour=1, per_day=2)
    hr = join("hr_specialist", name="何雨桐")
    browser = hr.browser()
    first = reverse("dossiers:dossier", args=[cast.people["沈知微"]])
    second = reverse("dossiers:dossier", args=[cast.people["俞书衡"]])
    assert browser.get(first).status_code == 200
    answer = browser.get(second)
    assert answer.status_code == 429 and int(answer["Retry-After"]) > 3000
    page = answer.content.decode()
    assert "一小时内最多打开 1 份档案" in page and reverse("security:extension") in page
    assert "俞书衡" not in page
    told = hr.call("GET", f"/subjects/{cast.people['俞书衡']}")
    assert told.status_code == 429 and told.json()["type"].endswith("too-many")


def test_another_person_gives_more_for_the_day(cast: Cast, join: Join) -> None:
    Budget.objects.filter(role="hr_specialist").update(per_hour=1, per_day=1)
    hr = join("hr_specialist", name="何雨桐").browser()
    ask = reverse("security:extension")
    assert "今天没有申请" in hr.get(ask).content.decode()
    assert hr.post(ask, {"people": "5", "reason": "短"}).status_code == 422
    hr.post(ask, {"people": "5", "reason": "年底合同续签，逐人核对"})
    extension = Extension.objects.get()
    decide = reverse("security:decide", args=[extension.id])
    assert hr.post(decide, {"verdict": "agree"}).status_code == 403
    assert join("finance").browser().post(decide, {"verdict": "agree"}).status_code == 403
    guard = join("security_admin").browser()
    assert "年底合同续签" in guard.get(reverse("security:extensions")).content.decode()
    guard.post(decide, {"verdict": "agree"})
    for name in ("沈知微", "俞书衡", "陆怀瑾"):
        page = reverse("dossiers:dossier", args=[cast.people[name]])
        assert hr.get(page).status_code == 200
    assert "已同意" in hr.get(ask).content.decode()


def test_budgets_are_changed_by_security_only(cast: Cast, join: Join) -> None:
    page = reverse("security:budget", args=["head"])
    numbers = {"per_hour": "20", "per_day": "80", "exported_per_day": "0"}
    assert join("auditor").browser().post(page, numbers).status_code == 403
    guard = join("security_admin").browser()
    assert guard.post(page, numbers | {"per_day": "3"}).status_code == 422
    guard.post(page, numbers)
    row = Budget.objects.get(role="head")
    assert (row.per_hour, row.per_day, row.exported_per_day) == (20, 80, 0)
    assert guard.get(reverse("security:budget", args=["nobody"])).status_code == 404


def test_a_canary_takes_two_people(cast: Cast, join: Join) -> None:
    guard, hr = join("security_admin").browser(), join("hr_manager", name="梁慎行").browser()
    guard.post(reverse("security:canaries"), {"unit": str(cast.units["研发中心"])})
    canary = Canary.objects.get()
    page = reverse("security:canary", args=[canary.id])
    assert guard.get(page).status_code == 403
    form = hr.get(page)
    assert form.status_code == 200
    initial = {key: field.value() for key, field in _bound(form)}
    answer = hr.post(page, initial | {"verdict": "plant"})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    canary.refresh_from_db()
    assert canary.state == "planted"
    made = Subject.objects.order_by("-created_at")[0]
    assert made.unit == cast.units["研发中心"]
    assert str(made.id) not in guard.get(reverse("security:canaries")).content.decode()
    join("hr_specialist").browser().get(reverse("dossiers:dossier", args=[made.id]))
    alarm = Alarm.objects.get(kind="canary")
    assert alarm.grade == 3 and not Trip.objects.filter(settled_at=None).exists()


def _bound(answer):  # type: ignore[no-untyped-def]  # a template's form
    form = answer.context["form"]
    return [(bound.name, bound) for bound in form]
