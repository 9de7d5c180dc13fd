"""Sets with many rows: add, change, ask to delete, prove; each row says where it stands."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.self_service.conftest import only_proposal, upload

from dangan.dossiers import actions as dossier_actions
from dangan.dossiers.models import Record
from dangan.files.models import SealedFile


@pytest.fixture
def schooled(person, cast):
    """沈知微 with one school in the dossier; gives its row."""
    hr = cast.actor("hr_manager")
    written = dossier_actions.save_row(
        hr,
        subject=person.subject,
        info_set="education",
        row=None,
        base_version=0,
        values={"school": "东海大学", "start": "2009-09", "end": "2013-06"},
    )
    return written.rows[0]


def row_key(page: str) -> str:
    return re.findall(r'id="r-([0-9a-f-]{36})"', page)[-1]


def test_a_new_row_waits_in_the_draft_with_its_proof(person):
    assert person.add_school().status_code == 302
    page = person.page("/me/sets/education/")
    assert "江南大学" in page
    assert "未提交" in page
    key = row_key(page)
    answer = person.browser.post(
        f"/me/sets/education/{key}/proofs/", {"file": upload("毕业证.jpg")}
    )
    assert answer.status_code == 302
    page = person.page("/me/sets/education/")
    assert "毕业证.jpg" in page
    file = SealedFile.objects.get()
    assert file.subject == person.subject
    shown = person.browser.get(f"/me/sets/education/{key}/proofs/{file.id}/")
    assert shown["Content-Type"] == "image/jpeg"
    assert not Record.objects.filter(info_set="education").exists()


def test_rows_are_filtered_by_state_with_counts(person, schooled):
    person.add_school()
    page = person.page("/me/sets/education/")
    assert re.search(r"全部 <small>2</small>", page)
    assert re.search(r"未提交 <small>1</small>", page)
    assert re.search(r"已生效 <small>1</small>", page)
    only = person.page("/me/sets/education/?state=effective")
    assert f"r-{schooled}" in only
    assert only.count('class="pg own-row') == 1


def test_a_changed_row_stands_old_and_new(person, schooled):
    answer = person.browser.post(
        f"/me/sets/education/{schooled}/", {"v-school": "东海工业大学", "base_version": "1"}
    )
    assert answer.status_code == 302
    page = person.page("/me/sets/education/")
    assert re.search(r'<del class="old">东海大学</del>.*<ins class="new">东海工业大学</ins>', page)
    person.browser.post(f"/me/sets/education/{schooled}/undo/")
    assert "东海工业大学" not in person.page("/me/sets/education/")


def test_asking_to_delete_changes_nothing_until_agreed(person, schooled):
    person.browser.post(f"/me/sets/education/{schooled}/delete/")
    page = person.page("/me/sets/education/")
    assert "申请删除" in page
    assert '<del class="old">东海大学' in page
    assert person.browser.get(f"/me/sets/education/{schooled}/").status_code == 404
    person.browser.post(f"/me/sets/education/{schooled}/undo/")
    assert "申请删除" in person.page("/me/sets/education/")
    assert '<del class="old">' not in person.page("/me/sets/education/")
    assert Record.objects.filter(row=schooled, current=True).exists()


def test_a_row_of_ones_own_draft_is_edited_in_place(person):
    person.add_school()
    key = row_key(person.page("/me/sets/education/"))
    person.browser.post(
        f"/me/sets/education/{key}/", {"v-school": "江南理工大学", "base_version": "0"}
    )
    page = person.page("/me/sets/education/")
    assert "江南理工大学" in page
    assert page.count('class="pg own-row') == 1


def test_what_is_no_picture_is_refused_by_its_content(person):
    person.add_school()
    key = row_key(person.page("/me/sets/education/"))
    bad = SimpleUploadedFile("毕业证.pdf", b"MZ\x90\x00 no document", "application/pdf")
    answer = person.browser.post(f"/me/sets/education/{key}/proofs/", {"file": bad})
    assert answer.status_code == 422
    assert "毕业证.pdf" in answer.content.decode()
    assert not SealedFile.objects.exists()


def test_a_proof_can_be_taken_off_again(person):
    person.add_school()
    key = row_key(person.page("/me/sets/education/"))
    person.browser.post(f"/me/sets/education/{key}/proofs/", {"file": upload()})
    file = SealedFile.objects.get()
    person.browser.post(f"/me/sets/education/{key}/proofs/{file.id}/drop/")
    file.refresh_from_db()
    assert file.state == "gone"


def test_other_peoples_rows_drafts_and_files_are_out_of_reach(person, browser):
    person.add_school()
    key = row_key(person.page("/me/sets/education/"))
    person.browser.post(f"/me/sets/education/{key}/proofs/", {"file": upload()})
    file = SealedFile.objects.get().id
    proposal = only_proposal().id
    other = browser(name="罗文博")
    for address in (
        f"/me/sets/education/{key}/", f"/me/sets/education/{key}/proofs/{file}/",
        f"/me/sets/education/{uuid4()}/",
    ):  # fmt: skip
        assert other.get(address).status_code == 404
    for address in (
        f"/me/sets/education/{key}/undo/", f"/me/sets/education/{key}/delete/",
        f"/me/sets/education/{key}/proofs/", f"/me/sets/education/{key}/proofs/{file}/drop/",
        f"/me/requests/{proposal}/withdraw/", f"/me/requests/{proposal}/reopen/",
        f"/me/requests/{proposal}/discard/",
    ):  # fmt: skip
        assert other.post(address, {"file": upload()}).status_code == 404
    assert SealedFile.objects.get().state == "kept"


def test_several_files_have_an_end(person, monkeypatch):
    monkeypatch.setattr("dangan.dossiers.proposals.actions.drafting.MAX_PROOFS", 1)
    person.add_school()
    key = row_key(person.page("/me/sets/education/"))
    for expected in (302, 422):
        answer = person.browser.post(f"/me/sets/education/{key}/proofs/", {"file": upload()})
        assert answer.status_code == expected


def test_every_form_of_the_pages_carries_its_token(person):
    person.add_school()
    for address in ("/me/", "/me/edit/", "/me/sets/education/", "/me/sets/education/add/",
                    "/me/portrait/", "/me/requests/", "/me/copy/"):  # fmt: skip
        page = person.page(address)
        forms = page.count("<form") - page.count('<form class="find"')
        assert page.count('name="csrfmiddlewaretoken"') >= forms, address
