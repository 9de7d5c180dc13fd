"""The one-month rule: a change lets us expect a paper, and filing it meets what was expected."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from tests.archive import Archive

from dangan.access.queries import console_actor
from dangan.dossiers import actions as dossiers
from dangan.materials.catalogue import actions as catalogue
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.receipts import actions, queries
from dangan.materials.receipts.models import Expected
from dangan.materials.receipts.watching import expect


def praise(archive: Archive, name: str = "沈知微") -> None:
    dossiers.save_row(
        console_actor(purpose="测试"),
        subject=archive.cast.people[name],
        info_set="reward",
        row=None,
        base_version=0,
        values={"name": "先进个人", "awarded": f"{timezone.localdate():%Y-%m}"},
        reason="年度表彰",
    )


def test_a_reward_lets_us_expect_its_paper_and_filing_meets_it(archive: Archive) -> None:
    volume = archive.volume("沈知微")
    praise(archive)
    assert expect() == 1
    assert expect() == 0
    line = queries.expected(archive.archivist).lines[0]
    assert line.row.due_on == line.row.came_on + timedelta(days=30)
    today = timezone.localdate()
    catalogue.file_material(
        archive.archivist,
        volume=volume.pk,
        body=MaterialBody(category="3", title="考核表", year=today.year, pages=1),
    )
    assert queries.expected(archive.archivist).total == 1
    catalogue.file_material(
        archive.archivist,
        volume=volume.pk,
        body=MaterialBody(category="7", title="表彰决定", year=today.year, pages=1),
    )
    assert queries.expected(archive.archivist).total == 0


def test_new_dossiers_and_people_without_a_volume_are_not_waited_for(archive: Archive) -> None:
    archive.volume("陆怀瑾")
    praise(archive)
    assert expect() == 0


def test_no_paper_is_said_by_the_archivist(archive: Archive) -> None:
    archive.volume("沈知微")
    praise(archive)
    expect()
    row = Expected.objects.get()
    actions.no_paper(archive.archivist, expected=row.pk)
    row.refresh_from_db()
    assert row.state == Expected.State.WAIVED
