"""网络限制: a role counts in its networks only; two people say which."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests.access.conftest import PASSWORD, log_in
from tests.cast import written_events

from dangan.access import consents, queries
from dangan.access.actions import create_token
from dangan.access.models import Consent
from dangan.access.rules import Refused
from dangan.access.sessions import networks
from dangan.access.sessions.models import RoleNetworks
from dangan.access.sessions.rules import BadNetwork, inside, networks_from, shut_out

OFFICE, HOME = "10.1.2.3", "203.0.113.9"


@pytest.fixture
def people(make_account):
    return {
        "it": make_account("it", "it"),
        "guard": make_account("guard", "security_admin"),
        "other": make_account("other", "security_admin"),
        "liang": make_account("liang", "hr_manager"),
    }


def actor(people, who, address=OFFICE):
    row = queries.account_with_grants(people[who])
    return queries.actor_for(row, address=address, limited=True)


def limit(people, role="hr_manager", text="10.0.0.0/8", who="it", address=OFFICE):
    facts = {"role": role, "networks": networks.parsed(text)}
    return consents.ask(
        actor(people, who, address), kind=networks.KIND, facts=facts, reason="只在单位办公"
    )


def test_outside_of_its_networks_a_role_counts_for_nothing_and_the_page_says_so(people):
    consents.agree(actor(people, "guard"), consent=limit(people))
    assert actor(people, "liang").may("roster.view")
    away = actor(people, "liang", HOME)
    assert not away.may("roster.view")
    assert away.outside == {"hr_manager"}
    browser = Client(REMOTE_ADDR=HOME)
    browser.post("/login/", {"login": "liang", "password": PASSWORD})
    answer = browser.get("/people/")
    assert answer.status_code == 403
    assert "“人事经理”角色只在指定的网络内可用" in answer.content.decode()
    assert ("access.outside", "refused") in written_events()
    assert browser.get("/sessions/").status_code == 200
    browser.defaults["REMOTE_ADDR"] = OFFICE
    assert browser.get("/people/").status_code == 200


def test_an_access_token_is_bound_to_the_networks_too(people):
    token = create_token(actor(people, "liang"), label="名册", scopes=["roster.view"], days=1)
    consents.agree(actor(people, "guard"), consent=limit(people))
    assert queries.actor_of_token(token.raw, address=OFFICE).may("roster.view")
    assert not queries.actor_of_token(token.raw, address=HOME).may("roster.view")


def test_a_change_waits_for_a_security_administrator_other_than_who_asked(people):
    request = limit(people, who="guard")
    for who in ("guard", "it", "liang"):
        with pytest.raises(Refused):
            consents.agree(actor(people, who), consent=request)
    assert not RoleNetworks.objects.exists()
    consents.agree(actor(people, "other"), consent=request)
    assert RoleNetworks.objects.get().networks == ["10.0.0.0/8"]
    with pytest.raises(consents.ConsentProblem, match="办结"):
        consents.agree(actor(people, "other"), consent=request)


def test_nobody_shuts_themselves_out_neither_asking_nor_agreeing(people):
    with pytest.raises(consents.ConsentProblem, match="你自己挡在外面"):
        limit(people, role="it", address=HOME)
    with pytest.raises(consents.ConsentProblem, match="你自己挡在外面"):
        limit(people, role="security_admin", who="guard", address=HOME)
    request = limit(people, role="security_admin")
    with pytest.raises(consents.ConsentProblem, match="你自己挡在外面"):
        consents.agree(actor(people, "guard", HOME), consent=request)
    assert Consent.objects.get().state == "open"


def test_an_empty_list_lifts_the_limit(people):
    consents.agree(actor(people, "guard"), consent=limit(people))
    consents.agree(actor(people, "guard"), consent=limit(people, text=""))
    assert actor(people, "liang", HOME).may("roster.view")


def test_the_console_clears_what_nobody_gets_past(people, console):
    RoleNetworks.objects.create(role="security_admin", networks=["192.0.2.0/24"])
    with pytest.raises(Refused):
        networks.clear(actor(people, "it"))
    assert networks.clear(console, role="auditor") == 0
    assert networks.clear(console) == 1
    assert actor(people, "guard", HOME).may("security.manage")
    with pytest.raises(IntegrityError):
        RoleNetworks.objects.create(role="it", networks=[])


def test_what_the_settings_say_goes_first_and_is_not_changed_here(people, settings):
    limits = {"hr_manager": ["192.0.2.0/24"]}
    settings.DANGAN = settings.DANGAN.model_copy(update={"role_networks": limits})
    assert not actor(people, "liang").may("roster.view")
    with pytest.raises(consents.ConsentProblem, match="服务器配置"):
        limit(people)


def test_the_pages_take_it_through_and_name_a_wrong_line(people):
    it, guard = log_in("it", REMOTE_ADDR=OFFICE), log_in("guard", REMOTE_ADDR=OFFICE)
    form = {"role": "hr_manager", "networks": "10.0.0.0/8\n10.1.2.300", "reason": "只在单位"}
    answer = it.post("/networks/ask/", form, follow=True)
    assert "“10.1.2.300”不是网段" in answer.content.decode()
    it.post("/networks/ask/", form | {"networks": "10.0.0.0/8，fd00::/8"})
    request = Consent.objects.get()
    assert "人事经理：只在 10.0.0.0/8、fd00::/8" in guard.get("/consents/").content.decode()
    assert it.post(f"/consents/{request.pk}/agree/").status_code == 403
    guard.post(f"/consents/{request.pk}/agree/")
    assert "fd00::/8" in it.get("/networks/").content.decode()
    assert log_in("liang").get("/networks/").status_code == 403


@pytest.mark.parametrize(
    ("address", "within"),
    [("10.255.0.1", True), ("::ffff:10.0.0.1", True), ("11.0.0.1", False), ("", False),
     ("fd00::1", True), ("fe80::1", False), ("10.0.0.1, 1.2.3.4", False), ("nowhere", False)],
)  # fmt: skip
def test_an_address_is_inside_or_not(address, within):
    assert inside(address, ["10.0.0.0/8", "fd00::/8"]) is within


@given(st.ip_addresses(), st.sampled_from(["it", "auditor"]))
def test_a_role_without_networks_is_never_shut_out(address, role):
    assert shut_out(str(address), [role], {"leader": ["10.0.0.0/8"]}) == frozenset()


def test_networks_are_read_strictly():
    assert networks_from("10.0.0.0/8, 10.0.0.0/8\n192.0.2.1") == ["10.0.0.0/8", "192.0.2.1/32"]
    for wrong in ("10.1.2.3/8", "10.0.0.0/33", "内网", "0.0.0.0/0/0"):
        with pytest.raises(BadNetwork):
            networks_from(wrong)
