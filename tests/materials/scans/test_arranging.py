"""Pages are turned, ordered, removed, moved; materials split and merged; nothing is lost."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.archive import Archive

from dangan.access.rules import Absent
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.scans import actions, queries
from dangan.materials.scans.models import Page
from dangan.materials.scans.problems import ScanProblem

FORM, STUDY = "职工登记表", "毕业研究生登记表"


@pytest.fixture
def pages(archive: Archive, volume: Volume, scan) -> list[UUID]:
    added = actions.add_pages(
        archive.archivist,
        material=archive.materials[FORM],
        files=[(f"{n}.jpg", scan(n)) for n in (1, 2, 3)],
    )
    return [page.pk for page in added.pages]


def now(archive: Archive, title: str = FORM) -> list[UUID]:
    listed = queries.pages(archive.archivist, archive.materials[title])[2]
    assert [page.number for page in listed] == list(range(1, len(listed) + 1))
    return [page.id for page in listed]


def test_turning_four_times_is_where_it_was(archive: Archive, pages: list[UUID]) -> None:
    turns = [actions.rotate(archive.archivist, page=pages[0], by=90).rotation for _ in range(4)]
    assert turns == [90, 180, 270, 0]


def test_an_order_is_kept_and_a_stale_one_refused(archive: Archive, pages: list[UUID]) -> None:
    order = [pages[2], pages[0], pages[1]]
    actions.reorder(archive.archivist, material=archive.materials[FORM], order=order)
    assert now(archive) == order
    actions.remove_page(archive.archivist, page=pages[0])
    with pytest.raises(ScanProblem):
        actions.reorder(archive.archivist, material=archive.materials[FORM], order=order)


def test_a_page_taken_out_comes_back_at_the_end(archive: Archive, pages: list[UUID]) -> None:
    actions.remove_page(archive.archivist, page=pages[0])
    assert now(archive) == pages[1:]
    with pytest.raises(Absent):
        actions.remove_page(archive.archivist, page=pages[0])
    actions.restore_page(archive.archivist, page=pages[0])
    assert now(archive) == [pages[1], pages[2], pages[0]]


def test_pages_move_to_another_material_of_the_volume(archive: Archive, pages: list[UUID]) -> None:
    actions.move_pages(archive.archivist, pages=pages[1:], to=archive.materials[STUDY])
    assert now(archive) == pages[:1]
    assert now(archive, STUDY) == pages[1:]
    counts = Material.objects.get(pk=archive.materials[STUDY]).scanned_pages
    assert counts == 2


def test_no_page_moves_into_another_persons_file(archive: Archive, pages: list[UUID]) -> None:
    archive.volume("陆怀瑾")
    with pytest.raises(ScanProblem):
        actions.move_pages(archive.archivist, pages=pages[:1], to=archive.materials[STUDY])


def test_splitting_and_merging(archive: Archive, pages: list[UUID]) -> None:
    body = MaterialBody(category="1", title="续页", year=2016, pages=1)
    with pytest.raises(ScanProblem):
        actions.split_material(archive.archivist, material=archive.materials[FORM], at=1, body=body)
    made = actions.split_material(
        archive.archivist, material=archive.materials[FORM], at=2, body=body
    )
    archive.materials["续页"] = made
    assert now(archive, "续页") == pages[1:]
    actions.merge_materials(archive.archivist, material=made, into=archive.materials[FORM])
    assert now(archive) == pages
    assert Material.objects.get(pk=made).state == Material.State.REMOVED


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(deeds=st.lists(st.tuples(st.sampled_from("RrmoA"), st.integers(0, 5)), max_size=8))
def test_whatever_is_done_pages_are_numbered_and_none_is_lost(
    archive: Archive, pages: list[UUID], deeds: list[tuple[str, int]]
) -> None:
    for deed, which in deeds:
        here = now(archive)
        if deed == "R" and here:
            actions.remove_page(archive.archivist, page=here[which % len(here)])
        elif deed == "r":
            gone = list(Page.objects.filter(state="removed").values_list("pk", flat=True))
            if gone:
                actions.restore_page(archive.archivist, page=gone[which % len(gone)])
        elif deed == "m" and here:
            chosen = here[: 1 + which % len(here)]
            actions.move_pages(archive.archivist, pages=chosen, to=archive.materials[STUDY])
        elif deed == "o":
            order = here[which:] + here[:which]
            actions.reorder(archive.archivist, material=archive.materials[FORM], order=order)
    assert set(Page.objects.values_list("pk", flat=True)) == set(pages)
    now(archive, STUDY)
