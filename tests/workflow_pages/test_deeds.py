"""Deciding from the page: what is asked, what happens, what is refused."""

from __future__ import annotations

from django.utils import timezone
from tests.cast import written_events
from tests.workflow.conftest import APPLY, HEAD, serve
from tests.workflow_pages.conftest import (
    HEAD_OF,
    HR_OF,
    OTHER,
    WHO,
    at_most,
    main_of,
    start,
    state_of,
    url,
)

from dangan.workflow import actions
from dangan.workflow.models import Case

HTMX = {"HX-Request": "true"}


def test_agreeing_asks_first_and_says_what_comes_next(case, signed_in):
    head = signed_in(HEAD_OF)
    with at_most(17):
        asked = head.get(url(case, "agree") + "?step=head", headers=HTMX)
    text = asked.content.decode()
    assert "<dialog" in text and "下一步：人事审批" in text
    done = head.post(url(case, "agree"), {"step": "head", "words": "同意休假"}, headers=HTMX)
    assert (done.status_code, done["HX-Redirect"]) == (204, url(case))
    assert "同意休假" in main_of(head.get(url(case)))


def test_without_script_the_question_is_a_page_of_its_own(case, signed_in):
    head = signed_in(HEAD_OF)
    assert "<main" in head.get(url(case, "agree") + "?step=head").content.decode()
    done = head.post(url(case, "agree"), {"step": "head"})
    assert (done.status_code, done["Location"]) == (302, url(case))


def test_the_last_decision_takes_effect(case, signed_in, leave):
    signed_in(HEAD_OF).post(url(case, "agree"), {"step": "head"})
    hr = signed_in(HR_OF)
    assert "下一步：生效" in hr.get(url(case, "agree") + "?step=hr").content.decode()
    hr.post(url(case, "agree"), {"step": "hr"})
    assert state_of(case) == "agreed" and leave.applied == [case.id]


def test_an_effect_that_cannot_happen_takes_the_decision_back(case, signed_in, leave):
    leave.broken = "岗位"
    signed_in(HEAD_OF).post(url(case, "agree"), {"step": "head"})
    refused = signed_in(HR_OF).post(url(case, "agree"), {"step": "hr", "words": "可以"})
    text = refused.content.decode()
    assert refused.status_code == 422
    assert "岗位已被占用，请另选岗位" in text and "可以" in text
    assert state_of(case) == "open"


def test_refusing_and_returning_need_a_reason(case, signed_in):
    head = signed_in(HEAD_OF)
    for verb in ("refuse", "return"):
        answer = head.post(url(case, verb), {"step": "head", "to": "start", "words": " "})
        assert answer.status_code == 422
        assert "请写明原因" in answer.content.decode()
    assert state_of(case) == "open"


def test_returning_goes_to_whoever_started_it_or_an_earlier_step(case, signed_in):
    signed_in(HEAD_OF).post(url(case, "agree"), {"step": "head"})
    hr = signed_in(HR_OF)
    asked = hr.get(url(case, "return") + "?step=hr").content.decode()
    assert "发起人，修改后重新提交" in asked and "负责人审批" in asked
    hr.post(url(case, "return"), {"step": "hr", "to": "head", "words": "请再核对"})
    assert "请再核对" in main_of(signed_in(HEAD_OF).get(url(case)))
    assert state_of(case) == "open"
    wrong = hr.post(url(case, "return"), {"step": "hr", "to": "nowhere", "words": "x"})
    assert wrong.status_code in (404, 409, 422)


def test_refusing_ends_the_case(case, signed_in, leave):
    signed_in(HEAD_OF).post(url(case, "refuse"), {"step": "head", "words": "人手不足"})
    assert state_of(case) == "refused" and leave.applied == []


def test_whoever_is_late_is_told_who_was_first_and_keeps_the_words(office, leave, signed_in):
    both = [{"rule": "head", "up": 1}, {"rule": "role", "role": "hr_manager"}]
    serve({**HEAD, "who": both}, APPLY)
    case = start(office)
    signed_in(HEAD_OF).post(url(case, "agree"), {"step": "head"})
    late = signed_in(HR_OF).post(
        url(case, "return"), {"step": "head", "to": "start", "words": "天数写错了"}, headers=HTMX
    )
    text = late.content.decode()
    assert late.status_code == 409
    assert "陆怀瑾" in text and "同意" in text and "天数写错了" in text
    assert f"/flows/{case.id}/comment/" in text
    assert state_of(case) == "agreed"


def test_a_decision_on_what_has_changed_since_is_asked_again(case, signed_in, office):
    head = signed_in(HEAD_OF)
    before = Case.objects.get(pk=case.pk).version
    actions.return_case(
        office.actor(HEAD_OF), case=case.id, step="head", words="请补充", to="start"
    )
    actions.resubmit(office.actor(WHO), case=case.id, facts={"days": 30}, words="改为 30 天")
    moved = head.post(url(case, "agree"), {"step": "head", "version": before, "words": "好"})
    text = moved.content.decode()
    assert moved.status_code == 409
    assert "沈知微" in text and "重新提交" in text and "好</textarea>" in text
    assert state_of(case) == "open"
    now = Case.objects.get(pk=case.pk).version
    assert f'name="version" value="{now}"' in text


def test_handing_over_finds_people_in_the_body_never_in_the_address(case, signed_in, office):
    hr, head = office.account(HR_OF), signed_in(HEAD_OF)
    found = head.post("/flows/people/", {"who": "陆"}).content.decode()
    assert "陆怀瑾" in found  # the head's own branch
    assert head.get("/flows/people/?who=陆").status_code == 405
    head.post(url(case, "transfer"), {"step": "head", "account": str(hr), "words": "请你办"})
    assert f"/flows/{case.id}/agree/" in main_of(signed_in(HR_OF).get(url(case)))
    assert f"/flows/{case.id}/agree/" not in main_of(head.get(url(case)))


def test_handing_over_to_nobody_says_what_to_do(case, signed_in):
    answer = signed_in(HEAD_OF).post(url(case, "transfer"), {"step": "head", "account": "x"})
    assert answer.status_code == 422 and "请重新查找并选择" in answer.content.decode()


def test_adding_a_signer_before_and_dropping_them_again(case, signed_in, office):
    head, other = signed_in(HEAD_OF), office.account(OTHER)
    head.post(url(case, "add"), {"step": "head", "account": str(other), "place": "before"})
    assert f"/flows/{case.id}/agree/" in main_of(signed_in(OTHER).get(url(case)))
    head.post(url(case, "remove"), {"step": "head", "account": str(other)})
    assert f"/flows/{case.id}/agree/" not in main_of(signed_in(OTHER).get(url(case)))


def test_asking_for_an_opinion_and_giving_it(case, signed_in, office):
    head, other = signed_in(HEAD_OF), office.account(OTHER)
    head.post(url(case, "delegate"), {"step": "head", "account": str(other), "words": "排班冲突吗"})
    page = main_of(signed_in(OTHER).get(url(case)))
    assert f"/flows/{case.id}/opinion/" in page and f"/flows/{case.id}/agree/" not in page
    signed_in(OTHER).post(url(case, "opinion"), {"step": "head", "words": "没有冲突"})
    assert "没有冲突" in main_of(head.get(url(case)))


def test_copying_lets_somebody_read_and_no_more(case, signed_in, office):
    other = signed_in(OTHER)
    assert other.get(url(case)).status_code == 404
    signed_in(WHO).post(url(case, "copy"), {"account": str(office.account(OTHER))})
    page = other.get(url(case))
    assert page.status_code == 200
    assert f"/flows/{case.id}/agree/" not in main_of(page)
    assert case.number in main_of(other.get("/flows/copied/"))


def test_urging_and_taking_back(case, signed_in):
    who = signed_in(WHO)
    assert who.post(url(case, "urge")).status_code == 302
    again = who.post(url(case, "urge"))
    assert again.status_code == 422  # at most once in four hours, said in a sentence
    assert who.post(url(case, "withdraw"), {"words": "不去了"}).status_code == 302
    assert state_of(case) == "withdrawn"


def test_crafted_posts_change_nothing_and_are_logged(case, signed_in, office):
    who, hr = signed_in(WHO), signed_in(HR_OF)
    own = who.post(url(case, "agree"), {"step": "head"})
    others = hr.post(url(case, "agree"), {"step": "head"})
    future = hr.post(url(case, "agree"), {"step": "hr"})
    behalf = hr.post(url(case, "agree"), {"step": "head", "behalf": str(office.account(HEAD_OF))})
    unknown = hr.post(url(case, "agree"), {"step": "no-such-step"})
    for answer in (own, others, future, behalf, unknown):
        assert answer.status_code in (404, 422), answer.content.decode()[:300]
    assert state_of(case) == "open"
    assert Case.objects.get(pk=case.pk).version == case.version
    assert ("case.agree", "refused") in written_events(office.actor(HR_OF))
    assert who.post(url(case, "destroy")).status_code == 404


def test_a_past_case_takes_no_decision(case, signed_in, office):
    actions.refuse(office.actor(HEAD_OF), case=case.id, step="head", words="不行")
    answer = signed_in(HEAD_OF).post(url(case, "agree"), {"step": "head"})
    assert answer.status_code in (409, 422)
    assert state_of(case) == "refused"


def test_a_deputy_decides_in_both_names(case, signed_in, office):
    day = timezone.localdate()
    actions.name_deputy(office.actor(HEAD_OF), deputy=office.account(OTHER), begins=day, ends=day)
    other = signed_in(OTHER)
    assert url(case) in main_of(other.get("/flows/"))
    page = main_of(other.get(url(case)))
    assert "代理人身份办理" in page
    behalf = str(office.account(HEAD_OF))
    other.post(url(case, "agree"), {"step": "head", "behalf": behalf})
    text = main_of(signed_in(WHO).get(url(case)))
    assert "罗文博" in text and "代 陆怀瑾" in text
