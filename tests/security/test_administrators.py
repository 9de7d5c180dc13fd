"""Each of the three administrators tries to get at dossiers, alone: by every address, by giving
themselves a role, by agreeing to their own requests, by another's password, by forged requests."""

from __future__ import annotations

import threading
from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.utils import timezone
from tests.access.test_matrix import GUARDED, address
from tests.access.test_roles import MATRIX
from tests.entitlements.conftest import Office, office, quick_passwords

from dangan.access import actions as access
from dangan.access import consents, keys, queries, registry
from dangan.access.actions import RightsProblem, Wish
from dangan.access.models import Account, EndedGrant, Grant, Permit, ResetCode, RightsRequest
from dangan.access.rules import Absent, Refused, reach
from dangan.dossiers.queries import open_dossier
from dangan.entitlements import actions
from dangan.entitlements.rules.asking import BadWish
from dangan.organization import actions as organization
from dangan.workflow import actions as workflow
from dangan.workflow.problems import NotAllowed

__all__ = ["office", "quick_passwords"]

pytestmark = pytest.mark.django_db
THREE = ("it", "security_admin", "auditor")
LOGINS = {"it": "it", "security_admin": "guard", "auditor": "audit"}
OPENS = sorted(
    key
    for key, role in MATRIX.roles.items()
    if role.grantable
    and ("dossier.open" in role.permissions or any(r.reach != "own" for r in role.field_rules))
)
VALUES = ("13812345678", "330106199106122", "高级工程师")


@pytest.mark.parametrize("role", THREE)
def test_no_page_and_no_operation_shows_an_administrator_a_dossier(office: Office, role):
    browser = office.browser(LOGINS[role])
    subject = office.cast.people["沈知微"]
    asked = [f"/people/{subject}/", f"/people/{subject}/?set=contact", "/people/", "/search/"]
    held = office.actor(LOGINS[role]).permissions
    asked += [address(route) for route in GUARDED if route.requirement.permission in held]
    for place in asked:
        answer = browser.get(place)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode(errors="replace")
        for value in VALUES:
            assert value not in text, (place, value)
    actor = office.actor(LOGINS[role])
    assert not reach(actor)
    with pytest.raises((Refused, Absent)):
        open_dossier(actor, subject)


@pytest.mark.parametrize(("held", "wanted"), [*permutations(THREE, 2)])
def test_two_administrators_are_never_one_account(office: Office, held, wanted):
    with pytest.raises(RightsProblem, match="不能与"):
        access.grant_role(queries.console_actor(), account=office[LOGINS[held]], role=wanted)


@pytest.mark.parametrize("other", OPENS)
@pytest.mark.parametrize("admin", THREE)
def test_an_administrator_and_a_role_that_opens_dossiers_exclude_each_other(db, admin, other):
    assert registry.matrix().conflict([admin], other) is not None
    assert registry.matrix().conflict([other], admin) is not None


def test_setting_up_with_both_roles_makes_no_account(db):
    with pytest.raises(RightsProblem):
        access.create_account(
            queries.console_actor(),
            login="quan",
            name="全",
            roles=[("security_admin", None), ("hr_manager", None)],
        )
    assert not Account.objects.exists()


@pytest.mark.parametrize("role", THREE)
def test_no_temporary_role_and_no_leave_to_look_for_an_administrator(office: Office, role):
    console, account = queries.console_actor(), office[LOGINS[role]]
    today = timezone.localdate()
    with pytest.raises(RightsProblem):
        access.give_temporary(
            console,
            Wish(account, "hr_specialist", until=today + timedelta(days=3)),
            begins=today + timedelta(days=2),
            number="LS-1",
        )
    with pytest.raises(RightsProblem):
        access.give_permits(
            console,
            account=account,
            subject=office.cast.people["沈知微"],
            fields={"contact": ["mobile"]},
            begins=timezone.now(),
            ends=timezone.now() + timedelta(hours=1),
            purpose="联系",
            case=None,
            number="CK-1",
        )


@pytest.mark.parametrize("role", THREE)
def test_a_permit_in_force_makes_its_holder_no_administrator(office: Office, role):
    access.give_permits(
        queries.console_actor(),
        account=office["luo"],
        subject=office.cast.people["沈知微"],
        fields={"contact": ["mobile"]},
        begins=timezone.now(),
        ends=timezone.now() + timedelta(hours=1),
        purpose="联系",
        case=None,
        number="CK-1",
    )
    with pytest.raises(RightsProblem):
        access.grant_role(queries.console_actor(), account=office["luo"], role=role)
    assert Permit.objects.exists()


@pytest.mark.parametrize("role", THREE)
def test_roles_are_not_combined_by_handing_over(office: Office, role):
    Grant.objects.create(account_id=office["it2"], role="it", granted_by=uuid4(), unit=uuid4())
    console, taker = queries.console_actor(), office["liang"]
    with pytest.raises(RightsProblem):
        access.hand_over(
            console, giver=office[LOGINS[role]], taker=taker, roles=[(role, None)], number="JJ-1"
        )
    with pytest.raises((BadWish, Refused)):
        actions.ask_handover(
            office.actor("it"),
            giver=office[LOGINS[role]],
            taker=taker,
            roles=[(role, None)],
            reason="岗位交接手续",
        )
    assert not EndedGrant.objects.exists()


@pytest.mark.parametrize("role", THREE)
def test_an_administrator_made_head_of_a_unit_is_no_head_here(office: Office, role):
    subject = office.cast.people["罗文博"]
    access.grant_role(queries.console_actor(), account=office["luo"], role=role)
    unit = office.cast.units["研发中心"]
    organization.set_head(queries.console_actor(), unit=unit, head=subject)
    held = {grant.role.key for grant in office.actor("luo").grants}
    assert held == {role, "employee"}
    assert reach(office.actor("luo")).people <= {subject}


def test_rows_in_conflict_written_past_the_program_show_no_dossier_by_permit(office: Office):
    Permit.objects.create(
        account_id=office["guard"],
        subject=office.cast.people["沈知微"],
        info_set="contact",
        fields=["mobile"],
        action="read",
        begins=timezone.now() - timedelta(hours=1),
        ends=timezone.now() + timedelta(hours=1),
        purpose=b"",
        granted_by=uuid4(),
    )
    assert not reach(office.actor("guard"))
    assert office.actor("guard").barred


def test_nobody_gives_themselves_a_role_nor_agrees_to_what_they_asked(office: Office):
    for who in LOGINS.values():
        for role in ("hr_manager", "finance"):
            with pytest.raises((Refused, RightsProblem)):
                access.request_change(office.actor(who), Wish(office[who], role), reason="工作需要")
    request = access.request_change(
        office.actor("it"), Wish(office["luo"], "finance"), reason="工作需要"
    )
    for who in ("it", "audit"):
        with pytest.raises(Refused):
            access.approve_request(office.actor(who), request=request)
    with pytest.raises(Refused):
        access.grant_role(office.actor("guard"), account=office["luo"], role="finance")
    assert not Grant.objects.filter(account=office["luo"]).exists()


def test_the_system_administrator_resets_nobodys_password_alone(office: Office):
    before = Account.objects.get(pk=office["liang"]).password
    it = office.browser("it")
    assert (
        it.post(f"/accounts/{office['liang']}/reset/", {"reason": "忘记密码了"}).status_code == 302
    )
    assert not ResetCode.objects.exists()
    wish = actions.ask_reset(office.actor("it2"), account=office["he"], reason="忘记密码了")
    for login in ("it", "it2"):
        for task in office.waiting(wish.case):
            with pytest.raises((Absent, Refused, NotAllowed)):
                workflow.agree(office.actor(login), case=wish.case, step=task[1])
    with pytest.raises(Refused):
        access.reset_password(office.actor("it"), account=office["liang"])
    assert Account.objects.get(pk=office["liang"]).password == before
    assert not ResetCode.objects.exists()


def test_forged_requests_change_no_roles(office: Office):
    liang, own = office["liang"], office["it"]
    forged = [
        ("it", f"/accounts/{own}/ask/", {"role": "hr_manager", "reason": "自己"}),
        ("guard", f"/accounts/{office['guard']}/ask/", {"role": "hr_manager", "reason": "自己"}),
        ("guard", f"/accounts/{liang}/ask-back/", {"role": "hr_manager", "reason": "收回"}),
        ("guard", f"/accounts/{liang}/lock/", {}),
        ("guard", "/accounts/new/", {"login": "gui", "name": "鬼", "role": "hr_manager"}),
        ("audit", f"/accounts/{liang}/ask/", {"role": "finance", "reason": "代办"}),
        ("audit", "/keys/ask/", {"reason": "我来更换主密钥"}),
        ("audit", "/networks/ask/", {"role": "it", "networks": "192.0.2.1", "reason": "挡住"}),
        ("it", f"/accounts/{liang}/sessions/end/", {}),
        ("it", f"/accounts/{liang}/unlock/", {}),
        ("it", f"/roles/requests/{uuid4()}/approve/", {}),
    ]
    before = set(Grant.objects.values_list("account", "role"))
    for who, place, form in forged:
        answer = office.browser(who).post(place, form)
        assert answer.status_code in {403, 404, 422}, (who, place, answer.status_code)
    assert set(Grant.objects.values_list("account", "role")) == before
    assert not RightsRequest.objects.exists()
    assert Account.objects.get(pk=liang).state == "active"


def test_no_single_administrator_changes_root_keys(office: Office):
    request = consents.ask(office.actor("it"), kind=keys.ROTATE, reason="例行更换")
    for who in ("it", "it2", "audit", "liang", "privacy"):
        with pytest.raises(Refused):
            consents.agree(office.actor(who), consent=request)
    for who in ("guard", "audit"):
        with pytest.raises(Refused):
            consents.ask(office.actor(who), kind=keys.ROTATE, reason="例行更换")


def test_no_program_with_a_token_asks_or_agrees_to_a_deed_of_two(office: Office):
    token = access.create_token(office.actor("it"), label="脚本", scopes=["keys.request"], days=1)
    with pytest.raises(Refused):
        consents.ask(queries.actor_of_token(token.raw), kind=keys.ROTATE, reason="例行更换")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("pair", [("it", "security_admin"), ("auditor", "finance")])
def test_of_two_grants_that_race_one_wins(pair):
    account = access.create_account(
        queries.console_actor(), login=f"sai{uuid4().hex[:8]}", name="赛"
    ).id
    ready, refused = threading.Barrier(2), []

    def race(role: str) -> None:
        ready.wait()
        try:
            access.grant_role(queries.console_actor(), account=account, role=role)
        except RightsProblem:
            refused.append(role)
        finally:
            connection.close()

    racers = [threading.Thread(target=race, args=(role,)) for role in pair]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join()
    held = set(Grant.objects.filter(account=account).values_list("role", flat=True))
    assert len(held) == 1
    assert held | set(refused) == set(pair)
    assert isinstance(account, UUID)
