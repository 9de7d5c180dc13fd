"""The newcomer writes: step by step, sealed, one's own form only."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.cast import written_events
from tests.collection.conftest import ID_NUMBER, NAME, picture, the_form

from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.collection import rules
from dangan.dossiers.collection.models import Invitation, Paper
from dangan.files.models import SealedFile


def upload(name="diploma.jpg", data=None, kind="image/jpeg"):
    return SimpleUploadedFile(name, picture() if data is None else data, kind)


def test_every_step_is_saved_sealed_and_shown_again(invited):
    guest = invited().come_in()
    guest.fill_identity()
    guest.add_school("江南大学")
    page = guest.browser.get("/collect/form/identity/").content.decode()
    assert ID_NUMBER in page
    assert "江南大学" in guest.browser.get("/collect/form/education/").content.decode()
    stored = bytes(the_form().sealed_draft)
    assert ID_NUMBER.encode() not in stored
    assert "江南大学".encode() not in stored


def test_birth_date_and_sex_come_from_the_number(invited):
    guest = invited().come_in()
    guest.fill_identity()
    page = guest.browser.get("/collect/form/identity/").content.decode()
    assert "1998-03-04" in page


@pytest.mark.parametrize(
    ("section", "values", "sentence"),
    [
        ("identity", {"v-name": NAME, "v-id_number": "330106199803042211"}, "校验"),
        ("identity", {"v-name": "", "v-id_number": ID_NUMBER}, "请填写姓名"),
        ("contact", {"v-mobile": "12"}, "手机"),
        ("education/add", {"v-school": "", "v-start": "2016-09"}, "请填写学校"),
        (
            "education/add",
            {"v-school": "江南大学", "v-start": "2020-09", "v-end": "2016-06"},
            "早于",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_of_the_step_is_kept(invited, section, values, sentence):
    guest = invited().come_in()
    before = the_form().version
    page = guest.browser.post(f"/collect/form/{section}/", values)
    assert page.status_code == 422
    assert sentence in page.content.decode()
    assert the_form().version == before


def test_the_form_asks_neither_for_units_nor_for_people_nor_for_what_hr_keeps(db):
    asked = {
        item.path: item
        for section in rules.sections(dictionary_queries.current())
        for item in section.fields
    }
    assert {"identity.id_number", "contact.mobile", "education.school"} <= asked.keys()
    assert not {item.type for item in asked.values()} & {"unit", "subject"}
    for path in ("identity.employee_number", "post.unit", "pay.base", "identity.remarks"):
        assert path not in asked


def test_unknown_sections_rows_and_fields_are_not_there(invited):
    guest = invited().come_in()
    assert guest.browser.get("/collect/form/pay/").status_code == 404
    assert guest.browser.get("/collect/form/post/").status_code == 404
    assert guest.browser.get(f"/collect/form/education/{uuid4()}/").status_code == 404
    guest.fill_identity(**{"v-employee_number": "999999", "v-remarks": "x"})
    shown = guest.browser.get("/collect/form/identity/").content.decode()
    assert "999999" not in shown


def test_another_newcomers_draft_and_papers_are_out_of_reach(invited):
    one = invited().come_in()
    row = one.add_school("江南大学")
    one.browser.post(f"/collect/form/education/{row}/papers/", {"file": upload()})
    file = Paper.objects.get().file
    other = invited("夏侯远", "13911112222")
    other.knock("2222")
    other.browser.post("/collect/notice/", {"accepted": "1"})
    assert "江南大学" not in other.browser.get("/collect/form/education/").content.decode()
    for address in (f"/collect/form/education/{row}/", f"/collect/papers/{file}/"):
        assert other.browser.get(address).status_code == 404
    for address in (
        f"/collect/form/education/{row}/drop/", f"/collect/form/education/{row}/papers/",
        f"/collect/papers/{file}/drop/",
    ):  # fmt: skip
        assert other.browser.post(address, {"file": upload()}).status_code == 404
    assert Paper.objects.count() == 1
    assert one.browser.get(f"/collect/papers/{file}/").status_code == 200


def test_a_proof_is_kept_sealed_and_goes_with_its_row(invited):
    guest = invited().come_in()
    row = guest.add_school()
    answer = guest.browser.post(f"/collect/form/education/{row}/papers/", {"file": upload()})
    assert answer.status_code == 302
    kept = SealedFile.objects.get()
    assert kept.subject == the_form().id
    guest.browser.post(f"/collect/form/education/{row}/drop/")
    assert not Paper.objects.exists()
    assert SealedFile.objects.get().state == "gone"


def test_what_is_no_picture_is_refused_by_its_content(invited):
    guest = invited().come_in()
    row = guest.add_school()
    page = guest.browser.post(
        f"/collect/form/education/{row}/papers/",
        {"file": upload("diploma.jpg", b"<html><script>alert(1)</script>")},
    )
    assert page.status_code == 422
    assert "diploma.jpg" in page.content.decode()
    assert not SealedFile.objects.exists()


def test_a_portrait_takes_the_place_of_the_one_before(invited):
    guest = invited().come_in()
    for size in ((500, 700), (600, 840)):
        answer = guest.browser.post("/collect/photo/", {"file": upload("p.jpg", picture(size))})
        assert answer.status_code == 302
    assert Paper.objects.filter(purpose="portrait").count() == 1
    assert SealedFile.objects.filter(state="kept").count() == 1


def test_submitting_needs_the_three_things_hr_cannot_do_without(invited):
    guest = invited().come_in()
    page = guest.browser.post("/collect/submit/")
    assert page.status_code == 422
    assert "请填写身份证号" in page.content.decode()
    guest.fill_identity()
    assert guest.browser.post("/collect/submit/")["Location"] == "/collect/done/"
    assert the_form().state == "submitted"


def test_a_submitted_form_is_submitted_once_and_closed(invited, cast):
    guest = invited().come_in()
    guest.fill_identity()
    guest.browser.post("/collect/submit/")
    assert guest.browser.post("/collect/submit/")["Location"] == "/collect/?ended=1"
    assert guest.browser.get("/collect/form/")["Location"] == "/collect/?ended=1"
    assert guest.knock().status_code == 422
    submitted = [event for event in written_events() if event[0] == "collection.submit"]
    assert submitted == [("collection.submit", "done")]


def test_the_number_of_rows_has_an_end(invited, monkeypatch):
    monkeypatch.setattr("dangan.dossiers.collection.actions.answering.ROWS_AT_MOST", 1)
    guest = invited().come_in()
    guest.add_school()
    page = guest.browser.post("/collect/form/education/add/", {"v-school": "第二大学"})
    assert page.status_code == 422
    assert Invitation.objects.count() == 1


def test_every_form_of_the_pages_carries_its_token(invited):
    guest = invited().come_in()
    row = guest.add_school()
    for address in ("/collect/", "/collect/form/", "/collect/form/education/", "/collect/photo/",
                    "/collect/form/identity/", f"/collect/form/education/{row}/"):  # fmt: skip
        page = guest.browser.get(address).content.decode()
        assert page.count('name="csrfmiddlewaretoken"') == page.count("<form"), address
