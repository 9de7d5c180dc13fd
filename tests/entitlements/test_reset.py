"""A new password takes two people, each with half of a code, and neither can use it alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from tests.access.conftest import log_in

from dangan.access import actions as access
from dangan.access.models import Account, ResetCode
from dangan.access.queries import system_actor, unknown_actor
from dangan.access.rules import Refused
from dangan.entitlements import actions, codes
from dangan.entitlements.models import PasswordReset
from dangan.workflow import actions as workflow

NEW = "qingtian88"


def ask(office, who="it", whom="shen"):
    return actions.ask_reset(
        office.actor(who), account=office[whom], reason="忘记密码，已当面核实身份"
    )


@pytest.fixture
def agreed(office):
    """An agreed reset: the wish, who agreed last, the half of each."""
    wish = ask(office)
    last = office.carry(wish.case)[-1]
    wish = PasswordReset.objects.get(pk=wish.pk)
    halves = [codes.half_for(office.actor(who), wish) for who in ("it", last)]
    return wish, last, halves


def test_two_halves_make_a_code_with_which_only_the_holder_sets_a_password(office, agreed):
    _wish, last, (first, second) = agreed
    assert last == "lu"
    assert first != second
    assert len(first + second) == 16
    before = office.browser("shen")
    form = {"login": "shen", "code": f"{first}-{second}".lower(), "new": NEW, "again": NEW}
    assert Client().post("/login/code/", form)["Location"] == "/login/"
    assert before.get("/grants/")["Location"].startswith("/login/")
    assert "_auth_user_id" in log_in("shen", NEW).session
    assert Client().post("/login/code/", form).status_code == 422


def test_one_half_is_worth_nothing_and_guesses_are_counted(office, agreed):
    _wish, _last, (first, second) = agreed
    for code in (first, second, first + first, second + first):
        with pytest.raises(access.BadPassword):
            access.use_code(unknown_actor(address="9.9.9.9"), login="shen", code=code, new=NEW)
    for _try in range(3):
        with pytest.raises(access.BadPassword) as refused:
            access.use_code(unknown_actor(address="9.9.9.9"), login="shen", code="x", new=NEW)
    assert "15 分钟" in refused.value.messages[0]
    with pytest.raises(access.BadPassword, match="refused"):
        access.use_code(
            unknown_actor(address="9.9.9.9"), login="shen", code=first + second, new=NEW
        )


def test_an_unknown_name_gets_the_same_words_as_a_wrong_code(office, agreed):
    words = set()
    for login in ("shen", "nobody-here"):
        with pytest.raises(access.BadPassword) as refused:
            access.use_code(unknown_actor(), login=login, code="AAAA", new=NEW)
        words.add(tuple(refused.value.messages))
    assert len(words) == 1


def test_nobody_else_sees_a_half_and_it_is_sealed(office, agreed):
    wish, _last, (first, second) = agreed
    for other in ("it2", "liang", "shen", "boss"):
        assert codes.half_for(office.actor(other), wish) == ""
    stored = bytes(PasswordReset.objects.get().halves) + bytes(ResetCode.objects.get().digest)
    assert first.encode() not in stored
    assert second.encode() not in stored


def test_a_weak_password_leaves_the_code_good_and_a_day_later_it_is_over(office, agreed):
    _wish, _last, (first, second) = agreed
    with pytest.raises(access.BadPassword) as refused:
        access.use_code(unknown_actor(), login="shen", code=first + second, new="12345678")
    assert refused.value.field == "new"
    assert ResetCode.objects.exists()
    now = timezone.now()
    ResetCode.objects.update(expires_at=now)
    PasswordReset.objects.update(ends=now - timedelta(minutes=1))
    with pytest.raises(access.BadPassword):
        access.use_code(unknown_actor(), login="shen", code=first + second, new=NEW)
    actions.sweep(system_actor())
    assert bytes(PasswordReset.objects.get().halves) == b""


def test_rights_over_others_need_the_privacy_officer_too(office):
    assert office.carry(ask(office, whom="he").case)[-1] == "privacy"


def test_neither_asker_nor_holder_decides_and_ones_own_is_not_asked_for(office):
    wish = ask(office)
    assert not {"it", "shen"} & {who for who, _step in office.waiting(wish.case)}
    for decider in ("it", "shen"):
        with pytest.raises(IntegrityError), transaction.atomic():
            PasswordReset.objects.filter(pk=wish.pk).update(
                state="granted", decided_by=office[decider]
            )
    with pytest.raises(Refused):
        ask(office, whom="it")
    with pytest.raises(Refused):
        ask(office, who="liang")
    with pytest.raises(actions.BadWish, match="正在等待"):
        ask(office, who="it2")


def test_a_refusal_makes_no_code_and_the_password_stays(office):
    before = Account.objects.get(pk=office["shen"]).password
    wish = ask(office)
    who, step = office.waiting(wish.case)[0]
    workflow.refuse(office.actor(who), case=wish.case, step=step, words="本人没有提出")
    assert not ResetCode.objects.exists()
    assert Account.objects.get(pk=office["shen"]).password == before


def test_a_locked_account_is_opened_first(office, console):
    access.lock_account(console, account=office["shen"])
    with pytest.raises(actions.BadWish, match="先启用"):
        ask(office)
