"""Submitting: each set a request of its own; returned, withdrawn, agreed to."""

from __future__ import annotations

import re

import pytest
from tests.cast import written_events
from tests.self_service.conftest import account_of, upload

from dangan.access.queries import actor_of
from dangan.dossiers import queries as dossier_queries
from dangan.dossiers.models import Portrait, Proposal
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case, Task


@pytest.fixture
def deciders(cast, browser):
    """Signs every open task of a case in turn: ``deciders(case, "agree")``."""
    browser("hr_specialist", name="何雨桐")
    browser("hr_manager", name="梁慎行")
    browser("head", name="陆怀瑾", unit="研发中心")

    def decide(case: Case, verb: str, words: str = "") -> None:
        for _step in range(6):
            case.refresh_from_db()
            task = Task.objects.filter(case=case, state="open").order_by("id").first()
            if case.state != "open" or task is None:
                return
            signer = actor_of(task.account)
            if verb == "agree":
                workflow.agree(signer, case=case.id, step=task.step, words=words)
            else:
                workflow.return_case(signer, case=case.id, step=task.step, words=words)
                return

    return decide


def submitted(person) -> dict[str, Proposal]:
    """The requests on their way, by the set they touch."""
    found = {}
    for item in Proposal.objects.filter(subject=person.subject):
        page = person.page("/me/requests/")
        title = re.search(rf'id="q-{item.id}".*?<b>(?:<a[^>]*>)?([^<]+)', page, re.S)
        found[title[1].strip()] = item
    return found


def test_each_set_becomes_a_request_of_its_own(person, deciders):
    person.add_school()
    answer = person.edit("submit", contact__mobile="13900001234")
    assert answer["Location"] == "/me/requests/"
    requests = submitted(person)
    assert requests.keys() == {"联系方式", "教育经历"}
    assert {item.state for item in requests.values()} == {"open"}
    assert Case.objects.count() == 2
    page = person.page("/me/requests/")
    assert "审批中 <small>2</small>" in page
    assert "收回" in page


def test_what_is_under_way_is_locked_and_says_so_with_its_number(person, deciders):
    person.add_school()
    person.edit("submit", contact__mobile="13900001234")
    page = person.page("/me/edit/")
    number = Case.objects.get(id=submitted(person)["联系方式"].case).number
    assert number in page
    assert 'name="contact-v-mobile"' not in page
    rows = person.page("/me/sets/education/")
    assert "正在审批中" in rows
    assert "申请删除" not in rows
    again = person.edit(contact__mobile="13900009999")
    assert again.status_code == 302
    assert not Proposal.objects.filter(state="draft").exists()


def test_one_is_returned_mended_and_sent_again_the_other_takes_effect(person, cast, deciders):
    person.add_school("江南大学")
    person.edit("submit", contact__mobile="13900001234")
    requests = submitted(person)
    deciders(Case.objects.get(id=requests["联系方式"].case), "agree")
    school = Case.objects.get(id=requests["教育经历"].case)
    deciders(school, "return", "毕业证编号与扫描件不一致")
    view = dossier_queries.open_dossier(cast.actor("hr_manager"), person.subject)
    assert view.current["contact"].cell("mobile").value == "13900001234"
    assert not view.sets["education"].rows
    page = person.page("/me/requests/?state=returned")
    assert "毕业证编号与扫描件不一致" in page
    assert "修改后重交" in page
    rows = person.page("/me/sets/education/?state=returned")
    assert "毕业证编号与扫描件不一致" in rows
    key = re.search(r'id="r-([0-9a-f-]{36})"', rows)[1]
    answer = person.browser.post(
        f"/me/sets/education/{key}/", {"v-school": "江南理工大学", "base_version": "0"}
    )
    assert answer.status_code == 302
    assert person.browser.post(
        f"/me/sets/education/{key}/proofs/", {"file": upload()}
    ).status_code == 302  # fmt: skip
    sent = person.browser.post("/me/submit/", {"sets": "education"})
    assert sent["Location"] == "/me/requests/"
    school.refresh_from_db()
    assert school.state == "open"
    deciders(school, "agree")
    view = dossier_queries.open_dossier(cast.actor("hr_manager"), person.subject)
    assert view.sets["education"].rows[0].cell("school").value == "江南理工大学"
    assert "已生效 <small>2</small>" in person.page("/me/requests/")


def test_taken_back_before_anybody_decided_it_is_a_draft_again(person, deciders):
    person.edit("submit", contact__mobile="13900001234")
    item = Proposal.objects.get()
    person.browser.post(f"/me/requests/{item.id}/withdraw/")
    item.refresh_from_db()
    assert item.state == "draft"
    assert "13900001234" in person.page("/me/edit/")


def test_after_somebody_decided_it_cannot_be_taken_back(person, cast, deciders):
    person.edit("submit", identity__native_place="浙江杭州")
    case = Case.objects.get()
    task = Task.objects.filter(case=case, state="open").first()
    workflow.agree(actor_of(task.account), case=case.id, step=task.step)
    case.refresh_from_db()
    assert "收回</button>" not in person.page("/me/requests/")
    item = Proposal.objects.get()
    state = item.state
    person.browser.post(f"/me/requests/{item.id}/withdraw/", follow=True)
    item.refresh_from_db()
    assert item.state == state


def test_a_new_portrait_is_shown_once_agreed(person, deciders):
    answer = person.browser.post("/me/portrait/", {"file": upload("face.jpg")})
    assert answer.status_code == 302
    assert "新照片待审批" in person.page("/me/edit/")
    assert not Portrait.objects.exists()
    person.edit("submit")
    case = Case.objects.get()
    deciders(case, "agree")
    case.refresh_from_db()
    assert case.state == "agreed"
    shown = person.browser.get(
        re.search(r'src="(/people/[^"]+/portrait/[^"]+)"', person.page("/me/"))[1]
    )
    assert shown["Content-Type"] == "image/jpeg"


def test_a_portrait_joins_other_changes_of_the_same_row_and_leaves_alone(person):
    person.edit(identity__native_place="浙江杭州")
    person.browser.post("/me/portrait/", {"file": upload("face.jpg")})
    page = person.page("/me/edit/")
    assert "浙江杭州" in page
    assert "新照片待审批" in page
    person.edit(identity__native_place="浙江宁波")
    page = person.page("/me/edit/")
    assert "浙江宁波" in page
    assert "新照片待审批" in page
    row = person.current("identity").row
    person.browser.post(f"/me/sets/identity/{row}/undo/", {"field": "photo"})
    page = person.page("/me/edit/")
    assert "新照片待审批" not in page
    assert "浙江宁波" in page


def test_nobody_decides_their_own_request(cast, browser, person):
    hr = browser("hr_specialist", name="何雨桐")
    page = hr.get("/me/edit/").content.decode()
    mobile = re.search(r'name="contact-v-mobile"[^>]*value="(\d+)"', page)
    assert mobile
    data = {"base-contact": "1", "base-identity": "1", "contact-v-mobile": "13900001234"}
    hr.post("/me/edit/", data | {"then": "submit"})
    account = account_of(cast.people["何雨桐"])
    assert not Task.objects.filter(account=account, state="open").exclude(role="change").exists()


def test_what_happened_is_in_the_log(person, deciders):
    person.edit("submit", contact__mobile="13900001234")
    done = {name for name, outcome in written_events() if outcome == "done"}
    assert {"proposal.draft", "proposal.submit", "case.submit"} <= done or (
        {"proposal.draft", "proposal.submit"} <= done
    )
