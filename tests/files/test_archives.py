"""A ZIP is unpacked member by member: what is bad is refused by its path, and the rest goes on."""

from __future__ import annotations

import io
import stat
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.files.conftest import objects
from tests.files.scans import page, zipped

from dangan.files import archives
from dangan.files.archives import members
from dangan.files.incoming import Incoming, take_in
from dangan.files.rules import BadFile
from dangan.files.rules.paths import leads_out, path_of

PAGE = page(size=(40, 60))


def found(data: bytes) -> dict[str, bytes | str]:
    """Content of what was taken in, the sentence for what was not."""
    with take_in("包.zip", [data]) as archive:
        return {path: told(member) for path, member in members(archive, name="包.zip")}


def told(member: Incoming) -> bytes | str:
    with member:
        return str(member.refusal) if member.refusal else member.read()


def refusal(data: bytes) -> str:
    with pytest.raises(BadFile) as refused:
        found(data)
    message = str(refused.value.message)
    assert "“包.zip”" in message
    return message


def raw_names(*names: bytes, flags: int = 0) -> bytes:
    """A ZIP with names as bytes, as programs write them that do not say the encoding."""
    data = zipped(*((f"{number:0{len(name)}d}", PAGE) for number, name in enumerate(names)))
    for number, name in enumerate(names):
        data = data.replace(f"{number:0{len(name)}d}".encode(), name)
    del flags
    return data


def test_members_come_sealed_and_in_order(folder: Path) -> None:
    data = zipped(("1/0001.jpg", PAGE), ("4-1/登记表/0001.jpg", PAGE), ("empty.txt", b""))
    with take_in("包.zip", [data]) as archive:
        for path, member in members(archive):
            assert len(objects(folder)) == 2, path
            assert all(PAGE[:40] not in lying.read_bytes() for lying in objects(folder))
            member.close()
    assert objects(folder) == []
    assert found(data) == {
        "1/0001.jpg": PAGE,
        "4-1/登记表/0001.jpg": PAGE,
        "empty.txt": b"",
    }


@pytest.mark.parametrize(
    "path",
    [
        "../out.jpg",
        "a/../../out.jpg",
        "/etc/passwd",
        "//host/share.jpg",
        "C:/x.jpg",
        "c:x.jpg",
        "a\\b.jpg",
        "..\\out.jpg",
        "./x.jpg",
        "a//b.jpg",
        "a\u202egpj.exe",
        "a\nb.jpg",
        "x" * 1001,
    ],
)
def test_a_path_that_leads_out_is_refused_and_the_others_go_on(path: str) -> None:
    got = found(zipped((path, PAGE), ("fine.jpg", PAGE)))
    assert got.pop("fine.jpg") == PAGE
    ((_path, sentence),) = got.items()
    assert "不安全" in str(sentence)


@given(st.text(min_size=1, max_size=40))
def test_a_path_that_is_taken_stays_below(path: str) -> None:
    if not leads_out(path):
        base = Path("/base")
        assert base in (base / path).parents
        assert ".." not in (base / path).parts


def test_links_and_devices_are_no_files() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, kind in (("link", stat.S_IFLNK), ("pipe", stat.S_IFIFO), ("file", stat.S_IFREG)):
            info = zipfile.ZipInfo(name)
            info.create_system, info.external_attr = 3, (kind | 0o644) << 16
            archive.writestr(info, b"/etc/passwd")
    got = found(buffer.getvalue())
    assert got["file"] == b"/etc/passwd"
    assert "是链接或设备" in str(got["link"])
    assert "是链接或设备" in str(got["pipe"])


def test_an_encrypted_member_is_named() -> None:
    data = bytearray(zipped(("a.jpg", PAGE), ("b.jpg", PAGE)))
    for head in (b"PK\x03\x04", b"PK\x01\x02"):
        place = data.index(head) + (6 if head == b"PK\x03\x04" else 8)
        data[place] |= 1
    got = found(bytes(data))
    assert got["a.jpg"] == "压缩包里的“a.jpg”设了密码，请去掉密码再上传。"
    assert got["b.jpg"] == PAGE


def test_archives_in_the_archive_are_named() -> None:
    import bz2  # noqa: PLC0415
    import gzip  # noqa: PLC0415
    import lzma  # noqa: PLC0415
    import tarfile  # noqa: PLC0415

    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as packed:
        packed.addfile(tarfile.TarInfo("x"))
    inner = {
        "a.zip": zipped(("x", b"y")),
        "a.jpg": zipped(("x", b"y")),
        "a.gz": gzip.compress(b"x"),
        "a.bz2": bz2.compress(b"x"),
        "a.xz": lzma.compress(b"x"),
        "a.tar": tar.getvalue(),
        "a.rar": b"Rar!\x1a\x07\x00",
        "a.7z": b"7z\xbc\xaf\x27\x1c",
    }
    got = found(zipped(*inner.items(), ("fine.jpg", PAGE)))
    assert got.pop("fine.jpg") == PAGE
    assert set(got) == set(inner)
    assert all("也是压缩包" in str(sentence) for sentence in got.values())


def test_what_swells_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = zipped(("bomb.tif", bytes(30 * 2**20)), ("fine.jpg", PAGE))
    got = found(bomb)
    assert "解压后太大" in str(got["bomb.tif"])
    assert got["fine.jpg"] == PAGE
    monkeypatch.setattr(archives, "UNPACKED", 1000)
    assert "解压后超过" in refusal(zipped(("a", bytes(600)), ("b", bytes(600))))


def test_a_member_that_says_less_than_it_holds_gives_no_more_than_it_says() -> None:
    data = bytearray(zipped(("liar.bin", bytes(5 * 2**20)), ("fine.jpg", PAGE)))
    place = data.index(b"PK\x01\x02") + 24
    data[place : place + 4] = struct.pack("<I", 1000)
    got = found(bytes(data))
    assert "已损坏" in str(got["liar.bin"])
    assert got["fine.jpg"] == PAGE


def test_one_content_under_many_names_is_no_archive() -> None:
    """Overlapping entries, as the bomb of Fifield (2019) has them."""
    data = bytearray(zipped(("aaaa", bytes(1000)), ("bbbb", bytes(1000))))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 10)
    assert "互相重叠" in refusal(bytes(data))


def test_too_many_members(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MEMBERS", 3)
    assert "有 4 个文件，最多 3 个" in refusal(zipped(*((str(n), b"") for n in range(4))))


def test_the_same_place_twice_counts_once() -> None:
    data = zipped(("a.jpg", PAGE), ("A.JPG", b"other"), ("e\u0301", b"1"), ("\u00e9", b"2"))
    got = found(data)
    assert (got["a.jpg"], got["e\u0301"]) == (PAGE, b"1")
    assert "只接收了第一个" in str(got["A.JPG"])
    assert "只接收了第一个" in str(got["\u00e9"])


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8"])
def test_names_without_their_encoding_are_read_as_they_were_meant(encoding: str) -> None:
    names = ["4-1毕业生登记表_0001.jpg", "第1类/履历表.tif"]
    got = found(raw_names(*(name.encode(encoding) for name in names)))
    assert set(got) == set(names)


def test_western_names_and_names_beside_the_name() -> None:
    assert path_of("caf\u00e9.jpg", 0x800, b"") == "caf\u00e9.jpg"
    assert path_of("plain.jpg", 0, b"") == "plain.jpg"
    import zlib  # noqa: PLC0415

    body = b"\x01" + zlib.crc32(b"x.jpg").to_bytes(4, "little") + "页.jpg".encode()
    beside = struct.pack("<HH", 0x7075, len(body)) + body
    assert path_of("x.jpg", 0, beside) == "页.jpg"
    assert path_of("y.jpg", 0, beside) == "y.jpg", "the name was changed, and this was not"
    assert path_of("x.jpg", 0, beside[:6]) == "x.jpg"


def test_what_systems_leave_there_is_passed_over() -> None:
    data = zipped(
        ("__MACOSX/._a.jpg", b"x"),
        (".DS_Store", b"x"),
        ("a/Thumbs.db", b"x"),
        ("a/desktop.ini", b"x"),
        ("a/", b""),
        ("a/._b.jpg", b"x"),
        ("a/b.jpg", PAGE),
    )
    assert found(data) == {"a/b.jpg": PAGE}


def test_a_damaged_member_is_named_and_the_others_go_on() -> None:
    data = bytearray(zipped(("a.jpg", PAGE), ("b.jpg", PAGE), method=zipfile.ZIP_STORED))
    data[data.index(PAGE[100:140]) + 5] ^= 1
    got = found(bytes(data))
    assert got == {"a.jpg": "压缩包里的“a.jpg”已损坏，请重新打包。", "b.jpg": PAGE}


@pytest.mark.parametrize("cut", [0, 10, 100, -1, -5])
def test_what_is_no_archive(cut: int) -> None:
    data = zipped(("a.jpg", PAGE))
    assert "不是完好的 ZIP" in refusal(data[:cut] or b"none")


def test_a_list_of_members_as_long_as_memory() -> None:
    data = bytearray(zipped(("a.jpg", PAGE)) + bytes(64 * 2**20))
    end = data.index(b"PK\x05\x06")
    tail = bytearray(data[end : end + 22])
    tail[12:16] = struct.pack("<I", 60 * 2**20)
    assert "不是完好的 ZIP" in refusal(bytes(data[:end]) + bytes(60 * 2**20) + bytes(tail))


def test_what_info_zip_packs_is_read(tmp_path: Path) -> None:
    (tmp_path / "页").mkdir()
    (tmp_path / "页" / "0001.jpg").write_bytes(PAGE)
    subprocess.run([sys.executable, "-m", "zipfile", "-c", "x.zip", "页"], cwd=tmp_path, check=True)
    assert found((tmp_path / "x.zip").read_bytes()) == {"页/0001.jpg": PAGE}
