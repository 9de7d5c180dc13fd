"""A role for a purpose and a few days: asked for, agreed by others, gone by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from tests.cast import written_events

from dangan.access.actions import end_grants_outside
from dangan.access.models import EndedGrant, Grant
from dangan.access.queries import actor_of, system_actor
from dangan.access.rules import Refused
from dangan.entitlements import actions
from dangan.entitlements.models import TemporaryWish
from dangan.notices.models import Notice
from dangan.workflow import actions as workflow
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.problems import NotAllowed


def ask(office, who="shen", role="hr_specialist", unit="研发中心", *, first=0, days=5, **more):
    today = timezone.localdate()
    return actions.ask_temporary(
        office.actor(who),
        role=role,
        unit=office.cast.units[unit] if unit else None,
        begins=today + timedelta(days=first),
        until=today + timedelta(days=first + days - 1),
        reason=more.get("reason", "整理本部门档案"),
    )


def roles(office, who="shen") -> set[str]:
    return {grant.role.key for grant in office.actor(who).grants}


def test_it_counts_from_the_agreement_on_and_lapses_by_itself(office):
    wish = ask(office)
    assert wish.number.startswith("SQ-")
    assert roles(office) == {"employee"}
    assert set(office.carry(wish.case)) == {"lu", "liang"}
    assert roles(office) == {"employee", "hr_specialist"}
    grant = Grant.objects.get(account=office["shen"])
    assert (grant.origin, grant.number) == ("temporary", wish.number)
    browser = office.browser("shen")
    assert browser.get("/people/").status_code == 200
    Grant.objects.update(begins=grant.begins - timedelta(days=9))
    Grant.objects.filter(pk=grant.pk).update(until=timezone.localdate() - timedelta(days=1))
    assert browser.get("/people/").status_code == 403
    report = actions.sweep(system_actor())
    assert report.lapsed == 1
    assert EndedGrant.objects.get(account=office["shen"]).why == "lapsed"
    assert Notice.objects.filter(account=office["shen"], topic="grant.lapsed").count() == 1
    assert actions.sweep(system_actor()).lapsed == 0


def test_it_begins_on_its_day_and_not_before(office):
    wish = ask(office, first=3)
    office.carry(wish.case)
    assert roles(office) == {"employee"}
    today = timezone.localdate()
    Grant.objects.filter(account=office["shen"]).update(begins=today)
    assert "hr_specialist" in roles(office)


def test_its_holder_is_warned_once_before_the_end(office):
    office.carry(ask(office, days=2).case)
    assert actions.sweep(system_actor()).warned == 1
    assert actions.sweep(system_actor()).warned == 0
    assert Notice.objects.filter(account=office["shen"], topic="grant.lapsing").count() == 1


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({"days": 91}, "最长 90 天"),
        ({"first": -1}, "不能早于今天"),
        ({"days": 0}, "不能早于开始日期"),
        ({"reason": "要"}, "写明理由"),
        ({"role": "employee"}, "没有这个角色"),
        ({"role": "head", "unit": None}, "要选定部门"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence_and_leaves_nothing(office, asked, sentence):
    with pytest.raises(actions.BadWish) as problem:
        ask(office, **asked)
    assert sentence in str(problem.value.message)
    assert not TemporaryWish.objects.exists()


def test_the_longest_period_is_the_installations_to_say(office, settings):
    settings.DANGAN = settings.DANGAN.model_copy(update={"temporary_days": 7})
    with pytest.raises(actions.BadWish, match="最长"):
        ask(office, days=8)
    ask(office, days=7)


@pytest.mark.parametrize("role", ["it", "auditor"])
def test_roles_that_must_stay_apart_are_refused_for_a_day_too(office, role):
    with pytest.raises(actions.BadWish, match="不能与"):
        ask(office, who="he", role=role, unit=None)


def test_a_conflict_that_arose_meanwhile_stops_the_effect(office, console):
    wish = ask(office)
    Grant.objects.create(account_id=office["shen"], role="auditor", granted_by=console.id)
    with pytest.raises(CannotTakeEffect, match="不能与"):
        office.carry(wish.case)
    assert "hr_specialist" not in roles(office)
    assert TemporaryWish.objects.get().state == "open"


def test_one_held_for_good_need_not_be_asked_for_and_one_waits_only_once(office):
    with pytest.raises(actions.BadWish, match="已经有"):
        ask(office, who="he", unit=None)
    ask(office)
    with pytest.raises(actions.BadWish, match="正在等待"):
        ask(office, first=1)


def test_who_may_not_ask_is_refused_and_nobody_agrees_to_their_own(office):
    with pytest.raises(Refused):
        ask(office, who="it", role="hr_specialist")
    wish = ask(office, who="lu", role="hr_specialist")
    assert "lu" not in {who for who, _step in office.waiting(wish.case)}
    step = office.waiting(wish.case)[0][1]
    with pytest.raises((NotAllowed, Refused)):
        workflow.agree(office.actor("lu"), case=wish.case, step=step)
    TemporaryWish.objects.filter(pk=wish.pk).update(state="open")
    with pytest.raises(IntegrityError), transaction.atomic():
        TemporaryWish.objects.filter(pk=wish.pk).update(state="granted", decided_by=office["lu"])


def test_a_refusal_or_a_withdrawal_gives_nothing(office):
    refused = ask(office)
    who, step = office.waiting(refused.case)[0]
    workflow.refuse(office.actor(who), case=refused.case, step=step, words="不需要")
    withdrawn = ask(office)
    workflow.withdraw(office.actor("shen"), case=withdrawn.case)
    assert sorted(TemporaryWish.objects.values_list("state", flat=True)) == ["refused", "withdrawn"]
    assert roles(office) == {"employee"}


def test_a_temporary_role_ends_with_a_transfer_and_its_reason_is_sealed(office, console):
    wish = ask(office)
    assert "整理本部门档案".encode() not in bytes(TemporaryWish.objects.get().reason)
    office.carry(wish.case)
    path = tuple(office.cast.units[name] for name in ("示例集团", "华东公司", "研发中心"))
    end_grants_outside(console, account=office["shen"], unit_path=path, reason="调岗")
    assert roles(office) == {"employee"}


def test_every_step_is_in_the_log(office):
    wish = ask(office)
    office.carry(wish.case)
    events = {action for action, _outcome in written_events()}
    assert {"rights.ask", "rights.temporary"} <= events
    assert actor_of(office["shen"]).may("roster.view")
