"""The register and the pages of one loan, as archivist, borrower and stranger."""

from __future__ import annotations

import base64

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.materials.loans.conftest import asked, lent, ready, signature
from tests.materials.office import Office
from tests.statements import own

from dangan.materials.loans import actions
from dangan.materials.loans.models import Loan, Request
from dangan.materials.storeroom import codes, phone


def test_the_register_shows_what_is_out_in_few_statements(office: Office) -> None:
    for name in ("沈知微", "陆怀瑾", "罗文博"):
        lent(office, office.archive.volume(name))
    keeper = office.browser("keeper")
    keeper.get("/archive/loans/")
    with CaptureQueriesContext(
        connection,
    ) as asked_for:
        response = keeper.get("/archive/loans/")
    assert response.status_code == 200
    text = response.content.decode()
    assert "沈知微" in text
    assert "何雨桐" in text
    assert len(own(asked_for)) <= 22, [sql[:90] for sql in own(asked_for)]


def test_searching_posts_so_that_no_name_stands_in_an_address(office: Office) -> None:
    lent(office, office.archive.volume("沈知微"))
    lent(office, office.archive.volume("陆怀瑾"))
    text = office.browser("keeper").post("/archive/loans/", {"q": "沈知微"}).content.decode()
    assert "沈知微" in text
    assert "陆怀瑾" not in text


def test_a_volume_is_asked_for_on_the_page(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    given = {
        "volume": volume.number,
        "volume_id": str(volume.pk),
        "reason": "办理职称申报",
        "days": "3",
        "contact": "13800000101",
    }
    response = office.browser("he").post("/archive/loans/new/", given)
    assert response.status_code == 302, response.content.decode()[-3000:]
    assert Request.objects.get().borrower == office["he"]


def test_a_bad_wish_keeps_what_was_typed(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    given = {"volume": volume.number, "reason": "看", "days": "99", "contact": "1"}
    response = office.browser("he").post("/archive/loans/new/", given)
    assert response.status_code == 422
    assert volume.number in response.content.decode()
    assert not Request.objects.exists()


def test_the_archivist_hands_out_and_takes_back_on_the_page(office: Office) -> None:
    loan = ready(office, office.archive.volume("沈知微"))
    keeper, url = office.browser("keeper"), f"/archive/loans/{loan.pk}/"
    assert "借出" in keeper.get(url).content.decode()
    drawn = "data:image/png;base64," + base64.b64encode(signature()).decode()
    keeper.post(f"{url}lend/", {"signature": drawn})
    assert Loan.objects.get().state == "lent"
    assert keeper.get(f"{url}papers/signature/")["Content-Type"] == "image/jpeg"
    page = keeper.get(f"{url}return/").content.decode()
    assert "毕业研究生登记表" in page
    given: dict[str, str] = {}
    for material, pages in loan.volume.contents.values_list("pk", "pages"):
        given |= {f"ok-{material}": "on", f"pages-{material}": str(pages)}
    assert keeper.post(f"{url}return/", given).status_code == 302
    assert Loan.objects.get().state == "returned"


def test_the_borrower_signs_on_their_own_page(office: Office) -> None:
    loan = ready(office, office.archive.volume("沈知微"))
    he = office.browser("he")
    assert "签收" in he.get(f"/archive/loans/{loan.pk}/").content.decode()
    he.post(f"/archive/loans/{loan.pk}/sign/")
    assert Loan.objects.get().signing == "login"


def test_a_scanned_label_leads_to_lending_and_then_to_returning(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    keeper, actor = office.browser("keeper"), office.actor("keeper")
    code = codes.issue(actor, volumes=[volume.pk])[volume.pk]
    assert "lend" not in {offer.key for offer in phone.offers(actor, codes.find(actor, code))}
    loan = ready(office, volume)
    offered = {offer.key: offer for offer in phone.offers(actor, codes.find(actor, code))}
    assert keeper.get(offered["lend"].url)["Location"] == f"/archive/loans/{loan.pk}/"
    actions.lend(actor, loan=loan.pk, signature=signature())
    offered = {offer.key: offer for offer in phone.offers(actor, codes.find(actor, code))}
    assert keeper.get(offered["return"].url)["Location"] == f"/archive/loans/{loan.pk}/return/"
    nobody = office.archive.volume("陆怀瑾")
    assert keeper.get(f"/archive/loans/of/{nobody.pk}/")["Location"] == "/archive/loans/"


def test_a_stranger_finds_no_loan(office: Office) -> None:
    loan = lent(office, office.archive.volume("沈知微"))
    assert office.browser("liang").get(f"/archive/loans/{loan.pk}/").status_code == 404
    assert office.browser("liang").get("/archive/loans/").status_code == 403
    assert office.browser("he").get(f"/archive/loans/{loan.pk}/return/").status_code == 403


def test_the_case_page_shows_volume_and_reason_to_whoever_decides(office: Office) -> None:
    request = asked(office, office.archive.volume("沈知微"))
    text = (
        office.browser("liang").get(reverse("workflow:case", args=[request.case])).content.decode()
    )
    assert "办理职称申报" in text
    assert "HD-Y-00001" in text


def test_a_page_behind_the_last_is_empty_not_an_error(office: Office) -> None:
    assert office.browser("keeper").get("/archive/loans/?page=99").status_code == 200
