"""Movements in bad hands: what a refused one still shows, and what its person must not ask."""

from __future__ import annotations

import pytest
from tests.lifecycle.conftest import Firm, firm, in_days

from dangan.access.rules import Absent
from dangan.lifecycle.models import Movement
from dangan.lifecycle.queries import movement_content
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case
from dangan.workflow.problems import AlreadyDecided, NotAllowed

__all__ = ["firm"]

pytestmark = pytest.mark.django_db


def moved(firm: Firm) -> Case:
    return firm.start(
        "何雨桐",
        "transfer",
        "沈知微",
        in_days(0),
        post={"unit": firm.unit("销售部"), "position": "售前工程师"},
    )


def texts(firm: Firm, name: str, case: Case) -> str:
    content = movement_content(firm.actor(name), case)
    return repr([line for group in content.compared for line in group.lines]) + content.reason


def test_a_refused_transfer_shows_the_other_unit_nothing_any_more(firm: Firm):
    case = moved(firm)
    firm.agree("陆怀瑾", case, "old_head")
    before = texts(firm, "罗文博", case)
    assert "工作需要" in before, "who is to take the person sees why"
    workflow.refuse(firm.actor("罗文博"), case=case.id, step="new_head", words="不合适")
    case.refresh_from_db()
    assert Movement.objects.get(case=case.id).state == "refused"
    assert "工作需要" not in texts(firm, "罗文博", case)
    assert "工作需要" in texts(firm, "陆怀瑾", case)


def test_nobody_fills_in_another_ones_part_or_the_own_pay(firm: Firm):
    case = moved(firm)
    for name in ("沈知微", "俞书衡", "何雨桐"):
        with pytest.raises((Absent, AlreadyDecided, NotAllowed)):
            workflow.fill(
                firm.actor(name), case=case.id, step="pay", part="pay", data={"v-base": "99999"}
            )
    assert Movement.objects.get(case=case.id).version == 1
