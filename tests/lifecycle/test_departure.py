"""离职 (C5): notice, every desk, hand-over side by side; on the last day every right ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from tests.lifecycle.conftest import HANDOVER, Firm, account_of, in_days, signed, today

from dangan.access.actions import create_token
from dangan.access.models import Account, AccountState, Grant, Token
from dangan.access.queries import NoSuchAccount, actor_of, actor_of_token
from dangan.access.rules import Absent, Refused
from dangan.dossiers import actions as dossiers
from dangan.lifecycle.actions import opened_for, sign, start
from dangan.lifecycle.kinds.departure import Departure
from dangan.lifecycle.models import ChecklistItem
from dangan.lifecycle.problems import AlreadyMoving, BadMovement
from dangan.lifecycle.rules.bodies import Body
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case
from dangan.workflow.problems import BadPart

BACKEND = "dangan.access.backends.SealedLogin"


def notice(firm: Firm, *, days: int = 30, code: str = "11", **details: object) -> Case:
    """沈知微's own written notice, dated today."""
    return firm.start(
        "沈知微",
        "departure",
        "沈知微",
        in_days(days),
        reason="因家庭原因申请解除劳动合同。",
        post={"leaving_reason": code},
        details={"notified_on": today().isoformat(), **details},
    )


def opinions(firm: Firm, case: Case) -> None:
    firm.agree("陆怀瑾", case, "head", "同意，工作由组内承接")
    firm.agree("行政", case, "administration")
    firm.agree("领导", case, "leader")


def to_its_end(firm: Firm, case: Case, *, technical: bool = False) -> Case:
    opinions(firm, case)
    firm.hand_over(case)
    firm.settle(case, firm.movement(case).effective)
    if technical:
        firm.fill("沈知微", case, "secrecy", {"agreed": "on", "signature": "沈知微"})
        firm.agree("法务", case, "secrecy_company")
    return firm.agree("何雨桐", case, "hr")


def leaves_today(firm: Firm, **more: object) -> Case:
    """A departure whose last day is today: short notice, with its reason."""
    case = notice(firm, days=0, short_reason="随配偶外派，双方同意", **more)
    firm.agree("梁慎行", case, "short")
    return case


def test_the_departments_sign_side_by_side_after_the_opinions(firm: Firm) -> None:
    case = notice(firm)
    assert firm.desks(case) == {"head"}
    opinions(firm, case)
    assert firm.desks(case) == {
        "agreement",
        "settlement",
        "handover_department",
        "handover_administration",
        "handover_it",
        "handover_archive",
    }
    firm.hand_over(case)
    assert firm.desks(case) == {"agreement", "settlement"}
    firm.settle(case, in_days(30))
    assert firm.desks(case) == {"hr"}
    items = ChecklistItem.objects.filter(movement=firm.movement(case))
    assert items.count() == 17 and not items.filter(state="open").exists()
    assert set(items.filter(department="it").values_list("by", flat=True)) == {
        account_of(firm, "信息")
    }


def test_on_the_last_day_dossier_account_sessions_and_tokens_end_together(firm: Firm) -> None:
    firm.put("沈知微", "contract", kind="2", start="2016-07-11", state="1")
    account = account_of(firm, "沈知微")
    Grant.objects.create(account_id=account, role="archivist", granted_by=account)
    browser = Client()
    browser.force_login(Account.objects.get(pk=account), BACKEND)
    own_page = f"/people/{firm.person('沈知微')}/"
    assert browser.get(own_page).status_code == 200
    token = create_token(
        actor_of(account), label="同步", scopes=["dossier.open", "data.read"], days=30
    )
    raw = token.raw
    assert actor_of_token(raw) is not None
    api = {"headers": {"Authorization": f"Bearer {raw}"}}
    dossier = f"/api/v1/subjects/{firm.person('沈知微')}"
    assert Client().get(dossier, **api).status_code == 200

    case = to_its_end(firm, leaves_today(firm))

    assert case.state == "agreed" and firm.state("沈知微") == "departed"
    post = firm.post("沈知微")
    assert post["end"] == post["left"] == today().isoformat()
    assert post["leaving_reason"] == "11" and post["status"] == "7"
    contract = firm.rows("沈知微", "contract")[0].values
    assert contract["state"] == "3" and contract["ended"] == today().isoformat()
    assert Account.objects.get(pk=account).state == AccountState.ENDED
    assert not Grant.objects.filter(account=account).exists()
    assert not Token.objects.filter(account=account).exists()
    with pytest.raises(NoSuchAccount):
        actor_of(account)
    answer = browser.get(own_page)
    assert answer.status_code == 302 and "login" in answer["Location"]
    assert actor_of_token(raw) is None
    assert Client().get(dossier, **api).status_code == 401


def test_a_later_last_day_waits_and_happens_once(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = to_its_end(firm, notice(firm))
    assert case.state == "waiting" and firm.state("沈知微") == "confirmed"
    then = timezone.now() + timedelta(days=30)
    assert workflow.sweep(then - timedelta(days=1)).effective == 0
    monkeypatch.setattr("django.utils.timezone.now", lambda: then)
    assert workflow.sweep(then).effective == 1
    assert firm.state("沈知微") == "departed"
    assert firm.post("沈知微")["left"] == firm.movement(case).effective.isoformat()
    Departure().perform(firm.actor("何雨桐"), case, "apply")
    assert workflow.sweep(then).effective == 0


def test_technical_staff_sign_a_two_sided_secrecy_agreement(firm: Firm) -> None:
    firm.put("沈知微", "post", category="2")
    case = leaves_today(firm)
    opinions(firm, case)
    firm.hand_over(case)
    firm.settle(case, today())
    assert firm.desks(case) == {"secrecy"}
    with pytest.raises(BadPart):
        firm.fill("沈知微", case, "secrecy", {"agreed": "on", "signature": "别人"})
    firm.fill("沈知微", case, "secrecy", {"agreed": "on", "signature": "沈 知微"})
    firm.agree("法务", case, "secrecy_company")
    firm.agree("何雨桐", case, "hr")
    [agreement] = firm.rows("沈知微", "secrecy_agreement")
    assert agreement.values["kind"] == "5" and agreement.values["end"] == "9999"
    assert agreement.values["signed"] == today().isoformat()


def test_for_somebody_without_an_account_the_paper_is_recorded_and_nobody_signs_in_their_name(
    firm: Firm,
) -> None:
    firm.put("沈知微", "post", category="2")
    Account.objects.filter(subject=firm.cast.people["沈知微"]).update(subject=None)
    case = firm.start(
        "何雨桐",
        "departure",
        "沈知微",
        in_days(30),
        reason="合同到期不续签。",
        post={"leaving_reason": "40"},
        details={"notified_on": today().isoformat()},
    )
    opinions(firm, case)
    firm.hand_over(case)
    firm.settle(case, in_days(30))
    assert firm.desks(case) == {"secrecy"}
    tomorrow = (today() + timedelta(days=1)).isoformat()
    for wrong in (
        {"agreed": "on", "signature": "沈知微"},
        {"kept": "on", "signed_on": tomorrow},
        {"signed_on": today().isoformat()},
    ):
        with pytest.raises(BadPart):
            firm.fill("陆怀瑾", case, "secrecy", wrong)
    signed = (today() - timedelta(days=2)).isoformat()
    firm.fill("陆怀瑾", case, "secrecy", {"kept": "on", "signed_on": signed})
    assert firm.desks(case) == {"secrecy_company"}
    _movement, _person, body = opened_for(case)
    assert body.text("secrecy_signed") == signed


def test_short_notice_needs_a_reason_and_the_hr_manager(firm: Firm) -> None:
    with pytest.raises(BadMovement) as bad:
        notice(firm, days=10)
    [wrong] = bad.value.problems
    assert wrong.field == "short_reason"
    assert "30 天，现在是 10 天" in str(wrong.message)
    case = notice(firm, days=10, short_reason="随配偶外派，双方同意")
    assert firm.desks(case) == {"short"}
    assert not ChecklistItem.objects.exclude(movement=firm.movement(case)).exists()


def test_in_probation_three_days_suffice(firm: Firm) -> None:
    firm.put("沈知微", "post", status="2", probation_end=in_days(40).isoformat())
    with pytest.raises(BadMovement):
        notice(firm, days=2)
    assert firm.desks(notice(firm, days=3)) == {"head"}


def test_leaving_for_the_employers_fault_needs_no_notice(firm: Firm) -> None:
    assert firm.desks(notice(firm, days=0, code="12")) == {"head"}


def test_one_s_own_notice_says_no_more_than_the_law_gives(firm: Firm) -> None:
    with pytest.raises(BadMovement):
        notice(firm, code="22")
    with pytest.raises(Refused):
        firm.start("沈知微", "departure", "沈知微", in_days(30), post={"position": "x"})
    with pytest.raises(Absent):
        start(
            firm.actor("沈知微"),
            kind="departure",
            subject=firm.person("罗文博"),
            body=Body(),
            effective=today(),
            by_self=True,
        )


def test_failing_probation_is_no_reason_after_it(firm: Firm) -> None:
    with pytest.raises(BadMovement) as bad:
        firm.start(
            "何雨桐",
            "departure",
            "沈知微",
            today(),
            post={"leaving_reason": "21"},
            details={"notified_on": today().isoformat()},
        )
    assert "试用期" in str(bad.value.problems[0].message)


def test_a_second_departure_tells_the_first_and_may_stand_beside_a_promotion(firm: Firm) -> None:
    place = {"unit": firm.unit("嵌入式组"), "position": "主任"}
    promotion = firm.start("何雨桐", "promotion", "沈知微", today(), post=place)
    first = notice(firm)
    with pytest.raises(AlreadyMoving) as already:
        notice(firm)
    assert already.value.number == first.number
    assert firm.desks(promotion) == {"head"}


def test_who_has_left_cannot_leave_or_move_again(firm: Firm) -> None:
    place = {"unit": firm.unit("嵌入式组"), "position": "主任"}
    promotion = firm.start("何雨桐", "promotion", "沈知微", today(), post=place)
    to_its_end(firm, leaves_today(firm))
    with pytest.raises(BadMovement) as bad:
        firm.start(
            "何雨桐",
            "departure",
            "沈知微",
            today(),
            post={"leaving_reason": "30"},
            details={"notified_on": today().isoformat()},
        )
    assert "已离职" in str(bad.value.problems[0].message)
    firm.agree("陆怀瑾", promotion, "head")
    firm.fill("俞书衡", promotion, "pay", {"same": "on"})
    with pytest.raises(Exception, match="已离职"):
        firm.agree("领导", promotion, "leader")
    assert len(firm.rows("沈知微", "post")) == 1


def test_the_duties_of_article_50_follow_with_their_last_days(firm: Firm) -> None:
    case = to_its_end(firm, leaves_today(firm))
    duties = {item.item: item for item in firm.movement(case).items.filter(after=True)}
    assert set(duties) == {"certificate", "file", "insurance", "fund"}
    assert duties["file"].due == duties["insurance"].due == in_days(15)
    with pytest.raises(Absent):
        sign(firm.actor("俞书衡"), item=duties["file"].pk, state="done")
    with pytest.raises(BadMovement):
        sign(firm.actor("何雨桐"), item=duties["fund"].pk, state="none")
    line = sign(firm.actor("何雨桐"), item=duties["file"].pk, state="done", note="机要转递")
    assert line.by == account_of(firm, "何雨桐")
    with pytest.raises(BadMovement):
        sign(firm.actor("梁慎行"), item=duties["file"].pk, state="done")


def test_a_unit_left_without_head_is_a_duty_of_hr(firm: Firm) -> None:
    case = firm.start(
        "何雨桐",
        "departure",
        "罗文博",
        today(),
        post={"leaving_reason": "30"},
        details={"notified_on": today().isoformat()},
    )
    for step in ("head", "administration", "leader"):
        workflow.agree(firm.whoever(case, step), case=case.id, step=step)
    for part, (_name, lines) in HANDOVER.items():
        workflow.fill(
            firm.whoever(case, part), case=case.id, step=part, part=part, data=signed(*lines)
        )
    firm.settle(case, today())
    firm.agree("梁慎行", case, "hr")
    due = {item.item for item in firm.movement(case).items.filter(after=True)}
    assert "successor" in due


def test_a_departed_dossier_is_closed(firm: Firm) -> None:
    to_its_end(firm, leaves_today(firm))
    with pytest.raises(Refused):
        dossiers.save_row(
            firm.actor("梁慎行"),
            subject=firm.person("沈知微"),
            info_set="education",
            row=None,
            base_version=0,
            values={"school": "浙江大学"},
        )
