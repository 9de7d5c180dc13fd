"""The page of a case: for whom it opens, what it shows, what it costs."""

from __future__ import annotations

from uuid import uuid4

from tests.cast import written_events
from tests.workflow_pages.conftest import HEAD_OF, HR_OF, OTHER, WHO, at_most, main_of, url

from dangan.workflow import actions

PAGE_AT_MOST = 17
"""A case lies in six tables, its people in two more; however long it runs, no more are asked."""


def test_whoever_decides_sees_the_case_and_the_buttons(case, signed_in):
    head = signed_in(HEAD_OF)
    with at_most(PAGE_AT_MOST):
        page = head.get(url(case))
    text = main_of(page)
    assert page.status_code == 200
    assert case.number in text and "沈知微" in text and "请年假 3 天。" in text
    deeds = [f"/flows/{case.id}/{verb}/" for verb in ("agree", "return", "refuse", "add")]
    assert all(deed in text for deed in deeds)
    assert f"/flows/{case.id}/withdraw/" not in text


def test_a_long_case_costs_no_more(case, signed_in, office):
    for _ in range(5):
        actions.comment(office.actor(WHO), case=case.id, text="请看", mentions=[])
    actions.add_signers(
        office.actor(HEAD_OF), case=case.id, step="head", who=[office.account(OTHER)],
        place="before",
    )  # fmt: skip
    head = signed_in(HEAD_OF)
    with at_most(PAGE_AT_MOST):
        assert head.get(url(case)).status_code == 200


def test_whoever_started_it_may_take_it_back_but_not_decide(case, signed_in):
    text = main_of(signed_in(WHO).get(url(case)))
    assert f"/flows/{case.id}/withdraw/" in text and f"/flows/{case.id}/urge/" in text
    assert f"/flows/{case.id}/agree/" not in text


def test_whoever_writes_is_told_who_reads(case, signed_in, office):
    assert "当事人可见" in main_of(signed_in(HEAD_OF).get(url(case)))
    about = actions.open_case(
        office.actor(HR_OF), definition="leave_flow", subject=office.cast.people[WHO],
        object=None, facts={},
    )  # fmt: skip
    text = main_of(signed_in(HEAD_OF).get(url(about)))
    assert "参与人可见" in text and "当事人可见" not in text


def test_the_present_step_is_lit_and_what_is_to_come_is_not(case, signed_in):
    text = main_of(signed_in(HEAD_OF).get(url(case)))
    assert 'class="fb now" aria-current="step"' in text
    assert text.count('class="fb next"') == 2  # 人事审批 and 生效
    assert "本人提交" in text


def test_nobody_else_finds_it_and_the_attempt_is_logged(case, signed_in, office):
    page = signed_in(OTHER).get(url(case))
    assert page.status_code == 404
    assert "沈知微" not in page.content.decode() and case.number not in page.content.decode()
    assert ("case.read", "refused") in written_events(office.actor(OTHER))
    for more in (["print"], ["agree"], ["files", str(uuid4())]):
        assert signed_in(OTHER).get(url(case, *more)).status_code == 404
    assert signed_in(OTHER).post(url(case, "comment"), {"text": "看看"}).status_code == 404


def test_whoever_may_see_all_cases_sees_it_and_may_decide_nothing(case, signed_in):
    page = signed_in(HR_OF).get(url(case))
    assert page.status_code == 200
    assert f"/flows/{case.id}/agree/" not in main_of(page)


def test_absent_and_forbidden_look_alike(case, signed_in):
    client = signed_in(OTHER)
    absent, forbidden = client.get(url(uuid4())), client.get(url(case))
    assert absent.status_code == forbidden.status_code == 404


def test_the_print_view_has_no_navigation(case, signed_in):
    text = signed_in(HEAD_OF).get(url(case, "print")).content.decode()
    assert case.number in text and "请年假 3 天。" in text
    assert "<nav" not in text


def test_ended_cases_say_so_and_offer_nothing(case, signed_in, office):
    actions.refuse(office.actor(HEAD_OF), case=case.id, step="head", words="人手不足")
    text = main_of(signed_in(WHO).get(url(case)))
    assert "已拒绝" in text and "人手不足" in text
    assert f"/flows/{case.id}/withdraw/" not in text
