"""晋升 (C3): HR begins, head, legal, finance, leader; on its day the post changes, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.cast import written_events
from tests.lifecycle.conftest import Firm, in_days, today

from dangan.access.rules import Absent, Refused
from dangan.dossiers.models import Change
from dangan.lifecycle.actions import revise, start
from dangan.lifecycle.kinds.promotion import Promotion
from dangan.lifecycle.problems import AlreadyMoving, BadMovement
from dangan.lifecycle.rules.bodies import Body
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case
from dangan.workflow.problems import NotAllowed

PAY = {"v-base": "12000", "v-post_pay": "3000"}


def promote(firm: Firm, *, days: int = 0, **details: object) -> Case:
    return firm.start(
        "何雨桐",
        "promotion",
        "沈知微",
        in_days(days),
        post={
            "unit": firm.unit("嵌入式组"),
            "position": "主任工程师",
            "post_level": "2A30",
        },
        details=details,
    )


def agreed(firm: Firm, case: Case) -> Case:
    firm.agree("陆怀瑾", case, "head")
    firm.fill("俞书衡", case, "pay", PAY)
    return firm.agree("领导", case, "leader")


def test_a_promotion_passes_every_desk_and_changes_the_post(firm: Firm) -> None:
    firm.put("沈知微", "contract", kind="1", start="2016-07-11", end="2030-07-10", state="1")
    case = promote(firm, changes_contract=True)
    assert firm.desks(case) == {"head"}
    firm.agree("陆怀瑾", case, "head", "同意晋升")
    assert firm.desks(case) == {"legal"}
    firm.fill("法务", case, "contract", {"v-position": "主任工程师"}, step="legal")
    firm.fill("俞书衡", case, "pay", PAY)
    assert firm.post("沈知微")["position"] == "高级工程师"
    case = firm.agree("领导", case, "leader")

    assert case.state == "agreed"
    old, new = firm.rows("沈知微", "post")
    assert old.values["end"] == (today() - timedelta(days=1)).isoformat()
    assert new.values["position"] == "主任工程师" and new.values["start"] == today().isoformat()
    assert new.values["joined"] == "2016-07-11"
    assert new.values["document"] == case.number
    [pay] = firm.rows("沈知微", "pay")
    assert pay.values["total"] == "15000.00" and pay.values["reason"] == "3"
    assert firm.rows("沈知微", "contract")[0].values["position"] == "主任工程师"
    change = Change.objects.get(pk=firm.movement(case).change)
    assert change.case_number == case.number
    assert set(change.sets) == {"post", "pay", "contract"}


def test_on_a_later_day_it_waits_and_happens_once(firm: Firm) -> None:
    case = agreed(firm, promote(firm, days=3))
    assert case.state == "waiting"
    assert firm.post("沈知微")["position"] == "高级工程师"
    changes = Change.objects.count()
    then = timezone.now() + timedelta(days=3)
    assert workflow.sweep(timezone.now()).effective == 0
    assert workflow.sweep(then).effective == 1
    assert workflow.sweep(then).effective == 0
    assert firm.post("沈知微")["position"] == "主任工程师"
    assert Change.objects.count() == changes + 1


def test_performing_it_again_changes_nothing(firm: Firm) -> None:
    case = agreed(firm, promote(firm))
    changes = Change.objects.count()
    Promotion().perform(firm.actor("领导"), case, "apply")
    assert Change.objects.count() == changes
    assert len(firm.rows("沈知微", "post")) == 2


def test_nobody_begins_or_decides_their_own(firm: Firm) -> None:
    with pytest.raises(Refused):
        start(
            firm.actor("梁慎行"),
            kind="promotion",
            subject=firm.person("梁慎行"),
            body=Body(
                reason="工作需要", post={"unit": firm.unit("人力资源部"), "position": "总监"}
            ),
            effective=today(),
        )
    case = firm.start(
        "何雨桐",
        "promotion",
        "陆怀瑾",
        today(),
        post={"unit": firm.unit("研发中心"), "position": "总监"},
    )
    with pytest.raises((NotAllowed, Absent)):
        firm.agree("陆怀瑾", case, "head")
    assert firm.post("陆怀瑾")["position"] == "主任"


def test_what_is_wrong_is_said_and_nothing_is_stored(firm: Firm) -> None:
    place = {"unit": firm.unit("嵌入式组"), "position": "高级工程师"}
    with pytest.raises(BadMovement) as bad:
        firm.start("何雨桐", "promotion", "沈知微", today(), post=place, reason="x")
    assert [wrong.field for wrong in bad.value.problems] == ["reason", "position"]
    with pytest.raises(BadMovement) as bad:
        firm.start("何雨桐", "promotion", "沈知微", in_days(-40), post=place | {"position": "主任"})
    assert "最早可以填" in str(bad.value.problems[0].message)
    with pytest.raises(BadMovement):
        firm.start("何雨桐", "promotion", "沈知微", in_days(400), post=place | {"position": "主任"})
    assert not Case.objects.exists()


def test_one_movement_at_a_time_tells_the_other_number(firm: Firm) -> None:
    first = promote(firm, days=5)
    with pytest.raises(AlreadyMoving) as already:
        promote(firm)
    assert already.value.number == first.number


def test_others_may_not_begin_one(firm: Firm) -> None:
    for name in ("陆怀瑾", "俞书衡", "信息"):
        with pytest.raises(Refused):
            firm.start(name, "promotion", "沈知微", today(), post={"position": "主任"})


def test_a_returned_one_is_changed_and_goes_again(firm: Firm) -> None:
    case = promote(firm)
    workflow.return_case(firm.actor("陆怀瑾"), case=case.id, step="head", words="层级不对")
    movement = firm.movement(case)
    assert movement.state == "returned"
    body = Body(
        reason="层级已改",
        post={"unit": firm.unit("嵌入式组"), "position": "主任工程师", "post_level": "2A20"},
    )
    with pytest.raises(Absent):
        revise(firm.actor("梁慎行"), movement=movement.id, body=body, effective=today())
    revise(firm.actor("何雨桐"), movement=movement.id, body=body, effective=today())
    agreed(firm, case)
    assert firm.post("沈知微")["post_level"] == "2A20"
    with pytest.raises(BadMovement):
        revise(firm.actor("何雨桐"), movement=movement.id, body=body, effective=today())


def test_refused_it_leaves_no_trace_in_the_dossier(firm: Firm) -> None:
    case = promote(firm)
    workflow.refuse(firm.actor("陆怀瑾"), case=case.id, step="head", words="暂缓")
    assert firm.movement(case).state == "refused"
    assert len(firm.rows("沈知微", "post")) == 1
    promote(firm)


def test_the_log_names_start_and_effect(firm: Firm) -> None:
    agreed(firm, promote(firm))
    noted = written_events()
    assert ("movement.start", "done") in noted and ("movement.effective", "done") in noted
