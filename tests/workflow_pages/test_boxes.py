"""The four boxes, agreeing to many, the desk's panels."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from tests.cast import PEOPLE, written_events
from tests.workflow.conftest import APPLY, HEAD, HR, serve
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
from dangan.workflow.models import Case, Task
from dangan.workflow.views import boxes

HTMX = {"HX-Request": "true"}
BOX_AT_MOST = 13


def rows(response) -> list[str]:
    return re.findall(r'data-row="([^"]+)"', response.content.decode())


def test_a_case_stands_in_the_box_of_whoever_is_to_decide(case, signed_in):
    assert rows(signed_in(HEAD_OF).get("/flows/")) == [str(case.id)]
    assert rows(signed_in(HR_OF).get("/flows/")) == []
    assert rows(signed_in(WHO).get("/flows/started/")) == [str(case.id)]
    signed_in(HEAD_OF).post(url(case, "agree"), {"step": "head"})
    assert rows(signed_in(HEAD_OF).get("/flows/")) == []
    assert rows(signed_in(HEAD_OF).get("/flows/done/")) == [str(case.id)]
    assert rows(signed_in(HR_OF).get("/flows/")) == [str(case.id)]


def test_a_box_costs_the_same_however_full(case, signed_in, office):
    head = signed_in(HEAD_OF)
    for _ in range(4):
        start(office)
    with at_most(BOX_AT_MOST):
        assert len(rows(head.get("/flows/"))) == 5


@pytest.mark.parametrize("box", ["done", "started", "copied"])
def test_the_old_address_leads_to_each_box(box, signed_in):
    answer = signed_in(WHO).get(f"/flows/?box={box}")
    assert (answer.status_code, answer["Location"]) == (302, f"/flows/{box}/")
    assert signed_in(WHO).get("/flows/?box=nothing&page=x&kind=x").status_code == 200


def test_empty_boxes_say_what_will_be_there(signed_in, office):
    text = main_of(signed_in(OTHER).get("/flows/"))
    assert "没有待你处理的事项" in text


def test_states_and_kinds_narrow_the_box(case, signed_in, office):
    second = start(office)
    actions.withdraw(office.actor(WHO), case=second.id)
    who = signed_in(WHO)
    assert rows(who.get("/flows/started/?state=withdrawn")) == [str(second.id)]
    assert rows(who.get("/flows/started/?state=open&kind=leave")) == [str(case.id)]
    assert rows(who.get("/flows/started/?kind=change")) == []


def test_pages_of_a_long_box(case, signed_in, office, monkeypatch):
    monkeypatch.setattr(boxes, "LIMIT", 2)
    for _ in range(2):
        start(office)
    who = signed_in(WHO)
    first, second = rows(who.get("/flows/started/")), rows(who.get("/flows/started/?page=2"))
    assert (len(first), len(second)) == (2, 1) and not set(first) & set(second)


def tasks(name: str, office) -> list[str]:
    found = Task.objects.filter(account=office.account(name), state="open", role="sign")
    return [str(pk) for pk in found.order_by("pk").values_list("pk", flat=True)]


def test_agreeing_to_many_asks_first_then_says_what_became_of_each(case, signed_in, office):
    second = start(office)
    head = signed_in(HEAD_OF)
    chosen = tasks(HEAD_OF, office)
    asked = head.post("/flows/agree/", {"task": chosen}, headers=HTMX).content.decode()
    assert "同意 2 项" in asked and "负责人审批" in asked
    assert state_of(case) == "open"
    done = head.post("/flows/agree/done/", {"task": [*chosen, "999999"], "words": "可以"})
    text = main_of(done)
    assert "已同意 2 项，未办 1 项" in text
    assert case.number in text and second.number in text
    assert rows(signed_in(HR_OF).get("/flows/")) == [str(case.id), str(second.id)]


def test_tasks_of_different_steps_do_not_go_together(case, signed_in, office):
    serve({**HEAD, "key": "head2", "label": "负责人复核"}, HR, APPLY)
    start(office)
    answer = signed_in(HEAD_OF).post("/flows/agree/", {"task": tasks(HEAD_OF, office)})
    assert "同一流程的同一步骤" in answer.content.decode()


def test_many_crafted_tasks_of_others_are_not_agreed_to(case, signed_in, office):
    theirs = tasks(HEAD_OF, office)
    for name in (HR_OF, WHO, OTHER):
        done = signed_in(name).post("/flows/agree/done/", {"task": [*theirs, "x", "-1"]})
        assert "已同意 0 项" in main_of(done)
    assert Case.objects.get(pk=case.pk).version == case.version


def test_fill_steps_are_left_out_with_a_sentence(leave, office, signed_in):
    serve({"type": "fill", "key": "pay", "label": "填工资", "part": "pay",
           "who": [{"rule": "head"}]}, APPLY)  # fmt: skip
    case = start(office)
    task = Task.objects.get(case=case, state="open")
    done = main_of(signed_in(HEAD_OF).post("/flows/agree/done/", {"task": task.pk}))
    assert "已同意 0 项，未办 1 项" in done and "单独办理" in done
    assert state_of(case) == "open"


def test_filling_a_step_stores_and_agrees(leave, office, signed_in):
    serve({"type": "fill", "key": "pay", "label": "填工资", "part": "pay",
           "who": [{"rule": "head"}]}, APPLY)  # fmt: skip
    case = start(office)
    head = signed_in(HEAD_OF)
    assert 'name="amount"' in main_of(head.get(url(case)))
    wrong = head.post(url(case, "fill", "pay"), {"amount": "许多", "words": "已核"})
    assert wrong.status_code == 422
    assert "许多" in main_of(wrong) and "已核" in main_of(wrong)
    assert state_of(case) == "open"
    assert signed_in(HR_OF).post(url(case, "fill", "pay"), {"amount": "5"}).status_code in (
        404,
        422,
    )
    head.post(url(case, "fill", "pay"), {"amount": "5", "part": "no-such-part"})
    assert state_of(case) == "agreed"


def test_the_desk_shows_what_waits_and_what_was_started(case, signed_in, office):
    head, who = signed_in(HEAD_OF), signed_in(WHO)
    with at_most(BOX_AT_MOST):
        todo = head.get("/desk/flows-todo/").content.decode()
    assert url(case) in todo and "负责人审批" in todo
    started = who.get("/desk/flows-started/").content.decode()
    assert url(case) in started and case.number in started
    assert who.get("/desk/flows-todo/").content == b""
    assert head.get("/desk/flows-started/").content == b""


def test_the_frame_counts_what_waits(case, signed_in):
    text = signed_in(HEAD_OF).get("/flows/").content.decode()
    assert re.search(r'待我处理</span><em class="nav-n">1</em>', text)
    assert 'href="/flows/" title="待办"' in text


def test_no_box_opens_without_leave(browser, cast):
    client = browser("auditor")
    assert client.get("/flows/").status_code == 403
    assert client.post("/flows/agree/done/", {"task": "1"}).status_code == 403
    assert client.get(url(uuid4())).status_code == 403
    assert client.get("/flows/definitions/").status_code == 403


def test_all_of_the_cast_can_be_named() -> None:
    assert {WHO, HEAD_OF, HR_OF, OTHER} <= PEOPLE.keys()


def test_what_a_box_shows_is_no_look_at_a_dossier(case, signed_in, office):
    signed_in(HEAD_OF).get("/flows/")
    assert all(action != "dossier.read" for action, _ in written_events(office.actor(HEAD_OF)))
