"""From the newcomer's form to filed: HR confirms, and the newcomer's case goes on by itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from tests.collection.conftest import Newcomer, invited, the_form
from tests.collection.test_decide import confirming
from tests.lifecycle.conftest import Firm, account_of, draft, today

from dangan.access.models import Account
from dangan.access.rules import Refused
from dangan.dictionary.rules import Message
from dangan.dossiers.collection.handing import Confirmed
from dangan.dossiers.models import Subject
from dangan.lifecycle import entering, gates
from dangan.lifecycle.models import Movement
from dangan.lifecycle.rules.checks import NEEDED
from dangan.workflow.models import Case

BACKEND = "dangan.access.backends.SealedLogin"

__all__ = ["invited"]

Desk = Callable[[str], Client]


@pytest.fixture
def desk(firm: Firm) -> Desk:
    """``desk("何雨桐")`` has signed in."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(Account.objects.get(pk=account_of(firm, name)), BACKEND)
        return client

    return sign_in


@pytest.fixture
def submitted(firm: Firm, invited: Callable[..., Newcomer]) -> Newcomer:
    """A newcomer whose form lies before HR."""
    newcomer = invited().come_in()
    newcomer.fill_identity()
    newcomer.browser.post("/collect/submit/")
    return newcomer


def confirm(client: Client, firm: Firm, **more: str) -> HttpResponse:
    return client.post(f"/collection/{the_form().id}/confirm/", confirming(firm.cast, **more))


def test_hr_confirms_and_the_newcomer_is_filed_in_the_end(
    firm: Firm, desk: Desk, submitted: Newcomer
) -> None:
    hr = desk("何雨桐")
    page = hr.get(confirm(hr, firm)["Location"]).content.decode()
    case = Case.objects.get(kind="newcomer")
    assert re.search(rf'<a href="/flows/{case.id}/">{case.number}</a>', page)
    assert (case.subject, case.state) == (the_form().subject, "open")
    assert Subject.objects.get(pk=case.subject).state == "confirmed"

    results = {f"result-{code}": "1" for code in NEEDED}
    filled = desk("梁慎行").post(f"/flows/{case.id}/fill/checks/", results)
    assert filled.status_code == 302, filled.content.decode()
    for name, step in (("陆怀瑾", "head"), ("领导", "leader")):
        version = Case.objects.get(pk=case.pk).version
        data = {"step": step, "version": version, "words": "同意"}
        assert desk(name).post(f"/flows/{case.id}/agree/", data).status_code == 302
    case.refresh_from_db()
    assert case.state == "agreed"
    assert Subject.objects.get(pk=case.subject).state == "filed"
    assert "已生效" in hr.get(f"/collection/{the_form().id}/").content.decode()


def test_a_day_too_early_is_told_beside_its_field_and_undoes_all(
    firm: Firm, desk: Desk, submitted: Newcomer
) -> None:
    long_ago = (today() - timedelta(days=400)).isoformat()
    page = confirm(desk("何雨桐"), firm, **{"post-v-joined": long_ago})
    assert page.status_code == 422
    assert "生效日期最早可以填" in page.content.decode()
    assert the_form().state == "submitted"
    assert not Movement.objects.exists()


def test_who_may_not_start_movements_confirms_nothing(firm: Firm) -> None:
    subject = draft(firm)
    confirmed = Confirmed(uuid4(), subject, UUID(firm.unit("销售部")), today())
    with pytest.raises(Refused, match="你不能在这个部门发起"):
        entering.begin(firm.actor("罗文博"), confirmed)
    assert not Movement.objects.exists()


def test_a_barred_post_waits_for_words_of_exception(
    firm: Firm, desk: Desk, submitted: Newcomer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "_gates", [lambda _asked: [Message("没有参加保密培训。")]])
    hr = desk("何雨桐")
    page = hr.get(confirm(hr, firm)["Location"]).content.decode()
    assert the_form().state == "confirmed"
    assert not Movement.objects.exists()
    assert f'href="/movements/start/newcomer/{the_form().subject}/"' in page
