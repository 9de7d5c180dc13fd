"""A lost telephone: one administrator asks, another agrees, and the way in begins anew."""

from __future__ import annotations

import pytest
from tests.access.factors.authenticator import Authenticator
from tests.access.factors.conftest import ORIGIN, Somebody

from dangan.access.consents import ConsentProblem
from dangan.access.factors import actions, queries
from dangan.access.rules import Refused

WHY = "手机丢失，本人当面核对过身份"


def test_two_people_reset_and_the_owner_sets_up_anew(somebody: Somebody) -> None:
    chen, it, security = (
        somebody("chen", "finance").enrol(), somebody("it1", "it"),
        somebody("se1", "security_admin"),
    )  # fmt: skip
    chen.add_key(Authenticator(ORIGIN))
    actions.make_codes(chen.actor)
    browser = chen.sign_in()
    asked = actions.request_reset(it.actor, account=chen.id, reason=WHY)
    assert queries.enrolment(chen.id).any
    actions.approve_reset(security.actor, consent=asked)
    assert queries.enrolment(chen.id) == type(queries.enrolment(chen.id))()
    assert browser.get("/help/")["Location"].startswith("/login/")
    assert chen.first_step().get("/help/")["Location"] == "/security/enrol/"


def test_nobody_agrees_to_what_they_asked(somebody: Somebody) -> None:
    chen, it = somebody("chen", "finance").enrol(), somebody("it1", "it")
    asked = actions.request_reset(it.actor, account=chen.id, reason=WHY)
    with pytest.raises(Refused):
        actions.approve_reset(it.actor, consent=asked)
    assert queries.enrolment(chen.id).app


def test_nobody_else_asks_and_nobody_agrees_for_themselves(somebody: Somebody) -> None:
    chen, it = somebody("chen", "finance").enrol(), somebody("it1", "it")
    security = somebody("se1", "security_admin").enrol()
    with pytest.raises(Refused):
        actions.request_reset(chen.actor, account=it.id, reason=WHY)
    asked = actions.request_reset(it.actor, account=security.id, reason=WHY)
    with pytest.raises(Refused):
        actions.approve_reset(security.actor, consent=asked)
    assert queries.enrolment(security.id).app


def test_what_is_not_there_is_not_reset(somebody: Somebody) -> None:
    it = somebody("it1", "it").enrol()
    with pytest.raises(ConsentProblem, match="没有设置"):
        actions.request_reset(it.actor, account=somebody("lu").id, reason=WHY)
    with pytest.raises(Refused):
        actions.request_reset(it.actor, account=it.id, reason=WHY)
