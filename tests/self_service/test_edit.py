"""我的信息: what one may change stands white, what changed stands red, a draft is one's own."""

from __future__ import annotations

import re

import pytest
from tests.cast import PEOPLE
from tests.dossiers_pages.conftest import few_statements
from tests.self_service.conftest import Person, only_proposal

from dangan.dossiers import actions
from dangan.dossiers.models import Proposal, Record


def test_the_overview_leads_to_every_set_and_tells_its_state(person):
    page = person.page("/me/")
    for text in ("沈知微", "020486", "联系方式", "教育经历", "谁看过我的档案", "取得我的信息副本"):
        assert text in page
    assert "/me/edit/#s-contact" in page
    assert "/me/sets/education/" in page
    person.add_school()
    assert "1 条未提交" in person.page("/me/")


def test_fields_of_others_are_grey_and_ones_own_are_inputs(person):
    page = person.page("/me/edit/")
    assert 'name="contact-v-mobile"' in page
    assert 'value="13812345678"' in page
    assert 'name="identity-v-native_place"' in page
    for field in ("name", "id_number", "employee_number", "remarks"):
        assert f'name="identity-v-{field}"' not in page
    assert "人力资源维护" in page


def test_a_draft_stands_old_and_new_in_red_and_changes_nothing(person):
    before = Record.objects.count()
    assert person.edit(contact__mobile="13900001234").status_code == 302
    page = person.page("/me/edit/")
    assert "已修改 1 项，尚未提交" in page
    assert re.search(r'<span class="old">13812345678</span>.*<span class="new">13900001234', page)
    assert "提交审批（1 项）" in page
    assert Record.objects.count() == before
    assert only_proposal().state == "draft"


def test_typing_the_old_value_again_takes_it_out_of_the_draft(person):
    person.edit(contact__mobile="13900001234")
    person.edit(contact__mobile="13812345678")
    assert '<section class="changes-box pending"' in (page := person.page("/me/edit/"))
    assert re.search(r'id="pending"[^>]*hidden', page)


def test_one_field_or_all_can_be_taken_back(person):
    person.edit(contact__mobile="13900001234", contact__email="shen@example.com")
    row = person.current("contact").row
    person.browser.post(f"/me/sets/contact/{row}/undo/", {"field": "mobile"})
    page = person.page("/me/edit/")
    assert "13900001234" not in page
    assert "shen@example.com" in page
    person.browser.post("/me/restore/")
    assert not Proposal.objects.filter(state="draft").exists()
    assert "shen@example.com" not in person.page("/me/edit/")


def test_nothing_is_drafted_when_nothing_changed(person):
    assert person.edit(contact__mobile="13812345678").status_code == 302
    assert not Proposal.objects.exists()
    answer = person.edit("submit", contact__mobile="13812345678")
    assert answer.status_code == 422
    assert "没有改动" in answer.content.decode()


def test_what_is_wrong_is_said_beside_the_field_and_kept(person):
    answer = person.edit(contact__mobile="12")
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="12"' in page
    assert "尚未保存" in page
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("field", ["name", "id_number", "employee_number", "remarks"])
def test_a_crafted_field_is_no_part_of_the_form(person, field):
    answer = person.edit(**{f"identity__{field}": "改掉"})
    assert answer.status_code == 302
    assert not Proposal.objects.exists()


def test_a_newer_version_is_told_instead_of_overwritten(person, cast):
    stale = {"base-contact": "1", "base-identity": "1", "contact-v-mobile": "13900001234"}
    hr = cast.actor("hr_manager")
    row = person.current("contact").row
    actions.save_row(
        hr,
        subject=person.subject,
        info_set="contact",
        row=row,
        base_version=1,
        values={"email": "new@example.com"},
    )
    answer = person.browser.post("/me/edit/", stale | {"then": "save"})
    assert answer.status_code == 422
    assert "有了新版本" in answer.content.decode()


def test_without_a_dossier_or_the_right_there_is_no_such_page(browser):
    it = browser("it")
    assert "没有对应的档案" in it.get("/me/").content.decode()
    for address in ("/me/edit/", "/me/requests/", "/me/looks/", "/me/copy/", "/me/portrait/"):
        assert it.get(address).status_code == 403


def test_sets_that_are_not_ones_own_to_change_are_not_there(person):
    for key in ("contract", "assessment", "pay", "background_check", "contact", "nothing"):
        assert person.browser.get(f"/me/sets/{key}/").status_code == 404
        assert person.browser.get(f"/me/sets/{key}/add/").status_code == 404


def test_pages_ask_little(person):
    person.edit(contact__mobile="13900001234")
    person.add_school()
    for address in ("/me/", "/me/edit/", "/me/sets/education/", "/me/looks/", "/me/requests/"):
        person.page(address)
        with few_statements():
            person.page(address)


def test_the_cast_is_as_these_stories_need_it(person: Person):
    assert PEOPLE["沈知微"][3] == "13812345678"
