"""A newcomer's papers: what a proof shows is seen by those only who see what it proves."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.collection.conftest import invited, picture, the_form
from tests.files.conftest import folder
from tests.security.conftest import Join

from dangan.dossiers.collection.models import Paper

__all__ = ["folder", "invited"]

pytestmark = pytest.mark.django_db


def test_a_bank_card_is_not_shown_to_whoever_does_not_see_the_account(invited, join: Join):
    guest = invited().come_in()
    guest.fill_identity()
    answer = guest.browser.post(
        "/collect/form/bank_account/add/",
        {"v-bank": "中国银行", "v-branch": "杭州分行", "v-account": "6222020200112233445"},
    )
    assert answer.status_code == 302, answer.content.decode()
    page = guest.browser.get("/collect/form/bank_account/").content.decode()
    row = re.findall(r'id="r-([0-9a-f-]{36})"', page)[-1]
    card = SimpleUploadedFile("card.jpg", picture(), "image/jpeg")
    guest.browser.post(f"/collect/form/bank_account/{row}/papers/", {"file": card})
    school = guest.add_school()
    diploma = SimpleUploadedFile("diploma.jpg", picture(), "image/jpeg")
    guest.browser.post(f"/collect/form/education/{school}/papers/", {"file": diploma})
    assert guest.browser.post("/collect/submit/").status_code == 302
    form = the_form().id
    papers = {paper.info_set: paper.file for paper in Paper.objects.all()}
    hr, manager = join("hr_specialist").browser(), join("hr_manager").browser()
    assert hr.get(f"/collection/{form}/papers/{papers['bank_account']}/").status_code == 404
    assert "card.jpg" not in hr.get(f"/collection/{form}/").content.decode()
    assert hr.get(f"/collection/{form}/papers/{papers['education']}/").status_code == 200
    assert "diploma.jpg" in hr.get(f"/collection/{form}/").content.decode()
    assert manager.get(f"/collection/{form}/papers/{papers['bank_account']}/").status_code == 200
