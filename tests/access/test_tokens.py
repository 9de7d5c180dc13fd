"""Access tokens: shown once, kept as a hash, never wider than their owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from dangan.access import actions, queries
from dangan.access.models import Token
from dangan.access.rules import Absent, Refused, scope
from dangan.dictionary.rules import FieldClass


@pytest.fixture
def owner(make_account):
    return queries.actor_of(make_account("yu", "finance"))


def make(owner, *scopes, days=30):
    return actions.create_token(owner, label="考勤系统", scopes=scopes, days=days)


def test_a_token_acts_as_its_owner_within_its_scopes(owner):
    made = make(owner, "roster.view", "data.read")
    actor = queries.actor_of_token(made.raw, address="10.0.0.9")
    assert (actor.id, actor.kind, actor.name) == (owner.id, "token", owner.name)
    assert actor.may("roster.view")
    assert not actor.may("roster.export")
    assert scope(actor, "read", "pay", "base", FieldClass.CONFIDENTIAL).plain
    assert not scope(actor, "export", "pay", "base", FieldClass.CONFIDENTIAL).plain


def test_only_a_hash_is_kept_and_the_name_is_sealed(owner):
    made = make(owner, "roster.view")
    row = Token.objects.get()
    assert made.raw.encode() not in bytes(row.digest)
    assert "考勤系统".encode() not in bytes(row.label)
    assert queries.own_tokens(owner)[0].label == "考勤系统"


def test_a_token_is_never_wider_than_its_owner(owner):
    for scopes in (["accounts.manage"], ["data.edit"], ["nonsense"], []):
        with pytest.raises(actions.TokenProblem):
            make(owner, *scopes)
    for days in (0, 366):
        with pytest.raises(actions.TokenProblem):
            make(owner, "roster.view", days=days)


def test_a_token_shrinks_with_its_owners_rights(owner, console):
    made = make(owner, "roster.view")
    actions.revoke_role(console, account=owner.id, role="finance")
    assert not queries.actor_of_token(made.raw).may("roster.view")


def test_a_token_ends_when_it_expires_is_revoked_or_its_account_is_locked(owner, console):
    made = make(owner, "roster.view")
    assert queries.actor_of_token(made.raw)
    actions.lock_account(console, account=owner.id)
    assert queries.actor_of_token(made.raw) is None
    actions.unlock_account(console, account=owner.id)
    Token.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert queries.actor_of_token(made.raw) is None
    again = make(owner, "roster.view")
    actions.revoke_token(owner, token=again.id)
    assert queries.actor_of_token(again.raw) is None
    assert queries.actor_of_token("dgn_wrong") is None
    assert queries.actor_of_token("Basic abc") is None


def test_nobody_revokes_another_persons_token_except_account_managers(owner, make_account):
    made = make(owner, "roster.view")
    other = queries.actor_of(make_account("wen", "finance"))
    with pytest.raises(Absent):
        actions.revoke_token(other, token=made.id)
    actions.revoke_token(queries.actor_of(make_account("it", "it")), token=made.id)
    assert not Token.objects.exists()


def test_a_token_makes_no_tokens(owner):
    made = make(owner, "roster.view")
    with pytest.raises(Refused):
        make(queries.actor_of_token(made.raw), "roster.view")


def test_the_last_use_is_kept(owner):
    made = make(owner, "roster.view")
    assert queries.own_tokens(owner)[0].last_used_at is None
    queries.actor_of_token(made.raw)
    assert queries.own_tokens(owner)[0].last_used_at is not None
