"""Rights in bad hands: ended accounts, deputies who are concerned, deputies one names oneself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.entitlements.conftest import Office, office, quick_passwords

from dangan.access import actions as access
from dangan.access.models import Grant, Permit
from dangan.access.queries import system_actor
from dangan.access.rules import Refused
from dangan.entitlements import actions
from dangan.workflow import actions as workflow
from dangan.workflow import definitions_store as store
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case, Deputy
from dangan.workflow.problems import BadDefinition, NotAllowed

__all__ = ["office", "quick_passwords"]

pytestmark = pytest.mark.django_db


def temporary(office: Office, who: str = "shen"):
    today = timezone.localdate()
    return actions.ask_temporary(
        office.actor(who),
        role="hr_specialist",
        unit=office.cast.units["研发中心"],
        begins=today,
        until=today + timedelta(days=4),
        reason="整理本部门档案",
    )


def test_nothing_is_granted_to_an_account_that_has_ended_meanwhile(office: Office):
    wish = temporary(office)
    access.end_account(system_actor(), account=office["shen"], reason="离职")
    with pytest.raises((CannotTakeEffect, NotAllowed)):
        office.carry(wish.case)
    access.reopen_account(system_actor(), account=office["shen"], reason="再次入职，重新启用")
    assert not Grant.objects.filter(account=office["shen"]).exists(), "comes back without old roles"


def test_a_temporary_role_is_not_agreed_to_by_somebody_who_may_approve_none(office: Office):
    wish = temporary(office)
    workflow.agree(office.actor("lu"), case=wish.case, step="head")
    workflow.transfer(office.actor("liang"), case=wish.case, step="hr", to=office["yu"])
    with pytest.raises(CannotTakeEffect):
        workflow.agree(office.actor("yu"), case=wish.case, step="hr")
    assert not Grant.objects.filter(account=office["shen"]).exists()
    workflow.transfer(office.actor("yu"), case=wish.case, step="hr", to=office["boss"])
    workflow.agree(office.actor("boss"), case=wish.case, step="hr")
    assert Grant.objects.filter(account=office["shen"]).exists()


def test_no_leave_to_look_is_given_to_an_account_that_has_ended_meanwhile(office: Office):
    wish = actions.ask_reveal(
        office.actor("lu"),
        subject=office.cast.people["沈知微"],
        fields={"contact": ["mobile"]},
        hours=8,
        reason="联系紧急事务",
    )
    access.end_account(system_actor(), account=office["lu"], reason="离职")
    with pytest.raises((CannotTakeEffect, NotAllowed)):
        office.carry(wish.case)
    assert not Permit.objects.filter(account=office["lu"]).exists()


def test_no_role_for_good_is_given_to_an_account_that_has_ended_meanwhile(office: Office):
    request = access.request_change(
        office.actor("it"),
        access.Wish(office["shen"], "hr_specialist", unit=office.cast.units["研发中心"]),
        reason="接任人事专员",
    )
    access.end_account(system_actor(), account=office["shen"], reason="离职")
    with pytest.raises(CannotTakeEffect):
        office.carry(Case.objects.get(object=request).id)
    assert not Grant.objects.filter(account=office["shen"]).exists()


def test_whoever_is_concerned_takes_no_added_signer_away_as_a_deputy(office: Office):
    wish = temporary(office)
    today = timezone.localdate()
    ((who, step), *_rest) = office.waiting(wish.case)
    workflow.add_signers(
        office.actor(who), case=wish.case, step=step, who=[office["boss"]], place="before"
    )
    Deputy.objects.create(
        account=office[who],
        deputy=office["shen"],
        begins=today,
        ends=today,
        by=office[who],
        at=timezone.now(),
    )
    with pytest.raises(NotAllowed):
        workflow.remove_signer(
            office.actor("shen"),
            case=wish.case,
            step=step,
            who=office["boss"],
            on_behalf_of=office[who],
        )
    assert (("boss", step)) in office.waiting(wish.case)


def test_whoever_is_concerned_gives_no_opinion_as_a_deputy(office: Office):
    wish = temporary(office)
    today = timezone.localdate()
    ((who, step), *_rest) = office.waiting(wish.case)
    workflow.delegate(office.actor(who), case=wish.case, step=step, to=office["he"])
    Deputy.objects.create(
        account=office["he"],
        deputy=office["shen"],
        begins=today,
        ends=today,
        by=office["he"],
        at=timezone.now(),
    )
    with pytest.raises(NotAllowed):
        workflow.give_opinion(
            office.actor("shen"),
            case=wish.case,
            step=step,
            words="没有意见，同意",
            on_behalf_of=office["he"],
        )


def test_nobody_makes_oneself_the_deputy_of_somebody_else(office: Office):
    today = timezone.localdate()
    with pytest.raises((Refused, NotAllowed)):
        workflow.name_deputy(
            office.actor("liang"),
            account=office["boss"],
            deputy=office["liang"],
            begins=today,
            ends=today,
        )
    assert not Deputy.objects.exists()


def test_a_definition_does_not_become_one_of_another_kind(office: Office):
    body = dict(store.seeds()["rights_change"])
    handed = store.seeds()["self_ordinary"]
    with pytest.raises(BadDefinition):
        workflow.save_definition(
            office.actor("liang"),
            key="rights_change",
            body=body | {"kind": handed["kind"], "steps": handed["steps"]},
        )


@pytest.mark.parametrize("who", [[], [{"rule": "initiator"}], [{"rule": "subject"}]])
def test_no_rights_change_serves_without_somebody_else_deciding(office: Office, who):
    body = dict(store.seeds()["rights_change"])
    act = next(step for step in body["steps"] if step["type"] == "act")
    own = {"type": "approve", "key": "own", "label": "自己", "who": who}
    steps = [own, act] if who else [act]
    saved = workflow.save_definition(
        office.actor("liang"), key="rights_change", body=body | {"steps": steps}
    )
    with pytest.raises(BadDefinition):
        workflow.serve_definition(office.actor("liang"), key="rights_change", version=saved.version)
