"""Scans are kept bit for bit, so what has a fault is refused, by its name."""

from __future__ import annotations

import io
import struct
import zlib
from dataclasses import replace

import pytest
from PIL import Image
from tests.cast import Cast
from tests.files.samples import document, object_stream, picture
from tests.files.scans import page, tiff

from dangan.files.actions import keep
from dangan.files.pictures import PageFacts, facts
from dangan.files.previews import render
from dangan.files.queries import content, page_image
from dangan.files.rules import SCANS, BadFile, Terms, misnamed
from dangan.files.verifying import verify

EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


def refusal(name: str, data: bytes, terms: Terms = SCANS) -> str:
    with pytest.raises(BadFile) as refused:
        verify(name, io.BytesIO(data), terms)
    message = str(refused.value.message)
    assert f"“{name}”" in message
    assert name not in str(refused.value), "the exception's own text goes to logs"
    return message


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data", "pages"),
    [
        ("页.jpg", page(), None),
        ("页.jpeg", page(), None),
        ("页.png", page("PNG"), None),
        ("卷.tif", tiff(3), 3),
        ("卷.tiff", tiff(2, compression="group4", mode="1"), 2),
        ("卷.pdf", document(pages=3), 3),
        ("2016.07.11", page(), None),
    ],
)
def test_every_bit_of_a_scan_is_kept(cast: Cast, name: str, data: bytes, pages: int | None) -> None:
    archivist = cast.actor("archivist")
    file = keep(archivist, subject=cast.people["沈知微"], name=name, data=data, allow=SCANS)
    assert b"".join(content(archivist, file.id, why="")) == data
    assert file.pages == pages
    assert len(file.pages_seen) == (pages or 1)
    last = page_image(archivist, file.id, pages or 1, width=100, watermark="沈 0001")
    assert Image.open(io.BytesIO(last)).format == "JPEG"


def test_how_large_the_pages_are() -> None:
    assert facts(io.BytesIO(page(size=(620, 877)))) == (PageFacts(620, 877, 300),)
    assert facts(io.BytesIO(page("PNG"))) == (PageFacts(620, 877, 300),)
    assert facts(io.BytesIO(tiff(2))) == (PageFacts(120, 160, 300), PageFacts(120, 161, 300))
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = picture(size=(64, 40), exif=exif)
    assert facts(io.BytesIO(lying)) == (PageFacts(40, 64),)
    with Image.open(io.BytesIO(render(io.BytesIO(lying), "image/jpeg", 1, width=60,
                                      watermark=""))) as shown:  # fmt: skip
        assert shown.width < shown.height
    buffer = io.BytesIO()
    Image.new("L", (1240, 1754), "white").save(buffer, "PDF", resolution=150)
    assert facts(buffer) == (PageFacts(1240, 1754, 150),)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw", "tiff_deflate", "packbits", "jpeg"])
def test_one_page_of_a_tiff_is_the_page_it_was(compression: str) -> None:
    data = tiff(3, compression=compression)
    with Image.open(io.BytesIO(data)) as whole:
        for number in range(3):
            whole.seek(number)
            expected = whole.convert("RGB").resize((60, 80))
            shown = render(io.BytesIO(data), "image/tiff", number + 1, width=60, watermark="")
            with Image.open(io.BytesIO(shown)) as found:
                assert abs(found.height - 60 * whole.height / 120) <= 1
                middle = found.convert("RGB").resize((1, 1)).getpixel((0, 0))
            assert all(abs(a - b) < 12 for a, b in zip(
                middle, expected.resize((1, 1)).getpixel((0, 0)), strict=True))  # fmt: skip


@pytest.mark.parametrize("turn", [0, 90, 180, 270, 450])
@pytest.mark.parametrize("kind", ["image/jpeg", "application/pdf"])
def test_a_page_is_turned_clockwise_and_stays_within_the_width(turn: int, kind: str) -> None:
    drawn = Image.new("RGB", (400, 600), "white")
    drawn.paste("black", (0, 0, 400, 150))  # the head of the page
    buffer = io.BytesIO()
    drawn.save(buffer, "JPEG" if kind == "image/jpeg" else "PDF")
    shown = Image.open(
        io.BytesIO(render(buffer, kind, 1, width=200, rotation=turn, watermark=""))
    ).convert("L")
    assert shown.width in {199, 200}
    across = turn % 360 in {90, 270}
    assert (shown.width > shown.height) is across
    wide, high = shown.size
    heads = {0: (wide // 2, 5), 90: (wide - 5, high // 2), 180: (wide // 2, high - 5),
             270: (5, high // 2)}  # fmt: skip
    for side, place in heads.items():
        assert (shown.getpixel(place) < 100) is (side == turn % 360), (turn, side)


def test_the_content_decides_and_a_name_that_contradicts_it_is_named() -> None:
    assert refusal("x.jpg", document()) == "“x.jpg”的内容是 PDF，请改正文件名。"
    assert refusal("x.pdf", page()) == "“x.pdf”的内容是 JPEG，请改正文件名。"
    assert "的内容是 TIFF" in refusal("x.exe", tiff())
    assert not misnamed("登记表 2016.07", "image/jpeg")
    assert not misnamed("登记表", "image/jpeg")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"MZ\x90\x00" + bytes(200),
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<!doctype html><script>alert(1)</script>",
        b"GIF89a" + bytes(100),
        EICAR,
        b"II+\x00" + bytes(100),
        picture("WEBP"),
        b"PK\x03\x04" + bytes(100),
    ],
)
def test_what_is_no_scan_is_refused_by_its_content(data: bytes) -> None:
    assert "的内容不是 JPEG、PNG、TIFF、PDF" in refusal("x.jpg", data)


@pytest.mark.parametrize(
    ("name", "data"), [("a.jpg", page()), ("a.png", page("PNG")), ("a.tif", tiff(1))]
)
def test_cut_off_or_with_something_behind(name: str, data: bytes) -> None:
    verify(name, io.BytesIO(data), SCANS)
    verify(name, io.BytesIO(data + bytes(100)), SCANS)  # what scanners pad with
    for behind in (b"<script>", b"PK\x05\x06" + bytes(18), document(), page()):
        assert "后面还有别的内容" in refusal(name, data + behind)
    for end in (20, len(data) // 2, len(data) - 3):
        assert "打不开" in refusal(name, data[:end])


def test_a_picture_that_is_a_document_or_an_archive_too() -> None:
    comment = b"\xff\xfe\x00\x10%PDF-1.4 hello."
    assert "后面还有别的内容" in refusal("a.jpg", b"\xff\xd8" + comment + page()[2:])
    small = page(size=(60, 80))
    ended = b"PK\x05\x06" + bytes(18)
    comment = b"\xff\xfe" + struct.pack(">H", len(ended) + 2) + ended
    assert "后面还有别的内容" in refusal("a.jpg", b"\xff\xd8" + comment + small[2:])


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    """20 000 by 20 000, told by the head alone: what follows could not be decoded."""
    size = struct.pack(">II", 20_000, 20_000)
    head = b"IHDR" + size + b"\x08\x02\x00\x00\x00"
    bomb = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk))
        for chunk in (head, b"IDAT" + zlib.compress(bytes(1000)), b"IEND")
    )
    assert "像素太多" in refusal("a.png", bomb)
    taken = bytearray(page())
    frame = taken.index(b"\xff\xc0")
    taken[frame + 5 : frame + 9] = struct.pack(">HH", 20_000, 20_000)
    assert "像素太多" in refusal("a.jpg", bytes(taken))
    buffer = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(buffer, "TIFF", compression="group4")
    assert len(buffer.getvalue()) < 100_000
    assert "像素太多" in refusal("a.tif", buffer.getvalue())


def test_a_text_in_a_picture_that_swells() -> None:
    buffer = io.BytesIO()
    Image.new("L", (8, 8)).save(buffer, "PNG")
    data = buffer.getvalue()
    swelling = b"zTXtx\0\0" + zlib.compress(bytes(200 * 2**20))
    chunk = struct.pack(">I", len(swelling) - 4) + swelling
    chunk += struct.pack(">I", zlib.crc32(swelling))
    assert "打不开" in refusal("a.png", data[:33] + chunk + data[33:])


def test_a_changed_byte_of_a_png_is_found() -> None:
    data = bytearray(page("PNG"))
    data[len(data) // 2] ^= 1
    assert "打不开" in refusal("a.png", bytes(data))


def broken_tiffs() -> dict[str, bytes]:
    good = tiff(2, compression="raw")
    first = struct.unpack("<I", good[4:8])[0]
    count = struct.unpack("<H", good[first : first + 2])[0]
    after = first + 2 + 12 * count

    def entry(tag: int) -> int:
        return next(
            at
            for at in range(first + 2, after, 12)
            if struct.unpack("<H", good[at : at + 2])[0] == tag
        )

    def with_value(at: int, value: bytes) -> bytes:
        return good[:at] + value + good[at + len(value) :]

    return {
        "a directory outside": with_value(4, struct.pack("<I", 10**6)),
        "a ring of directories": with_value(after, struct.pack("<I", first)),
        "no entry": with_value(first, b"\0\0"),
        "a strip outside": with_value(entry(273) + 8, struct.pack("<I", len(good) - 5)),
        "more than there is": with_value(entry(279) + 8, struct.pack("<I", 10**9)),
        "no width": with_value(entry(256) + 8, b"\0\0\0\0"),
        "endless count": with_value(entry(273) + 4, struct.pack("<I", 2**31)),
        "old JPEG": with_value(entry(259) + 8, b"\x06\0"),
        "directory beside it outside": with_value(
            entry(262), struct.pack("<HHII", 330, 4, 1, 10**7)
        ),
    }


@pytest.mark.parametrize("what", sorted(broken_tiffs()))
def test_a_tiff_whose_parts_do_not_lie_in_it(what: str) -> None:
    assert "打不开" in refusal("a.tif", broken_tiffs()[what])


def test_too_many_pages() -> None:
    terms = replace(SCANS, pages=2)
    assert "超过 2 页" in refusal("a.tif", tiff(3), terms)
    assert "有 3 页，最多 2 页" in refusal("a.pdf", document(pages=3), terms)


@pytest.mark.parametrize(
    "data",
    [
        document(b"<< /S /JavaScript /JS (app.alert(1)) >>", catalog=b"/OpenAction 10 0 R"),
        document(b"<< /S /Launch /F (cmd.exe) >>", catalog=b"/OpenAction 10 0 R"),
        document(b"<< /S /J#61vaScript /JS (app.alert(1)) >>"),
        document(b"<< /Names [(a) 11 0 R] >>", catalog=b"/Names << /EmbeddedFiles 10 0 R >>"),
        document(b"<< /XFA 11 0 R >>", catalog=b"/AcroForm 10 0 R"),
        document(b"<< /X#46A [(a) 11 0 R] >>", catalog=b"/AcroForm 10 0 R"),
        document(object_stream(b"<< /S /JavaScript /JS (1) >>")),
        document(object_stream(b"<< /S /Launch >>").replace(b"/ObjStm", b"/Obj#53tm")),
        document(tail=b"<html>"),
        document(tail=b"PK\x05\x06" + bytes(18)),
    ],
)
def test_a_document_that_is_more_than_pages(data: bytes) -> None:
    assert "有脚本、附件或外部程序" in refusal("a.pdf", data)


@pytest.mark.parametrize("gap", [*range(-40, 12), 2**20])
def test_a_name_is_found_wherever_the_windows_meet(gap: int) -> None:
    """The document is read in windows: a name across the edge of one is still one name."""
    before = document(b"<< /Length 4 >>\nstream\n").index(b"stream\n") + 7
    filler = b"\0" * (4 * 2**20 - before + gap)
    for hidden in (b"/JavaScript ", b"/J#61vaScript ", b"/#4a#61#76#61#53cript ", b"/XFA [1 "):
        data = document(b"<< /Length 4 >>\nstream\n" + filler + hidden)
        assert "有脚本" in refusal("a.pdf", data)
    objects = object_stream(b"<< /S /Launch >>", b"(" + b"x" * 30 + b")")
    data = document(b"<< /Length 4 >>\nstream\n" + filler + b"\nendstream", objects)
    assert "有脚本" in refusal("a.pdf", data)
    harmless = object_stream(b"<< /S /GoTo >>")
    verify("a.pdf", io.BytesIO(document(filler, harmless, harmless)), SCANS)


def test_letters_that_only_look_like_a_name_are_no_reason() -> None:
    picture_bytes = b"\x8a/XFA\x91\x02 /XFAx /Launcher /ObjStmX stream endstream"
    data = document(b"<< /Length 50 >>\nstream\n" + picture_bytes + b"\nendstream")
    assert verify("a.pdf", io.BytesIO(data), SCANS).pages == 1
