"""An administrator's roles move by request and approval; no password passes hands."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from dangan.access.models import EndedGrant, Grant
from dangan.access.rules import Refused
from dangan.entitlements import actions
from dangan.entitlements.models import Handover


def ask(office, who="liang", giver="it", taker="luo", roles=(("it", None),)):
    return actions.ask_handover(
        office.actor(who),
        giver=office[giver],
        taker=office[taker],
        roles=list(roles),
        reason="岗位轮换，交接账号管理",
    )


def roles(office, who) -> set[str]:
    return {grant.role.key for grant in office.actor(who).grants}


@pytest.fixture
def clerk(office, console):
    """罗文博 reads nobody's dossier and can manage accounts."""
    return office


def test_the_old_rights_end_and_the_new_begin_together(clerk):
    office = clerk
    old, new = office.browser("it"), office.browser("luo")
    wish = ask(office)
    assert wish.number.startswith("JJ-")
    assert roles(office, "it") == {"it"}
    agreed = office.carry(wish.case)
    assert not {"liang", "it", "luo"} & set(agreed)
    assert roles(office, "it") == set()
    assert roles(office, "luo") == {"employee", "it"}
    grant = Grant.objects.get(account=office["luo"], role="it")
    assert (grant.origin, grant.number) == ("handover", wish.number)
    assert EndedGrant.objects.get(account=office["it"]).why == "handover"
    for browser in (old, new):
        assert browser.get("/password/")["Location"].startswith("/login/")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"taker": "he"}, "不能与"),
        ({"taker": "it"}, "不能是原账号"),
        ({"roles": []}, "选择要交接的角色"),
        ({"roles": [("auditor", None)]}, "现有的管理角色"),
        ({"giver": "yu", "roles": [("finance", None)]}, "现有的管理角色"),
    ],
)
def test_what_cannot_be_handed_over_is_refused_with_a_sentence(office, asked, sentence):
    with pytest.raises(actions.BadWish, match=sentence):
        ask(office, **asked)
    assert not Handover.objects.exists()


def test_nobody_takes_for_themselves_and_only_with_the_permission(office):
    with pytest.raises(Refused):
        ask(office, who="liang", taker="liang")
    with pytest.raises(Refused):
        ask(office, who="he")


def test_the_table_refuses_a_decision_by_giver_taker_or_asker(office):
    wish = ask(office)
    for decider in ("it", "luo", "liang"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Handover.objects.filter(pk=wish.pk).update(state="granted", decided_by=office[decider])
