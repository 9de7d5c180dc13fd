"""转正: the person sums up, the head assesses; on time, longer within the law, or not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.lifecycle.conftest import Firm, in_days, today

from dangan.lifecycle.problems import BadMovement
from dangan.workflow.models import Case
from dangan.workflow.problems import BadPart

SUMMARY = {"summary": "完成三个版本的交付，熟悉了工艺和规范。"}


@pytest.fixture
def on_probation(firm: Firm) -> Firm:
    """沈知微 began two months ago, on a contract of two years: two months of probation at most."""
    begun = in_days(-50)
    firm.put(
        "沈知微",
        "post",
        joined=begun.isoformat(),
        status="2",
        probation_end=today().isoformat(),
    )
    firm.put(
        "沈知微",
        "contract",
        kind="1",
        start=begun.isoformat(),
        end=(begun + timedelta(days=729)).isoformat(),
        state="1",
    )
    return firm


def assess(firm: Firm, case: Case, outcome: str, **more: str) -> None:
    firm.fill("沈知微", case, "summary", SUMMARY)
    firm.fill(
        "陆怀瑾", case, "assessment", {"assessment": "独立承担模块", "outcome": outcome} | more
    )


def test_passed_the_person_is_employed_from_the_day(on_probation: Firm) -> None:
    firm = on_probation
    case = firm.start("何雨桐", "regularisation", "沈知微", in_days(1))
    assess(firm, case, "passed")
    assert firm.desks(case) == {"hr"}
    case = firm.agree("梁慎行", case, "hr")
    assert case.state == "waiting"
    case = firm.start("何雨桐", "departure", "沈知微", in_days(30),
        post={"leaving_reason": "30"}, details={"notified_on": today().isoformat()})  # fmt: skip
    assert case.state == "open"


def test_one_may_ask_for_it_oneself(on_probation: Firm) -> None:
    firm = on_probation
    with pytest.raises(BadMovement):
        firm.start("沈知微", "regularisation", "沈知微", today(), reason="")
    case = firm.start("沈知微", "regularisation", "沈知微", today(), reason="", details=SUMMARY)
    assess(firm, case, "passed")
    firm.agree("梁慎行", case, "hr")
    post = firm.post("沈知微")
    assert post["status"] == "1"
    assert post["probation_end"] == (today() - timedelta(days=1)).isoformat()


def test_extended_only_as_far_as_article_19_allows(on_probation: Firm) -> None:
    firm = on_probation
    case = firm.start("何雨桐", "regularisation", "沈知微", today())
    firm.fill("沈知微", case, "summary", SUMMARY)
    too_long = {"assessment": "还需观察", "outcome": "extended", "extended_to": str(in_days(60))}
    with pytest.raises(BadPart):
        firm.fill("陆怀瑾", case, "assessment", too_long)
    until = in_days(8).isoformat()
    firm.fill("陆怀瑾", case, "assessment", too_long | {"extended_to": until})
    assert firm.desks(case) == {"grave"}
    firm.agree("法务", case, "grave")
    firm.agree("领导", case, "grave")
    firm.agree("梁慎行", case, "hr")
    assert firm.post("沈知微")["probation_end"] == until
    assert firm.rows("沈知微", "contract")[0].values["probation_end"] == until


def test_not_passed_a_departure_is_the_next_duty(on_probation: Firm) -> None:
    firm = on_probation
    case = firm.start("何雨桐", "regularisation", "沈知微", today())
    assess(firm, case, "failed")
    firm.agree("法务", case, "grave")
    firm.agree("领导", case, "grave")
    firm.agree("梁慎行", case, "hr")
    assert firm.post("沈知微")["status"] == "2"
    assert set(firm.movement(case).items.values_list("item", flat=True)) == {"departure"}


def test_nobody_is_confirmed_twice(firm: Firm) -> None:
    with pytest.raises(BadMovement) as bad:
        firm.start("何雨桐", "regularisation", "沈知微", today())
    assert "不在试用期内" in str(bad.value.problems[0].message)
