"""Registers, forms and papers of transfers, by hand in a browser."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.materials.office import Office
from tests.materials.transfers.conftest import sent
from tests.statements import own

from dangan.access.queries import console_actor
from dangan.dossiers.models import Change, Subject
from dangan.materials.catalogue.models import Volume
from dangan.materials.transfers import queries
from dangan.materials.transfers.models import Arrival, HandOver, Transfer


def test_the_register_needs_few_statements(office: Office) -> None:
    for name in ("沈知微", "罗文博", "俞书衡"):
        sent(office, [office.archive.volume(name)])
    keeper = office.browser("keeper")
    keeper.get("/archive/transfers/")
    with CaptureQueriesContext(connection) as asked:
        response = keeper.get("/archive/transfers/")
    text = response.content.decode()
    assert "第 0003 号" in text
    assert "沈知微" in text
    assert len(own(asked)) <= 22, [sql[:90] for sql in own(asked)]
    found = keeper.post("/archive/transfers/", {"q": "罗文博"}).content.decode()
    assert "罗文博" in found
    assert "沈知微" not in found


def test_a_slip_by_hand_from_asking_to_receipt(office: Office) -> None:
    volume = office.archive.volume("沈知微")
    keeper = office.browser("keeper")
    page = keeper.get(f"/archive/transfers/new/?volume={volume.pk}").content.decode()
    assert volume.number in page
    given = {
        "volumes": "沈知微",
        "receiver": "云岭市人才服务中心",
        "reason": "离职转档",
        "way": "courier",
        "courier": "机 118",
    }
    response = keeper.post("/archive/transfers/new/", given)
    assert response.status_code == 302, response.content.decode()[-2000:]
    row = Transfer.objects.get()
    case_page = office.browser("liang").get(reverse("workflow:case", args=[row.case]))
    assert "云岭市人才服务中心" in case_page.content.decode()
    office.carry(row.case)
    url = f"/archive/transfers/{row.pk}/"
    assert "登记发出" in keeper.get(url).content.decode()
    keeper.post(f"{url}send/", {"day": timezone.localdate().isoformat(), "courier": "机 118"})
    assert Transfer.objects.get().state == "sent"
    assert keeper.get(f"{url}papers/slip/").content.startswith(b"%PDF")
    assert keeper.get("/archive/transfers/register.pdf").content.startswith(b"%PDF")
    given = {"day": timezone.localdate().isoformat(), "signer": "江一帆"}
    assert keeper.post(f"{url}receipt/", given).status_code == 302
    assert Transfer.objects.get().state == "received"


def test_a_carrier_who_is_the_person_is_said_beside_the_field(office: Office) -> None:
    office.archive.volume("沈知微")
    given = {
        "volumes": "沈知微",
        "receiver": "云岭市人才服务中心",
        "reason": "离职转档",
        "way": "persons",
        "carriers": "沈知微",
    }
    response = office.browser("keeper").post("/archive/transfers/new/", given)
    assert response.status_code == 422
    assert "当事人或其亲属" in response.content.decode()
    assert not Transfer.objects.exists()


def test_an_arrival_by_hand(office: Office) -> None:
    keeper = office.browser("keeper")
    given = {
        "sender": "云岭大学人事处",
        "arrived_on": timezone.localdate().isoformat(),
        "way": "courier",
        "sealed": "on",
        "p-TOTAL_FORMS": "1",
        "p-INITIAL_FORMS": "0",
        "p-0-name": "沈知微",
        "p-0-kind": "staff",
        "p-0-copy": "original",
        "p-0-books": "1",
        "p-0-materials": "12",
    }
    assert keeper.get("/archive/arrivals/new/").status_code == 200
    response = keeper.post("/archive/arrivals/new/", given)
    assert response.status_code == 302, response.content.decode()[-3000:]
    row = Arrival.objects.get()
    url = f"/archive/arrivals/{row.pk}/"
    assert "沈知微" in keeper.get(url).content.decode()
    tally = {"l1-books": "1", "l1-materials": "12", "l1-pages": "40", "l1-person": "020486"}
    assert keeper.post(url, tally).status_code == 302
    decided = {"verdict": "accept", "fonds": str(office.archive.fonds)}
    keeper.post(f"{url}decide/", decided)
    assert Arrival.objects.get().state == "accepted"
    assert Volume.objects.get().subject_id == office.cast.people["沈知微"]
    assert keeper.get(f"{url}papers/receipt/").content.startswith(b"%PDF")
    assert keeper.get("/archive/arrivals/").status_code == 200


def test_a_hand_over_by_hand(office: Office) -> None:
    office.archive.volume("沈知微")
    Volume.objects.update(keeper=office["keeper"])
    keeper, taker, liang = (office.browser(name) for name in ("keeper", "keeper2", "liang"))
    given = {
        "giver": str(office["keeper"]),
        "taker": str(office["keeper2"]),
        "supervisor": str(office["liang"]),
        "count": "all",
        "reason": "岗位调整",
    }
    assert keeper.post("/archive/handovers/new/", given).status_code == 302
    row = HandOver.objects.get()
    url = f"/archive/handovers/{row.pk}/"
    line = row.lines.get()
    taker.post(f"{url}lines/{line.pk}/", {"outcome": "found"})
    taker.post(f"{url}finish/")
    for browser in (keeper, taker, liang):
        assert "签字" in browser.get(url).content.decode()
        browser.post(f"{url}sign/")
    assert Volume.objects.get().keeper == office["keeper2"]
    assert liang.get(f"{url}list.pdf").content.startswith(b"%PDF")
    assert keeper.get("/archive/handovers/").status_code == 200


@pytest.mark.parametrize("days", [3, 40])
def test_leavers_whose_files_are_still_here(office: Office, days: int) -> None:
    volume = office.archive.volume("沈知微")
    Subject.objects.filter(pk=volume.subject_id).update(state="departed")
    Change.objects.create(
        subject_id=volume.subject_id,
        kind="state",
        actor=console_actor().id,
        at=timezone.now(),
        effective=timezone.localdate() - timedelta(days=days),
    )
    shown = queries.departed(office.actor("keeper"))
    assert shown.total == (1 if days > shown.term else 0)
    assert office.browser("keeper").get("/archive/transfers/departed/").status_code == 200


def test_strangers_are_refused(office: Office) -> None:
    row = sent(office, [office.archive.volume("沈知微")])
    he = office.browser("he")
    for url in ("", f"{row.pk}/", f"{row.pk}/papers/slip/", "register.pdf", "departed/", "new/"):
        assert he.get(f"/archive/transfers/{url}").status_code == 403
    keeper = office.browser("keeper")
    assert keeper.get(f"/archive/transfers/{row.pk}/papers/nothing/").status_code == 404
