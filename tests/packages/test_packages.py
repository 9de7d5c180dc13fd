"""A dossier leaves as a bag that others' tools accept, and comes in only when it is whole."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import bagit
import pyrage
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.archive import Archive, make_archive
from tests.cast import Cast
from tests.materials.scans.conftest import drawn, jpeg

from dangan.access.rules import Absent, Refused
from dangan.exchange.packages import receiving, sending
from dangan.exchange.packages.problems import PackageProblem
from dangan.exchange.packages.rules import bag
from dangan.exchange.packages.rules.bag import Sum
from dangan.files.incoming import take_in
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.models import Volume
from dangan.materials.scans import actions as scans
from dangan.materials.scans import queries as scan_queries

FORM = "职工登记表"


@pytest.fixture
def archive(cast: Cast) -> Archive:
    made = make_archive(cast)
    made.volume("沈知微")
    files = [("1.jpg", jpeg(drawn(1))), ("2.jpg", jpeg(drawn(2)))]
    scans.add_pages(made.archivist, material=made.materials[FORM], files=files)
    return made


def packed(archive: Archive, receiver: str = "") -> bytes:
    volume = archive.volumes["沈知微"]
    _name, content = sending.send(archive.archivist, volume=volume.pk, receiver=receiver)
    with content:
        return b"".join(content.chunks())


def unpacked(data: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        archive.extractall(folder)
    return next(folder.iterdir())


def rewritten(data: bytes, changed: str, content: bytes | None) -> bytes:
    """The package with one file changed or, for None, left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if name.endswith(changed):
                if content is not None:
                    new.writestr(name, content)
            else:
                new.writestr(name, old.read(name))
    return target.getvalue()


def take(archive: Archive, data: bytes, number: str = "020104") -> receiving.Taken:
    return receiving.receive(
        archive.archivist,
        data=take_in("package.zip", [data]),
        employee_number=number,
        fonds=archive.fonds,
        kind="staff",
    )


def test_the_library_of_congress_tool_finds_the_bag_valid(archive: Archive, tmp_path: Path) -> None:
    folder = unpacked(packed(archive), tmp_path)
    made = bagit.Bag(str(folder))
    assert made.validate()
    assert made.info["External-Identifier"] == archive.volumes["沈知微"].number
    assert len(list((folder / "data/pages").rglob("*.jpg"))) == 2


def test_a_flipped_byte_is_named_by_that_tool_and_by_ours(archive: Archive, tmp_path: Path) -> None:
    data = packed(archive)
    page = bytearray(jpeg(drawn(1)))
    page[500] ^= 1
    broken = rewritten(data, "pages/001/001.jpg", bytes(page))
    with pytest.raises(bagit.BagValidationError):
        bagit.Bag(str(unpacked(broken, tmp_path))).validate()
    with pytest.raises(PackageProblem) as refused:
        take(archive, broken)
    assert any("001.jpg" in str(message) for message in refused.value.messages)


def test_another_archive_takes_it_in_whole(archive: Archive) -> None:
    taken = take(archive, packed(archive))
    assert (taken.materials, taken.pages) == (3, 2)
    looked = catalogue.look(archive.archivist, taken.volume.pk)
    items, _hidden = catalogue.contents(looked)
    form = next(item for item in items if item.body.title == FORM)
    _look, _item, pages = scan_queries.pages(archive.archivist, form.id)
    assert [page.number for page in pages] == [1, 2]
    original = scan_queries.download(archive.cast.actor("hr_manager"), pages[0].id)
    assert b"".join(original[2]) == jpeg(drawn(1))


@pytest.mark.parametrize("lost", ["bagit.txt", "manifest-sha256.txt", "pages/001/002.jpg"])
def test_what_is_not_whole_is_refused_and_nothing_stored(archive: Archive, lost: str) -> None:
    with pytest.raises(PackageProblem):
        take(archive, rewritten(packed(archive), lost, None))
    assert Volume.objects.count() == 1


def test_a_file_that_no_manifest_knows_is_refused(archive: Archive) -> None:
    data = io.BytesIO(packed(archive))
    with zipfile.ZipFile(data, "a") as added:
        added.writestr(f"{archive.volumes['沈知微'].number}/data/pages/extra.jpg", jpeg(drawn(9)))
    with pytest.raises(PackageProblem, match="来历不明"):
        take(archive, data.getvalue())


def test_an_unknown_person_and_a_second_volume_are_refused(archive: Archive) -> None:
    data = packed(archive)
    with pytest.raises(PackageProblem):
        take(archive, data, number="999999")
    take(archive, data)
    with pytest.raises(Exception, match="同类"):
        take(archive, data)
    assert Volume.objects.count() == 2


def test_sealed_for_a_receiver_only_the_receiver_opens_it(archive: Archive) -> None:
    theirs = pyrage.x25519.Identity.generate()
    data = packed(archive, str(theirs.to_public()))
    assert FORM.encode() not in data
    with zipfile.ZipFile(io.BytesIO(pyrage.decrypt(data, [theirs]))) as opened:
        assert any(name.endswith("catalogue.json") for name in opened.namelist())
    with pytest.raises(PackageProblem):
        take(archive, data)


def test_sealed_for_us_it_is_taken_in(archive: Archive) -> None:
    taken = take(archive, packed(archive, receiving.public_key()))
    assert taken.pages == 2


def test_a_key_that_is_none_is_refused_in_words(archive: Archive) -> None:
    with pytest.raises(PackageProblem, match="age1"):
        packed(archive, "not a key")


def test_nobody_without_the_right_makes_one(archive: Archive) -> None:
    volume = archive.volumes["沈知微"]
    for role in ("hr_manager", "hr_specialist", "employee"):
        with pytest.raises((Absent, Refused)):
            sending.send(archive.cast.actor(role), volume=volume.pk)
    south = archive.cast.actor("archivist", unit="华南公司")
    with pytest.raises(Absent):
        sending.send(south, volume=volume.pk)


def test_records_hold_only_what_the_sender_may_take_out(archive: Archive, tmp_path: Path) -> None:
    folder = unpacked(packed(archive), tmp_path)
    assert "13812345678" not in (folder / "data/records.json").read_text()


_PATHS = st.text(min_size=1, max_size=30).filter(lambda t: t.strip() == t and not t.startswith("*"))


@given(paths=st.sets(_PATHS.filter(lambda t: len(t.splitlines()) == 1 or "\n" in t), max_size=8))
def test_manifests_are_read_back(paths: set[str]) -> None:
    plain = {p for p in paths if not (set(p) & set("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"))}
    sums = {path: Sum("ab" * 32, 1) for path in plain}
    assert set(bag.parse_manifest(bag.manifest(sums))) == plain
