"""Accounts: made sealed, found by token, reset, locked."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection

from dangan.access import actions, queries
from dangan.access.models import Account, RightsRequest
from dangan.access.rules import Refused


def test_an_account_is_sealed_and_found_by_its_login_name(console):
    made = actions.create_account(console, login="heyutong", name="何雨桐")
    row = Account.objects.get(pk=made.id)
    assert check_password(made.password, row.password)
    assert row.password.startswith("argon2$")
    assert row.must_change_password
    actor = queries.actor_named(" HeYutong ")
    assert (actor.id, actor.name) == (made.id, "何雨桐")
    assert queries.names_of_accounts([made.id, queries.CONSOLE_ID]) == {
        made.id: "何雨桐",
        queries.CONSOLE_ID: "控制台",
    }


def test_neither_name_nor_login_nor_password_is_in_the_tables_in_clear(console):
    made = actions.create_account(
        console, login="canary.login.8841", name="金丝雀八八四一", roles=[("hr_manager", None)]
    )
    for table in ("access_account", "access_oldpassword", "access_rolegrant", "audit_event"):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT convert_to(t::text, 'UTF8') FROM {table} t")
            dump = b"".join(bytes(row[0]) for row in cursor.fetchall())
        for secret in ("canary.login.8841", "金丝雀八八四一", made.password):
            assert secret.encode() not in dump
            assert secret.encode().hex().encode() not in dump


def test_two_accounts_never_share_a_login_name_or_a_person(console):
    person = uuid4()
    actions.create_account(console, login="chen", name="陈一", subject=person)
    with pytest.raises(actions.AccountProblem, match="账号名已被使用"):
        actions.create_account(console, login="ＣＨＥＮ", name="陈二")
    with pytest.raises(actions.AccountProblem, match="一人一个账号"):
        actions.create_account(console, login="chen2", name="陈一", subject=person)


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("abc12", "至少 8 位"),
        ("abcdefgh", "字母和数字"),
        ("12345678", "字母和数字"),
        ("password1", "很多人"),
        ("heyutong1", "姓名、账号"),
    ],
)
def test_weak_passwords_are_refused(console, password, reason):
    with pytest.raises(actions.BadPassword) as refused:
        actions.create_account(console, login="heyutong", name="何雨桐", password=password)
    assert any(reason in message for message in refused.value.messages)
    assert not Account.objects.exists()


def test_only_account_managers_make_accounts_and_their_roles_wait_for_another(
    console, make_account
):
    it = queries.actor_of(make_account("it", "it"))
    hr = queries.actor_of(make_account("hr", "hr_manager"))
    made = actions.create_account(
        it, login="liang", name="梁慎行", roles=[("hr_specialist", None)], reason="新入职"
    )
    assert queries.actor_of(made.id).grants == ()
    assert RightsRequest.objects.get().account_id == made.id
    with pytest.raises(Refused):
        actions.create_account(hr, login="x", name="某")


def test_a_reset_password_must_be_changed_and_ends_sessions(make_account, console):
    account = make_account("chen", "finance")
    before = Account.objects.get(pk=account)
    made = actions.reset_password(console, account=account)
    after = Account.objects.get(pk=account)
    assert made.login == "chen"
    assert check_password(made.password, after.password)
    assert after.must_change_password
    assert after.get_session_auth_hash() != before.get_session_auth_hash()


def test_whoever_manages_accounts_never_learns_a_password_of_others(make_account):
    it, account = queries.actor_of(make_account("it", "it")), make_account("chen", "finance")
    before = Account.objects.get(pk=account).password
    with pytest.raises(Refused, match="由另一个人同意"):
        actions.reset_password(it, account=account)
    assert Account.objects.get(pk=account).password == before


def test_a_locked_account_acts_no_more_until_it_is_opened(make_account):
    it = queries.actor_of(make_account("it", "it"))
    account = make_account("chen", "finance")
    actions.lock_account(it, account=account)
    with pytest.raises(queries.NoSuchAccount):
        queries.actor_of(account)
    with pytest.raises(queries.NoSuchAccount):
        queries.actor_named("chen")
    with pytest.raises(Refused):
        actions.unlock_account(it, account=account)
    guard = queries.actor_of(make_account("guard", "security_admin"))
    actions.unlock_account(guard, account=account)
    assert queries.actor_of(account).may("roster.view")


@pytest.mark.parametrize(
    "verb", [actions.reset_password, actions.lock_account, actions.unlock_account]
)
def test_nobody_manages_their_own_account_nor_without_permission(make_account, verb):
    it, other = make_account("it", "it"), make_account("chen", "hr_manager")
    with pytest.raises(Refused):
        verb(queries.actor_of(it), account=it)
    with pytest.raises(Refused):
        verb(queries.actor_of(other), account=it)


def test_passwords_do_not_come_back_soon(make_account):
    account = make_account("chen", "finance")
    actor = queries.actor_of(account)
    current = "chengxu2026"
    for number in range(4):
        fresh = f"qiushuang{number}26"
        actions.change_password(actor, current=current, new=fresh)
        current = fresh
    for old in ("chengxu2026", "qiushuang026", current):
        with pytest.raises(actions.BadPassword) as refused:
            actions.change_password(actor, current=current, new=old)
        assert refused.value.field == "new"
    actions.change_password(actor, current=current, new="baiyuntian88")
    actions.change_password(actor, current="baiyuntian88", new="chengxu2026")


def test_the_present_password_is_asked_for_and_cannot_be_guessed_at_will(make_account):
    actor = queries.actor_of(make_account("chen", "finance"))
    for _ in range(5):
        with pytest.raises(actions.BadPassword) as refused:
            actions.change_password(actor, current="wrong", new="baiyuntian88")
        assert refused.value.field == "current"
    with pytest.raises(actions.BadPassword, match="refused"):
        actions.change_password(actor, current="chengxu2026", new="baiyuntian88")


def test_whoever_has_a_dossier_is_an_employee_by_that_alone(console, make_account):
    actor = queries.actor_of(make_account("shen", subject=uuid4()))
    assert [grant.role.key for grant in actor.grants] == ["employee"]
    assert actor.may("dossier.open")
    assert queries.actor_of(make_account("temp")).grants == ()
