"""Searching finds what stands on scans and in titles, within one's rights and not beyond."""

from __future__ import annotations

from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.archive import Archive
from tests.cast import written_events
from tests.materials.reading.conftest import Scanner

from dangan.access.rules import Actor, Refused
from dangan.materials.catalogue.models import Material, Reader, Volume
from dangan.materials.reading import queries
from dangan.materials.reading.models import Entry, Reading
from dangan.materials.reading.problems import ReadingProblem

REGISTER, GRADUATE = "职工登记表", "毕业研究生登记表"


def found(actor: Actor, text: str) -> list[tuple[UUID, int]]:
    hits = queries.search(actor, text)
    return sorted((hit.material, hit.page_number) for hit in hits.found)


@pytest.fixture
def filled(archive: Archive, scanner: Scanner) -> Archive:
    archive.volume("沈知微")
    scanner.text(archive.materials[REGISTER], "职工登记表", "姓名沈知微 曾在浙江大", "学学习")
    scanner.text(archive.materials[GRADUATE], "研究生登记表", "导师意见：同意毕业", number=1)
    scanner.text(archive.materials[GRADUATE], "浙江大學 ＭＩＴ 交流", number=2)
    return archive


def test_a_word_is_found_on_its_page_also_across_two_lines(filled: Archive) -> None:
    assert found(filled.archivist, "浙江大学") == sorted(
        [(filled.materials[REGISTER], 1), (filled.materials[GRADUATE], 2)]
    )
    assert found(filled.archivist, "导师意见") == [(filled.materials[GRADUATE], 1)]
    assert found(filled.archivist, "mit") == [(filled.materials[GRADUATE], 2)]


def test_titles_are_found_first(filled: Archive) -> None:
    hits = queries.search(filled.archivist, "登记表")
    assert [hit.page for hit in hits.found[:2]] == [None, None]
    assert {hit.body.title for hit in hits.found} == {REGISTER, GRADUATE}
    assert hits.total == 4


def test_several_words_must_all_be_there(filled: Archive) -> None:
    assert found(filled.archivist, "浙江大学 沈知微") == [(filled.materials[REGISTER], 1)]
    assert found(filled.archivist, "沈知微 导师意见") == []
    assert found(filled.archivist, "浙江大学 微") == [(filled.materials[REGISTER], 1)]


def test_one_character_is_too_little_and_says_so(filled: Archive) -> None:
    with pytest.raises(ReadingProblem, match="至少输入两个"):
        queries.search(filled.archivist, "沈 知")
    with pytest.raises(ReadingProblem):
        queries.search(filled.archivist, "  ")


def test_the_snippet_shows_the_words_as_written(filled: Archive) -> None:
    (hit,) = queries.search(filled.archivist, "mit").found
    assert [piece.text for piece in hit.snippet if piece.marked] == ["ＭＩＴ"]


def test_what_is_marked_is_found_by_named_readers_alone(filled: Archive) -> None:
    Material.objects.filter(pk=filled.materials[GRADUATE]).update(secrecy=2)
    assert found(filled.archivist, "导师意见") == []
    Reader.objects.create(
        volume=filled.volumes["沈知微"],
        material_id=filled.materials[GRADUATE],
        account=filled.archivist.id,
        at=timezone.now(),
        by=filled.archivist.id,
    )
    assert found(filled.archivist, "导师意见") == [(filled.materials[GRADUATE], 1)]


def test_an_archivist_elsewhere_finds_nothing(filled: Archive) -> None:
    assert found(filled.cast.actor("archivist", unit="华南公司"), "导师意见") == []
    assert found(filled.cast.actor("archivist", unit="华东公司"), "导师意见") != []


def test_whoever_may_not_search_is_refused(filled: Archive) -> None:
    actor = filled.cast.actor("employee", name="沈知微")
    with pytest.raises(Refused):
        queries.search(actor, "导师意见")
    assert "refused" in {outcome for _action, outcome in written_events(actor)}


def test_restricted_and_removed_things_are_not_found(filled: Archive) -> None:
    Material.objects.filter(pk=filled.materials[REGISTER]).update(state="removed")
    assert found(filled.archivist, "沈知微") == []
    Volume.objects.update(restricted_at=timezone.now())
    assert found(filled.archivist, "导师意见") == []


def test_nobody_finds_their_own_cadre_file_or_a_relatives(
    archive: Archive, scanner: Scanner
) -> None:
    archive.volume("何雨桐", "cadre")
    scanner.text(archive.materials[REGISTER], "档案正文")
    own = archive.cast.actor("archivist", name="何雨桐")
    assert found(archive.archivist, "档案正文") != []
    assert found(own, "档案正文") == []
    assert found(own, "工资变动") == []


def test_what_was_searched_is_noted_sealed(filled: Archive) -> None:
    queries.search(filled.archivist, "导师意见")
    (event,) = [e for e in filled.archivist.trail.pending if e.action == "reading.search"]
    assert event.reason == "导师意见"
    assert "导师" not in str(event.facts)
    written_events(filled.archivist)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_event WHERE audit_event::text LIKE '%导师%'")
        assert cursor.fetchone() == (0,)


def test_no_text_stands_in_clear(filled: Archive) -> None:
    for row in [*Entry.objects.all(), *Reading.objects.all()]:
        assert row.sealed is not None
        assert "浙江".encode() not in bytes(row.sealed)


def test_a_search_takes_few_statements(filled: Archive) -> None:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        queries.search(filled.archivist, "登记表")
    assert len(asked) <= 15, [one["sql"][:80] for one in asked]
