"""问题单 on the page: the list cut to rights, mending, dismissing, scanning."""

from __future__ import annotations

import pytest
from tests.browsers import Browser
from tests.cast import Cast, written_events
from tests.dossiers_pages.conftest import few_statements

from dangan.access.queries import console_actor
from dangan.dossiers import actions
from dangan.dossiers.models import Problem

WHO = "沈知微"


@pytest.fixture
def gap(cast: Cast) -> Problem:
    """A résumé of 沈知微 that is silent for two years."""
    for values in (
        {"start": "2008-01", "end": "2010-01", "employer": "甲公司", "position": "职员"},
        {"start": "2012-01", "end": "2016-07", "employer": "乙公司", "position": "职员"},
    ):
        actions.save_row(
            console_actor(), subject=cast.people[WHO], info_set="work_experience", row=None,
            base_version=0, values=values,
        )  # fmt: skip
    return Problem.objects.get(subject=cast.people[WHO], code="work_gap", state="open")


def test_the_list_says_what_whose_and_where(cast: Cast, browser: Browser, gap: Problem) -> None:
    client = browser("hr_specialist")
    text = client.get("/problems/").content.decode()
    assert WHO in text and "2010-01" in text and "工作经历" in text
    assert WHO in client.get("/problems/?code=work_gap").content.decode()
    assert WHO not in client.get("/problems/?set=contract").content.decode()
    assert WHO not in client.get(f"/problems/?unit={cast.units['销售部']}").content.decode()
    assert WHO not in client.get("/problems/?state=dismissed").content.decode()


def test_tickets_out_of_reach_are_not_there(cast: Cast, browser: Browser, gap: Problem) -> None:
    south = browser("hr_specialist", unit="华南公司")
    assert WHO not in south.get("/problems/").content.decode()
    assert south.get(f"/problems/{gap.pk}/").status_code == 404
    assert browser("finance").get("/problems/").status_code == 403
    assert browser(name=WHO).get("/problems/").status_code == 403


def test_an_own_dossier_does_not_open_others_sets(
    cast: Cast, browser: Browser, gap: Problem
) -> None:
    gap.info_set = "pay"
    gap.field = ""
    gap.save()
    archivist = browser("archivist", name="俞书衡")
    assert WHO not in archivist.get("/problems/").content.decode()
    assert archivist.get(f"/problems/{gap.pk}/").status_code == 404


def test_a_ticket_leads_to_where_it_is_mended(cast: Cast, browser: Browser, gap: Problem) -> None:
    client = browser("hr_specialist")
    text = client.get(f"/problems/{gap.pk}/").content.decode()
    assert f"/work_experience/{gap.row}/edit/" in text and "标为已修复" in text
    archivist = browser("archivist").get(f"/problems/{gap.pk}/").content.decode()
    assert "去修改" not in archivist and "标为已修复" in archivist


def test_it_is_closed_with_words_only(cast: Cast, browser: Browser, gap: Problem) -> None:
    client = browser("hr_specialist")
    refused = client.post(f"/problems/{gap.pk}/", {"outcome": "dismissed", "note": "无"})
    assert refused.status_code == 422 and "至少 4 个字" in refused.content.decode()
    client.post(f"/problems/{gap.pk}/", {"outcome": "dismissed", "note": "当时在读研究生"})
    gap.refresh_from_db()
    assert gap.state == "dismissed"
    text = client.get(f"/problems/{gap.pk}/").content.decode()
    assert "当时在读研究生" in text and "标为已修复" not in text
    assert ("problem.close", "done") in written_events()
    assert WHO in client.get("/problems/?state=dismissed").content.decode()


def test_mending_the_row_closes_the_ticket(cast: Cast, browser: Browser, gap: Problem) -> None:
    client = browser("hr_specialist")
    address = f"/people/{cast.people[WHO]}/work_experience/{gap.row}/edit/"
    client.post(address, {"v-end": "2012-01", "base_version": "1"})
    gap.refresh_from_db()
    assert gap.state == "fixed"


def test_scanning_now_is_for_those_who_may(cast: Cast, browser: Browser, gap: Problem) -> None:
    gap.delete()
    manager = browser("hr_manager")
    assert "立即扫描" in manager.get("/problems/").content.decode()
    text = manager.post("/problems/scan/", follow=True).content.decode()
    assert "已检查 6 份档案" in text
    assert Problem.objects.filter(code="work_gap", state="open").exists()
    specialist = browser("hr_specialist")
    assert "立即扫描" not in specialist.get("/problems/").content.decode()
    assert specialist.post("/problems/scan/").status_code == 403
    assert manager.get("/problems/scan/").status_code == 405


def test_few_statements(cast: Cast, browser: Browser, gap: Problem) -> None:
    client = browser("hr_specialist")
    for address in ("/problems/", f"/problems/{gap.pk}/"):
        client.get(address)
        with few_statements():
            client.get(address)
