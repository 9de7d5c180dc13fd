"""HR decides: back with words, or a dossier; then the form's key is gone."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from tests.cast import PEOPLE, with_check_digit, written_events
from tests.collection.conftest import ID_NUMBER, NAME, picture, the_form
from tests.dossiers_pages.conftest import few_statements

from dangan.dossiers import queries as dossier_queries
from dangan.dossiers.collection import actions, handing
from dangan.dossiers.collection.models import Paper
from dangan.dossiers.models import Change, Portrait, Subject
from dangan.dossiers.rules import InvalidRecord
from dangan.files import queries as file_queries
from dangan.files.models import SealedFile
from dangan.vault import queries as vault_queries
from dangan.vault.rules import KeyDestroyed


@pytest.fixture
def submitted(invited):
    """A newcomer whose filled form lies before HR, with a proof and a portrait."""
    guest = invited().come_in()
    guest.fill_identity()
    row = guest.add_school()
    file = SimpleUploadedFile("diploma.jpg", picture(), "image/jpeg")
    guest.browser.post(f"/collect/form/education/{row}/papers/", {"file": file})
    face = SimpleUploadedFile("face.jpg", picture(), "image/jpeg")
    guest.browser.post("/collect/photo/", {"file": face})
    assert guest.browser.post("/collect/submit/").status_code == 302
    return guest


def confirming(cast, **more):
    return {
        "version": str(the_form().version),
        "identity-v-employee_number": "020999",
        "post-v-unit": str(cast.units["嵌入式组"]),
        "post-v-position": "工程师",
        "post-v-joined": timezone.localdate().isoformat(),
    } | more


def test_hr_sees_the_form_masked_as_their_rights_say(browser, submitted):
    page = browser("hr_specialist").get(f"/collection/{the_form().id}/").content.decode()
    assert NAME in page
    assert "江南大学" in page
    assert ID_NUMBER not in page
    assert (
        browser("hr_manager").get(f"/collection/{the_form().id}/").content.decode().count(ID_NUMBER)
    )


def test_what_the_newcomer_corrected_stands_red_beside_what_hr_knew(browser, invited):
    guest = invited("程见出").come_in()
    guest.fill_identity()
    guest.browser.post("/collect/submit/")
    page = browser("hr_manager").get(f"/collection/{the_form().id}/").content.decode()
    assert re.search(r'<del class="old">程见出</del>.*<ins class="new">程见山</ins>', page)


def test_before_it_is_submitted_hr_does_not_read_along(browser, invited):
    guest = invited().come_in()
    guest.add_school("江南大学")
    page = browser("hr_manager").get(f"/collection/{the_form().id}/").content.decode()
    assert "江南大学" not in page
    assert "还没有提交" in page


def test_a_returned_form_opens_again_and_shows_what_changed(browser, submitted):
    hr = browser("hr_manager")
    form = the_form()
    short = hr.post(f"/collection/{form.id}/return/", {"version": form.version, "words": "改"})
    assert short.status_code == 422
    answer = hr.post(
        f"/collection/{form.id}/return/",
        {"version": form.version, "words": "学校名称与毕业证不一致", "days": "7"},
    )
    assert answer.status_code == 302
    submitted.knock()
    assert "学校名称与毕业证不一致" in submitted.browser.get("/collect/form/").content.decode()
    row = re.search(
        r'id="r-([0-9a-f-]{36})"',
        submitted.browser.get("/collect/form/education/").content.decode(),
    )[1]
    submitted.browser.post(f"/collect/form/education/{row}/", {"v-school": "江南理工大学"})
    submitted.browser.post("/collect/submit/")
    page = hr.get(f"/collection/{form.id}/").content.decode()
    assert re.search(r'<del class="old">江南大学</del>.*<ins class="new">江南理工大学</ins>', page)


def test_confirming_makes_the_dossier_with_papers_and_portrait(browser, cast, submitted):
    form = the_form()
    answer = browser("hr_specialist").post(f"/collection/{form.id}/confirm/", confirming(cast))
    assert answer.status_code == 302, answer.content.decode()
    form.refresh_from_db()
    assert form.state == "confirmed"
    subject = Subject.objects.get(id=form.subject)
    assert (subject.state, subject.unit) == ("confirmed", cast.units["嵌入式组"])
    view = dossier_queries.open_dossier(cast.actor("hr_manager"), subject.id)
    assert view.name == NAME
    assert view.current["identity"].cell("id_number").value == ID_NUMBER
    assert view.current["identity"].cell("employee_number").value == "020999"
    assert Portrait.objects.filter(subject=subject).exists()
    paper = Paper.objects.get()
    assert paper.row == view.sets["education"].rows[0].row
    kept = SealedFile.objects.get(state="kept")
    assert (kept.id, kept.subject) == (paper.file, subject.id)
    assert b"".join(file_queries.content(cast.actor("hr_manager"), kept.id, why="测试"))


def test_the_update_record_names_who_confirmed(cast, submitted):
    hr = cast.actor("hr_specialist", name="何雨桐")
    post = {
        "unit": str(cast.units["嵌入式组"]),
        "position": "工程师",
        "joined": timezone.localdate().isoformat(),
    }
    written = actions.confirm(
        hr,
        invitation=the_form().id,
        version=the_form().version,
        entering=actions.Entering({"employee_number": "020999"}, post),
    )
    assert Change.objects.get(id=written.change).actor == hr.id
    assert ("collection.confirm", "done") in written_events(hr)


def test_with_the_dossier_made_the_form_can_never_be_read_again(browser, cast, submitted):
    form = the_form()
    hr = browser("hr_specialist")
    hr.post(f"/collection/{form.id}/confirm/", confirming(cast))
    with pytest.raises(KeyDestroyed):
        vault_queries.key_of(form.id)
    page = hr.get(f"/collection/{form.id}/").content.decode()
    assert "原件销毁" in page
    assert submitted.knock().status_code == 422


def test_rooms_above_hear_of_it_and_can_undo_it(cast, submitted, monkeypatch):
    heard = []
    post = {"unit": str(cast.units["嵌入式组"]), "position": "工程师"}
    entering = actions.Entering({"employee_number": "020999"}, post)
    hr = cast.actor("hr_specialist")
    form = the_form()

    def refuse(actor, done):
        raise InvalidRecord("", [])

    monkeypatch.setattr(handing, "_handlers", [refuse])
    with pytest.raises(InvalidRecord):
        actions.confirm(hr, invitation=form.id, version=form.version, entering=entering)
    assert the_form().state == "submitted"
    monkeypatch.setattr(handing, "_handlers", [lambda _actor, done: heard.append(done)])
    actions.confirm(hr, invitation=form.id, version=form.version, entering=entering)
    assert heard[0].subject == the_form().subject
    assert heard[0].unit == cast.units["嵌入式组"]


def test_a_number_somebody_has_is_told_and_makes_no_second_dossier(browser, cast, invited):
    guest = invited("罗文博").come_in()
    taken = with_check_digit(PEOPLE["罗文博"][2])
    guest.fill_identity(**{"v-name": "罗文博", "v-id_number": taken})
    guest.browser.post("/collect/submit/")
    hr = browser("hr_specialist")
    form = the_form()
    assert "已有档案" in hr.get(f"/collection/{form.id}/").content.decode()
    page = hr.post(f"/collection/{form.id}/confirm/", confirming(cast))
    assert page.status_code == 422
    assert "已登记在另一份档案" in page.content.decode()
    assert the_form().state == "submitted"
    assert SealedFile.objects.count() == 0


def test_two_who_decide_at_once_decide_once(browser, cast, submitted):
    form = the_form()
    hr = browser("hr_specialist")
    data = confirming(cast)
    assert hr.post(f"/collection/{form.id}/confirm/", data).status_code == 302
    late = browser("hr_manager").post(f"/collection/{form.id}/confirm/", data)
    assert late.status_code == 422
    assert Subject.objects.filter(id=the_form().subject).count() == 1


def test_hr_of_another_unit_cannot_place_the_newcomer_elsewhere(browser, cast, submitted):
    form = the_form()
    east = browser("hr_specialist", unit="华东公司")
    data = confirming(cast, **{"post-v-unit": str(cast.units["销售部"])})
    page = east.post(f"/collection/{form.id}/confirm/", data)
    assert page.status_code == 422
    assert "不能在所选部门建档" in page.content.decode()
    assert the_form().state == "submitted"


@pytest.mark.parametrize("roles", [["finance"], ["leader"], []])
def test_nobody_else_reads_or_decides(browser, cast, submitted, roles):
    form = the_form()
    other = browser(*roles, name="陆怀瑾")
    paper = Paper.objects.filter(purpose="proof").get().file
    assert other.get(f"/collection/{form.id}/").status_code == 403
    assert other.get(f"/collection/{form.id}/papers/{paper}/").status_code == 403
    assert other.post(f"/collection/{form.id}/confirm/", confirming(cast)).status_code == 403


def test_papers_open_to_hr_with_a_watermark_while_the_form_waits(browser, cast, submitted):
    form = the_form()
    paper = Paper.objects.filter(purpose="proof").get().file
    hr = browser("hr_specialist")
    shown = hr.get(f"/collection/{form.id}/papers/{paper}/")
    assert shown["Content-Type"] == "image/jpeg"
    assert "sandbox" in shown["Content-Security-Policy"]
    hr.post(f"/collection/{form.id}/confirm/", confirming(cast))
    assert hr.get(f"/collection/{form.id}/papers/{paper}/").status_code == 404


def test_the_pages_ask_the_database_little(browser, cast, submitted):
    hr = browser("hr_specialist")
    for address in ("/collection/", f"/collection/{the_form().id}/"):
        hr.get(address)
        with few_statements():
            assert hr.get(address).status_code == 200
