"""The first start: one code, one first administrator, two appointed, and then no such page."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from tests.access.conftest import PASSWORD, log_in
from tests.cast import written_events

from dangan.access import queries, set_up
from dangan.access.models import Account, Grant, SetUp
from dangan.access.rules import Absent

PAGE, APPOINT = "/first-administrator/", "/first-administrator/appoint/"
CHOSEN = "qidong-2026-anquan"


def form(code: str, **more: str) -> dict[str, str]:
    return {
        "code": code, "login": "guan", "name": "管一", "new": CHOSEN, "again": CHOSEN, **more,
    }  # fmt: skip


@pytest.fixture
def code(db: None) -> str:
    made = set_up.renew_code()
    assert made is not None
    return made


def test_an_empty_installation_leads_from_the_log_in_page_to_the_first_administrator(code):
    assert Client().get("/login/")["Location"] == PAGE
    browser = Client()
    text = browser.get(PAGE).content.decode()
    assert "安装码" in text
    assert code not in text
    answer = browser.post(PAGE, form(code.lower()))
    assert answer["Location"] == APPOINT
    first = Account.objects.get()
    assert [grant.role.key for grant in queries.actor_of(first.pk).grants] == ["it"]
    assert browser.get(PAGE).status_code == Client().get(PAGE).status_code == 404
    assert "指定另外两位管理员" in browser.get(APPOINT).content.decode()
    assert ("setup.first", "done") in written_events()
    assert set_up.renew_code() is None


def test_without_a_code_there_is_no_such_page(db):
    assert Client().get(PAGE).status_code == 404
    assert Client().get("/login/").status_code == 200


def test_a_wrong_an_old_and_a_replaced_code_make_nobody(code):
    browser = Client()
    assert "安装码不正确" in browser.post(PAGE, form("AAAA")).content.decode()
    newer = set_up.renew_code()
    assert browser.post(PAGE, form(code)).status_code == 422
    SetUp.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert browser.post(PAGE, form(newer)).status_code == 422
    assert not Account.objects.exists()
    assert ("setup.first", "failed") in written_events()


def test_guessing_is_throttled(code):
    browser = Client()
    for _guess in range(set_up.TRIES):
        browser.post(PAGE, form("AAAA"))
    assert "次数过多" in browser.post(PAGE, form(code)).content.decode()
    assert browser.post(PAGE, form(code), REMOTE_ADDR="10.0.0.7").status_code == 302


def test_a_weak_password_is_refused_and_the_code_stays_good(code):
    browser = Client()
    answer = browser.post(PAGE, form(code, new="12345678", again="12345678"))
    assert answer.status_code == 422
    assert not Account.objects.exists()
    assert browser.post(PAGE, form(code)).status_code == 302


def test_only_a_digest_of_the_code_is_kept(code):
    plain = code.replace("-", "").encode()
    assert plain not in bytes(SetUp.objects.get().digest)


def test_three_people_each_choose_their_own_password_and_the_page_is_gone(code):
    first = Client()
    first.post(PAGE, form(code))
    people = {"security_admin": ("wuer", "安二"), "auditor": ("wusan", "审三")}
    for role, (login, name) in people.items():
        answer = first.post(APPOINT, {"role": role, "login": login, "name": name})
        given = answer.context["code"]
        assert given in answer.content.decode()
        assert given not in first.get(APPOINT).content.decode()
        account = Account.objects.get(pk=Grant.objects.get(role=role).account_id)
        assert not account.has_usable_password()
        answer = Client().post(
            "/login/code/", {"login": login, "code": given, "new": CHOSEN, "again": CHOSEN}
        )
        assert "_auth_user_id" in log_in(login, CHOSEN).session
    assert first.get(APPOINT).status_code == 404
    assert SetUp.objects.get().done_at is not None
    Account.objects.all().delete()
    assert not set_up.waiting()


def test_somebody_appointed_gets_another_code_until_they_have_a_password(code):
    first = Client()
    first.post(PAGE, form(code))
    given = {"role": "auditor", "login": "shenji", "name": "审三"}
    one = first.post(APPOINT, given).context["code"]
    two = first.post(APPOINT, {"role": "auditor"}).context["code"]
    assert one != two
    assert Grant.objects.filter(role="auditor").count() == 1


def test_only_the_first_administrator_appoints_and_only_the_two(code, make_account):
    first = Client()
    first.post(PAGE, form(code))
    make_account("lu", "it")
    other = log_in("lu", PASSWORD)
    assert other.get(APPOINT).status_code == 404
    given = {"role": "auditor", "login": "wo", "name": "我"}
    assert other.post(APPOINT, given).status_code == 404
    first.post(APPOINT, given | {"role": "hr_manager"})
    assert not Grant.objects.filter(role__in=["hr_manager", "auditor"]).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_with_the_code_one_makes_the_administrator():
    code = set_up.renew_code()
    made: list[str] = []
    ready = threading.Barrier(2)

    def race(login: str) -> None:
        ready.wait()
        try:
            set_up.make_first(
                queries.unknown_actor(), code=code, login=login, name=login, password=CHOSEN
            )
            made.append(login)
        except Absent:
            pass
        finally:
            connection.close()

    racers = [threading.Thread(target=race, args=(login,)) for login in ("jia", "yi")]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    assert len(made) == 1
    assert Account.objects.count() == 1
