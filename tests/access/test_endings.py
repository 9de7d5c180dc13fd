"""Rights end at once: with the account at departure, with the place at transfer."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone
from tests.access.conftest import PASSWORD, log_in

from dangan.access import actions, leaving, queries
from dangan.access.models import Account, EndedGrant, Grant, Permit
from dangan.access.rules import Refused
from dangan.organization import actions as organization_actions


@pytest.fixture
def told(monkeypatch):
    """Who was told of which leaving."""
    heard = []
    monkeypatch.setattr(leaving, "_listeners", {})
    leaving.register("test", lambda _actor, account, why: heard.append((account, why)))
    return heard


def token_of(account) -> str:
    owner = queries.actor_of(account)
    return actions.create_token(owner, label="名册", scopes=["dictionary.view"], days=30).raw


def called_with(raw: str) -> int:
    return (
        Client().get("/api/v1/dictionary", headers={"Authorization": f"Bearer {raw}"}).status_code
    )


def test_with_the_account_end_session_token_grants_and_deputies(make_account, console, told):
    account = make_account("chen", "hr_specialist", subject=uuid4())
    browser, raw = log_in("chen"), token_of(account)
    assert browser.get("/people/").status_code == 200
    assert called_with(raw) == 200
    actions.end_account(console, account=account, reason="离职", number="LZ-2026-00001")
    assert browser.get("/people/")["Location"].startswith("/login/")
    assert called_with(raw) == 401
    assert not Grant.objects.filter(account=account).exists()
    ended = EndedGrant.objects.get(account=account)
    assert (ended.role, ended.why, ended.number) == ("hr_specialist", "departure", "LZ-2026-00001")
    assert told == [(account, "departure")]
    assert "_auth_user_id" not in log_in("chen").session


def test_an_ended_account_is_not_unlocked_but_reopened_without_its_roles(make_account, console):
    account = make_account("chen", "hr_specialist", subject=uuid4())
    actions.end_account(console, account=account, reason="离职")
    actions.end_account(console, account=account, reason="再来一次")
    guard = queries.actor_of(make_account("guard", "security_admin"))
    with pytest.raises(actions.AccountProblem, match="已离职"):
        actions.unlock_account(guard, account=account)
    actions.reopen_account(console, account=account, reason="再次入职")
    assert "_auth_user_id" not in log_in("chen", PASSWORD).session
    made = actions.reset_password(console, account=account)
    assert "_auth_user_id" in log_in("chen", made.password).session
    assert [grant.role.key for grant in queries.actor_of(account).grants] == ["employee"]


def test_nobody_ends_their_own_account(make_account):
    liang = queries.actor_of(make_account("liang", "hr_manager"))
    with pytest.raises(Refused):
        actions.end_account(liang, account=liang.id, reason="误点")
    assert Account.objects.get(pk=liang.id).is_active


def test_on_a_transfer_what_was_given_for_elsewhere_ends(make_account, console, units, told):
    account = make_account(
        "chen",
        ("head", units["财务部"]),
        ("leader", units["华东公司"]),
        "hr_manager",
        subject=uuid4(),
    )
    today = timezone.localdate()
    Grant.objects.create(
        account_id=account,
        role="hr_specialist",
        unit=units["华东公司"],
        granted_by=console.id,
        origin="temporary",
        begins=today,
        until=today,
    )
    browser, raw = log_in("chen"), token_of(account)
    path = (units["示例集团"], units["华东公司"], units["研发中心"])
    left = actions.end_grants_outside(console, account=account, unit_path=path, reason="调岗")
    roles = {grant.role for grant in Grant.objects.filter(pk__in=left)}
    assert roles == {"leader", "hr_manager"}
    assert Grant.objects.filter(account=account).count() == 2
    assert browser.get("/people/")["Location"].startswith("/login/")
    assert called_with(raw) == 401
    assert told == [(account, "transfer")]


def test_a_head_elsewhere_stays_head_as_the_organisation_says(make_account, console, units):
    person = uuid4()
    account = make_account("lu", subject=person)
    organization_actions.set_head(console, unit=units["研发中心"], head=person)
    path = (units["示例集团"], units["华南公司"])
    actions.end_grants_outside(console, account=account, unit_path=path, reason="调岗")
    assert "head" in {grant.role.key for grant in queries.actor_of(account).grants}
    organization_actions.set_head(console, unit=units["研发中心"], head=None)
    assert "head" not in {grant.role.key for grant in queries.actor_of(account).grants}


def test_permits_end_with_the_account(make_account, console):
    account, now = make_account("chen", "hr_specialist"), timezone.now()
    permits = [
        Permit.objects.create(
            account_id=account,
            subject=uuid4(),
            info_set="identity",
            fields=["id_number"],
            action="reveal",
            begins=now + timedelta(hours=start),
            ends=now + timedelta(hours=start + 8),
            purpose=b"",
            granted_by=console.id,
        )
        for start in (-2, 2)
    ]
    actions.end_account(console, account=account, reason="离职")
    assert Permit.objects.get().id == permits[0].id
    assert Permit.objects.get().ends <= timezone.now()


def test_a_role_that_lapses_takes_its_page_away_at_once(make_account, console):
    account = make_account("chen", subject=uuid4())
    today = timezone.localdate()
    actions.grant_role(console, account=account, role="hr_specialist", until=today)
    browser = log_in("chen")
    assert browser.get("/people/").status_code == 200
    Grant.objects.filter(account=account).update(until=today - timedelta(days=1))
    assert browser.get("/people/").status_code == 403
