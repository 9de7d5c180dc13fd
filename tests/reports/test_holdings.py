"""Statistics of holdings: counts within one's reach, and none that gives one person away."""

from __future__ import annotations

from datetime import date

import pypdfium2
import pytest
from tests.archive import Archive, make_archive
from tests.browsers import Browser
from tests.cast import Cast

from dangan.materials.catalogue.models import Secrecy
from dangan.reports.holdings import Holdings, holdings


@pytest.fixture
def archive(cast: Cast) -> Archive:
    made = make_archive(cast)
    for name in ("沈知微", "陆怀瑾", "何雨桐", "罗文博"):
        made.volume(name)
    return made


def seen(archive: Archive, role: str = "archivist", unit: str | None = None) -> Holdings:
    return holdings(archive.cast.actor(role, unit=unit))


def test_what_is_held_is_counted(archive: Archive) -> None:
    found = seen(archive)
    assert (found.volumes, found.materials, found.pages) == (4, 12, 28)
    assert found.digitised == 0
    assert found.by_kind["staff"] == 4
    assert found.by_kind["cadre"] == 0
    assert sum(found.filed) == 12


def test_counts_end_where_the_reach_ends(archive: Archive) -> None:
    assert seen(archive, unit="华南公司").volumes == 1
    assert seen(archive, "privacy_officer").volumes == 4
    assert seen(archive, "hr_specialist").volumes == 0


def test_small_groups_are_not_counted_out(archive: Archive) -> None:
    found = seen(archive)
    assert all(row.volumes is None or row.volumes >= 3 for row in found.units)
    archive.volume("梁慎行", "cadre")
    assert seen(archive).by_kind["cadre"] is None
    assert seen(archive).by_secrecy[Secrecy.TOP] == 0


def test_months_run_to_the_present_one(archive: Archive) -> None:
    found = holdings(archive.archivist, today=date(2026, 2, 10))
    assert found.months[0] == date(2025, 3, 1)
    assert found.months[-1] == date(2026, 2, 1)


def test_the_page_and_the_report(archive: Archive, browser: Browser) -> None:
    archivist = browser("archivist", name="何雨桐")
    assert "馆藏统计" in archivist.get("/archive/holdings/").content.decode()
    report = archivist.get("/archive/holdings/report/")
    assert len(pypdfium2.PdfDocument(report.content)) >= 1
    assert browser("finance").get("/archive/holdings/").status_code == 403
