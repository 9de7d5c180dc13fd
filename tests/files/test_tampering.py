"""Whoever alters what lies on the disk or in the table is found out, and gets nothing opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client
from tests.cast import Cast, written_events
from tests.files.conftest import objects
from tests.files.samples import document

from dangan.access.models import Account
from dangan.access.queries import system_actor
from dangan.files import looking_after
from dangan.files.actions import keep
from dangan.files.looking_after import check_fixity
from dangan.files.models import SealedFile
from dangan.files.queries import content, infos, page_image
from dangan.files.storage import files, place_of
from dangan.notices.models import Notice
from dangan.vault.rules import Tampered

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(cast: Cast) -> tuple[SealedFile, SealedFile]:
    """Two documents of one person and of another."""
    hr = cast.actor("hr_specialist")
    body = b"<< /Length 2500000 >>\nstream\n" + bytes(2_500_000) + b"\nendstream"
    return (
        keep(hr, subject=cast.people["沈知微"], name="甲.pdf", data=document(body)),
        keep(hr, subject=cast.people["罗文博"], name="乙.pdf", data=document(body, pages=2)),
    )


def path_of(file: SealedFile) -> Path:
    return Path(files().path(place_of(file.object)))


def refused(cast: Cast, file: SealedFile) -> None:
    hr = cast.actor("hr_specialist")
    with pytest.raises(Tampered):
        b"".join(content(hr, file.id, why=""))
    with pytest.raises(Tampered):
        page_image(hr, file.id, watermark="")
    auditor = system_actor()
    found = check_fixity(auditor)
    assert file.id in found.damaged
    assert ("file.fixity", "failed") in written_events(auditor)


def test_untouched_files_pass(cast: Cast, kept: tuple[SealedFile, SealedFile]) -> None:
    auditor = system_actor()
    found = check_fixity(auditor)
    assert (found.files, found.damaged) == (2, ())
    assert written_events(auditor) == [("file.fixity", "done")]
    assert SealedFile.objects.filter(looked_after_at=None).count() == 0


def test_a_flipped_bit(cast: Cast, kept: tuple[SealedFile, SealedFile]) -> None:
    path = path_of(kept[0])
    data = bytearray(path.read_bytes())
    data[1000] ^= 1
    path.write_bytes(data)
    refused(cast, kept[0])


def test_a_page_is_shown_whose_own_parts_are_whole(
    cast: Cast, kept: tuple[SealedFile, SealedFile]
) -> None:
    path = path_of(kept[0])
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1  # in a part that the page does not use
    path.write_bytes(data)
    hr = cast.actor("hr_specialist")
    assert page_image(hr, kept[0].id, watermark="").startswith(b"\xff\xd8")
    with pytest.raises(Tampered):
        b"".join(content(hr, kept[0].id, why=""))
    assert check_fixity(system_actor()).damaged == (kept[0].id,)


def test_swapped_chunks(cast: Cast, kept: tuple[SealedFile, SealedFile]) -> None:
    path = path_of(kept[0])
    data = path.read_bytes()
    chunk = 2**20 + 16
    one, two, rest = data[9 : 9 + chunk], data[9 + chunk : 9 + 2 * chunk], data[9 + 2 * chunk :]
    path.write_bytes(data[:9] + two + one + rest)
    refused(cast, kept[0])


def test_a_file_cut_off_at_the_end_of_a_chunk(
    cast: Cast, kept: tuple[SealedFile, SealedFile]
) -> None:
    path = path_of(kept[0])
    path.write_bytes(path.read_bytes()[: 9 + 2**20 + 16])
    refused(cast, kept[0])


def test_a_lost_file(cast: Cast, kept: tuple[SealedFile, SealedFile]) -> None:
    path_of(kept[0]).unlink()
    refused(cast, kept[0])


def test_two_files_swapped_on_the_disk(cast: Cast, kept: tuple[SealedFile, SealedFile]) -> None:
    one, two = path_of(kept[0]), path_of(kept[1])
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    refused(cast, kept[0])
    refused(cast, kept[1])


def test_rows_swapped_in_the_table(cast: Cast, kept: tuple[SealedFile, SealedFile]) -> None:
    hr = cast.actor("hr_specialist")
    one, two = kept
    own = one.sealed_key, one.sealed_name
    SealedFile.objects.filter(id=one.id).update(
        sealed_key=two.sealed_key, sealed_name=two.sealed_name
    )
    with pytest.raises(Tampered):
        infos([one.id])
    with pytest.raises(Tampered):
        b"".join(content(hr, one.id, why=""))
    SealedFile.objects.filter(id=one.id).update(sealed_key=own[0], sealed_name=own[1])
    SealedFile.objects.filter(id=two.id).update(object=one.id)
    SealedFile.objects.filter(id=one.id).update(object=two.object)
    with pytest.raises(Tampered):
        b"".join(content(hr, one.id, why=""))


def test_a_file_given_to_another_person(cast: Cast, kept: tuple[SealedFile, SealedFile]) -> None:
    hr = cast.actor("hr_specialist")
    SealedFile.objects.filter(id=kept[0].id).update(subject=cast.people["何雨桐"])
    with pytest.raises(Tampered):
        b"".join(content(hr, kept[0].id, why=""))


def test_what_was_looked_at_longest_ago_comes_first(
    cast: Cast, kept: tuple[SealedFile, SealedFile]
) -> None:
    first = check_fixity(system_actor(), limit=1)
    second = check_fixity(system_actor(), limit=1)
    assert (first.files, second.files) == (1, 1)
    assert SealedFile.objects.filter(looked_after_at=None).count() == 0


def test_nothing_else_lies_in_the_folder(
    cast: Cast, kept: tuple[SealedFile, SealedFile], folder: Path
) -> None:
    assert {path.name for path in objects(folder)} == {file.object.hex for file in kept}


def test_who_answers_for_files_is_told_how_many_are_damaged(
    cast: Cast, kept: tuple[SealedFile, SealedFile], browser: Callable[..., Client]
) -> None:
    browser("it")
    browser("hr_manager")
    check_fixity(system_actor())
    assert not Notice.objects.exists()
    path_of(kept[0]).unlink()
    check_fixity(system_actor())
    [notice] = Notice.objects.all()
    assert Account.objects.get(pk=notice.account).grants.get().role == "it"
    assert (notice.topic, notice.facts) == ("file.damaged", {"count": 1})


def test_a_check_that_is_killed_has_reported_what_it_passed(
    cast: Cast, kept: tuple[SealedFile, SealedFile], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file a round: the first is damaged and reported, the second round dies."""
    monkeypatch.setattr(looking_after, "ROUND_BYTES", 1)
    first, second = sorted(kept, key=lambda file: file.id)
    path_of(first).unlink()
    digest = looking_after._digest

    def dying(name: UUID) -> bytes | None:
        if name == second.object:
            raise KeyboardInterrupt
        return digest(name)

    monkeypatch.setattr(looking_after, "_digest", dying)
    auditor = system_actor()
    with pytest.raises(KeyboardInterrupt):
        check_fixity(auditor)
    assert written_events(auditor) == [("file.fixity", "failed")]
    seen = SealedFile.objects.filter(looked_after_at__isnull=False)
    assert list(seen.values_list("id", flat=True)) == [first.id]
    monkeypatch.setattr(looking_after, "_digest", digest)
    again = check_fixity(system_actor(), limit=1)
    assert (again.files, again.damaged) == (1, ()), "it goes on where it was"
