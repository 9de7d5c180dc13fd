"""Roles are asked for by one person and given by another; nobody widens their own."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from tests.access.conftest import log_in

from dangan.access import actions, queries
from dangan.access import units as seam
from dangan.access.actions import Wish
from dangan.access.models import Grant, RightsRequest
from dangan.access.rules import Refused
from dangan.organization import actions as organization_actions


def roles_of(account) -> list[str]:
    return [grant.role.key for grant in queries.actor_of(account).grants]


@pytest.fixture
def people(make_account):
    """Two HR managers, an IT administrator, and somebody without roles."""
    return {
        "liang": make_account("liang", "hr_manager"),
        "gao": make_account("gao", "hr_manager"),
        "it": make_account("it", "it"),
        "guard": make_account("guard", "security_admin"),
        "chen": make_account("chen"),
    }


def ask(people, who="it", whom="chen", role="finance", **more):
    wish = Wish(account=people[whom], role=role, **more)
    return actions.request_change(queries.actor_of(people[who]), wish, reason="新岗位")


def test_a_role_counts_only_after_another_person_approved(people):
    request = ask(people)
    assert roles_of(people["chen"]) == []
    line = queries.open_requests(queries.actor_of(people["liang"]))[0]
    assert (line.reason, line.account_name, line.may_decide) == ("新岗位", "chen本人", True)
    actions.approve_request(queries.actor_of(people["liang"]), request=request)
    assert roles_of(people["chen"]) == ["finance"]
    with pytest.raises(actions.RightsProblem, match="已经办结"):
        actions.approve_request(queries.actor_of(people["gao"]), request=request)


def test_neither_who_asked_nor_who_gains_decides(people):
    own = ask(people, who="liang")
    with pytest.raises(Refused):
        actions.approve_request(queries.actor_of(people["liang"]), request=own)
    about_gao = ask(people, whom="gao", role="leader")
    for verb in (actions.approve_request, actions.decline_request):
        with pytest.raises(Refused):
            verb(queries.actor_of(people["gao"]), request=about_gao)
    assert "leader" not in roles_of(people["gao"])


def test_nobody_asks_for_themselves_and_only_with_the_permission(people):
    with pytest.raises(Refused):
        ask(people, who="it", whom="it")
    with pytest.raises(Refused):
        ask(people, who="chen", whom="liang")
    assert not RightsRequest.objects.exists()


def test_it_asks_but_does_not_approve(people):
    request = ask(people, who="liang")
    with pytest.raises(Refused):
        actions.approve_request(queries.actor_of(people["it"]), request=request)


def test_the_database_itself_refuses_a_decision_by_who_asked_or_who_gains(people):
    request = RightsRequest.objects.get(pk=ask(people))
    for decider in (request.requested_by, request.account_id):
        request.state, request.decided_by = "approved", decider
        with pytest.raises(IntegrityError), transaction.atomic():
            request.save()


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("it", "hr_manager"),
        ("hr_specialist", "it"),
        ("auditor", "hr_manager"),
        ("auditor", "it"),
        ("auditor", "security_admin"),
        ("security_admin", "it"),
        ("security_admin", "leader"),
        ("hr_manager", "security_admin"),
        ("privacy_officer", "security_admin"),
        ("finance", "auditor"),
        ("privacy_officer", "auditor"),
    ],
)
def test_roles_that_must_stay_apart_are_refused_with_a_sentence(people, make_account, held, wanted):
    people["someone"] = make_account("someone", held)
    with pytest.raises(actions.RightsProblem) as refused:
        ask(people, who="liang", whom="someone", role=wanted)
    assert "不能与" in str(refused.value.message)


def test_a_conflict_that_arose_meanwhile_is_found_at_approval(people):
    first = ask(people, role="finance")
    second = ask(people, role="auditor")
    for request in (first, second):
        actions.approve_request(queries.actor_of(people["liang"]), request=request)
    with pytest.raises(actions.RightsProblem):
        actions.approve_request(queries.actor_of(people["guard"]), request=second)
    assert roles_of(people["chen"]) == ["finance"]


def test_an_administrators_role_is_given_by_the_security_administrator(people):
    request = ask(people, role="auditor")
    # HR stands in for the head whom nobody found, and has no more to say.
    actions.approve_request(queries.actor_of(people["liang"]), request=request)
    for who in ("liang", "gao"):
        with pytest.raises(Refused):
            actions.approve_request(queries.actor_of(people[who]), request=request)
    assert roles_of(people["chen"]) == []
    actions.approve_request(queries.actor_of(people["guard"]), request=request)
    assert roles_of(people["chen"]) == ["auditor"]


def test_a_role_taken_back_counts_no_more_and_sessions_end(people, console):
    actions.grant_role(console, account=people["chen"], role="finance")
    browser = log_in("chen")
    assert browser.get("/tokens/").status_code == 200
    request = ask(people, verb="revoke")
    actions.approve_request(queries.actor_of(people["gao"]), request=request)
    assert roles_of(people["chen"]) == []
    assert browser.get("/tokens/")["Location"].startswith("/login/")
    with pytest.raises(actions.RightsProblem, match="没有该角色"):
        ask(people, verb="revoke")


def test_a_grant_lapses_by_itself_after_its_last_day(people, console):
    today = timezone.localdate()
    actions.grant_role(console, account=people["chen"], role="finance", until=today)
    assert roles_of(people["chen"]) == ["finance"]
    Grant.objects.filter(account=people["chen"]).update(until=today - timedelta(days=1))
    assert roles_of(people["chen"]) == []
    with pytest.raises(actions.RightsProblem, match="截止日期"):
        ask(people, role="leader", until=today - timedelta(days=1))


def test_a_head_needs_a_unit_and_the_unit_must_exist(people, units):
    with pytest.raises(actions.RightsProblem, match="要选定部门"):
        ask(people, role="head")
    with pytest.raises(actions.RightsProblem, match="部门不存在"):
        ask(people, role="head", unit=uuid4())
    ask(people, role="head", unit=units["研发中心"])


def test_automatic_and_unknown_roles_cannot_be_asked_for(people):
    for role in ("employee", "console", "emperor"):
        with pytest.raises(actions.RightsProblem, match="没有这个角色"):
            ask(people, role=role)


def test_the_same_request_waits_only_once_and_can_be_withdrawn(people):
    request = ask(people)
    with pytest.raises(actions.RightsProblem, match="正在等待"):
        ask(people)
    with pytest.raises(Refused):
        actions.withdraw_request(queries.actor_of(people["liang"]), request=request)
    actions.withdraw_request(queries.actor_of(people["it"]), request=request)
    ask(people)


def test_accounts_give_no_role_at_once_only_the_console_does(people):
    with pytest.raises(Refused):
        actions.grant_role(
            queries.actor_of(people["liang"]), account=people["chen"], role="finance"
        )
    with pytest.raises(Refused):
        actions.revoke_role(
            queries.actor_of(people["liang"]), account=people["gao"], role="hr_manager"
        )


def test_a_reason_is_needed_and_kept_sealed(people):
    with pytest.raises(actions.RightsProblem, match="理由"):
        actions.request_change(
            queries.actor_of(people["it"]), Wish(people["chen"], "finance"), reason=" "
        )
    request = RightsRequest.objects.get(pk=ask(people))
    assert "新岗位".encode() not in bytes(request.reason)


def test_the_head_of_a_unit_holds_the_role_by_that_alone(console, make_account, units):
    person = uuid4()
    account = make_account("lu", subject=person)
    organization_actions.set_head(console, unit=units["研发中心"], head=person)
    grants = {(g.role.key, g.unit) for g in queries.actor_of(account).grants}
    assert grants == {("head", units["研发中心"]), ("employee", None)}
    organization_actions.set_head(console, unit=units["研发中心"], head=None)
    assert roles_of(account) == ["employee"]


def test_whoever_manages_accounts_reads_no_dossiers_as_a_head_either(console, make_account, units):
    person = uuid4()
    account = make_account("it", "it", subject=person)
    organization_actions.set_head(console, unit=units["财务部"], head=person)
    assert roles_of(account) == ["it", "employee"]


def test_every_step_is_in_the_log(people, console):
    actor = queries.actor_of(people["it"])
    wish = Wish(people["chen"], "finance")
    request = actions.request_change(actor, wish, reason="新岗位")
    approver = queries.actor_of(people["liang"])
    actions.approve_request(approver, request=request)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT action, actor FROM audit_event WHERE action LIKE 'rights.%%'"
            " AND actor IN (%s, %s) ORDER BY id",
            [people["it"], people["liang"]],
        )
        assert cursor.fetchall() == [
            ("rights.request", people["it"]),
            ("rights.approve", people["liang"]),
        ]


def test_unit_labels_come_from_the_organisation(units):
    assert seam.label(units["嵌入式组"]) == "示例集团 / 华东公司 / 研发中心 / 嵌入式组"
    assert [depth for _id, _label, depth in seam.choices()] == [0, 1, 2, 3, 2, 1]
