"""Deeds of administrators: asked by one, done when another agrees. Root keys among them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.access.conftest import log_in
from tests.cast import written_events

from dangan.access import actions, consents, jobs, keys, queries
from dangan.access.models import Consent
from dangan.access.rules import Absent, Refused
from dangan.vault.actions import rotate
from dangan.vault.queries import epochs


@pytest.fixture
def people(make_account):
    return {
        "it": make_account("it", "it"),
        "it2": make_account("it2", "it"),
        "guard": make_account("guard", "security_admin"),
        "audit": make_account("audit", "auditor"),
        "liang": make_account("liang", "hr_manager"),
    }


def actor(people, who):
    return queries.actor_of(people[who])


def ask(people, who="it", kind=keys.ROTATE, **facts):
    return consents.ask(actor(people, who), kind=kind, facts=facts, reason="怀疑泄露")


def test_a_new_root_key_is_asked_by_it_and_agreed_by_the_security_administrator(people):
    before = epochs()[0].id
    request = ask(people)
    for who in ("it", "it2", "audit", "liang"):
        with pytest.raises(Refused):
            consents.agree(actor(people, who), consent=request)
    assert not ProcrastinateJob.objects.filter(task_name="keys.rotate_as_asked").exists()
    consents.agree(actor(people, "guard"), consent=request)
    assert ProcrastinateJob.objects.filter(task_name="keys.rotate_as_asked").count() == 1
    jobs.rotate_as_asked()
    assert epochs()[0].id == before + 1
    assert {("consent.ask", "done"), ("consent.agree", "done"), ("key.rotate", "done")} <= set(
        written_events()
    )


def test_who_agrees_cannot_ask_and_nobody_rotates_alone(people):
    for who in ("guard", "audit", "liang"):
        with pytest.raises(Refused):
            ask(people, who=who)
    for who in people:
        with pytest.raises(PermissionDenied):
            rotate(actor(people, who))


def test_an_old_root_key_is_destroyed_by_two_and_only_when_it_protects_nothing(people, console):
    old = epochs()[0].id
    with pytest.raises(consents.ConsentProblem, match="先更换主密钥"):
        ask(people, kind=keys.DESTROY, epoch=old)
    rotate(console)
    request = ask(people, kind=keys.DESTROY, epoch=old)
    consents.agree(actor(people, "guard"), consent=request)
    assert next(epoch for epoch in epochs() if epoch.id == old).destroyed_at is not None
    with pytest.raises(consents.ConsentProblem, match="已经销毁"):
        ask(people, kind=keys.DESTROY, epoch=old)


def test_a_request_of_somebody_who_lost_the_right_is_not_carried_out(people, console):
    request = ask(people)
    actions.revoke_role(console, account=people["it"], role="it")
    with pytest.raises(consents.ConsentProblem, match="申请人已没有"):
        consents.agree(actor(people, "guard"), consent=request)


def test_the_same_deed_waits_once_and_for_a_week(people):
    request = ask(people)
    with pytest.raises(consents.ConsentProblem, match="正在等待"):
        ask(people, who="it2")
    Consent.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(consents.ConsentProblem, match="过期"):
        consents.agree(actor(people, "guard"), consent=request)
    ask(people, who="it2")
    assert Consent.objects.get(pk=request).state == "expired"


def test_refused_and_taken_back_do_nothing(people):
    request = ask(people)
    with pytest.raises(Absent):
        consents.withdraw(actor(people, "it2"), consent=request)
    consents.withdraw(actor(people, "it"), consent=request)
    consents.refuse(actor(people, "guard"), consent=ask(people))
    assert not ProcrastinateJob.objects.filter(task_name="keys.rotate_as_asked").exists()


def test_the_database_itself_refuses_a_deed_of_one_person(people):
    row = Consent.objects.get(pk=ask(people))
    row.state, row.decided_by_id = "agreed", row.requested_by_id
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    row.decided_by_id = row.account_id = people["guard"]
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    row.decided_by_id = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_reason_is_needed_and_kept_sealed(people):
    with pytest.raises(consents.ConsentProblem, match="理由"):
        consents.ask(actor(people, "it"), kind=keys.ROTATE, reason=" 无 ")
    assert "怀疑泄露".encode() not in bytes(Consent.objects.get(pk=ask(people)).reason)


def test_the_pages_of_both_show_what_is_theirs(people):
    it, guard, liang = log_in("it"), log_in("guard"), log_in("liang")
    assert "使用中" in it.get("/keys/").content.decode()
    it.post("/keys/ask/", {"reason": "例行检查后更换"})
    mine, theirs = (browser.get("/consents/").content.decode() for browser in (it, guard))
    assert "收回申请" in mine
    assert "/agree/" not in mine
    assert "/agree/" in theirs
    assert "例行检查后更换" in theirs
    request = Consent.objects.get().pk
    assert guard.get("/keys/").status_code == liang.get("/consents/").status_code == 403
    guard.post(f"/consents/{request}/agree/")
    assert Consent.objects.get().state == "agreed"
    assert "已生效" in it.get("/consents/").content.decode()
