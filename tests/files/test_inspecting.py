"""What is taken in is told by its content; what runs, hides or bursts is not taken in."""

from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image
from tests.files.samples import PLACE_MARK, document, object_stream, photograph, picture

from dangan.files.inspecting import accept
from dangan.files.rules import PROOF, BadFile, kind_of, named_as
from dangan.files.rules.documents import more_than_pages
from dangan.ui.printing import pdf

OPEN = b"/OpenAction 10 0 R"
NAMED = b"/Names << /JavaScript << /Names [(a) 10 0 R] >> >>"
SCRIPT = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"


def refusal(name: str, data: bytes, allow: frozenset[str] = PROOF) -> str:
    with pytest.raises(BadFile) as refused:
        accept(name, data, allow)
    assert name not in str(refused.value), "an exception's text ends up in logs"
    assert name in str(refused.value.message)
    return str(refused.value.message)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_pictures_are_taken_in_encoded_anew(kind: str) -> None:
    accepted = accept("毕业证.bin", picture(kind), PROOF)
    assert accepted.media_type == f"image/{kind.lower()}"
    with Image.open(io.BytesIO(accepted.data)) as image:
        assert (image.format, image.size) == (kind, (64, 40))


def test_where_and_with_what_a_photograph_was_taken_is_gone_and_it_stands_upright() -> None:
    taken = photograph()
    assert PLACE_MARK in taken
    accepted = accept("证件.jpg", taken, PROOF)
    assert PLACE_MARK not in accepted.data
    assert b"Exif" not in accepted.data
    with Image.open(io.BytesIO(accepted.data)) as image:
        assert image.size == (40, 64)
        assert not image.getexif()
        red, _green, blue = image.convert("RGB").getpixel((20, 10))
        assert blue > red, "the left side of the camera's picture is on top now"


def test_a_second_file_behind_a_picture_is_gone() -> None:
    for kind in ("JPEG", "PNG"):
        hidden = b"PK\x03\x04 hidden archive PK\x05\x06 <script>alert(1)</script>"
        accepted = accept("照片.jpg", picture(kind) + hidden, PROOF)
        assert b"hidden archive" not in accepted.data
        assert b"<script>" not in accepted.data


def test_transparent_and_grey_pictures_stay_what_they_are() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (8, 8), (255, 0, 0, 90)).save(buffer, "PNG")
    with Image.open(io.BytesIO(accept("章.png", buffer.getvalue(), PROOF).data)) as image:
        assert image.mode == "RGBA"
        assert image.getpixel((1, 1)) == (255, 0, 0, 90)
    buffer = io.BytesIO()
    Image.new("L", (8, 8), 77).save(buffer, "PNG")
    with Image.open(io.BytesIO(accept("扫描.png", buffer.getvalue(), PROOF).data)) as image:
        assert image.mode == "L"


@pytest.mark.parametrize(
    "data",
    [
        b"MZ\x90\x00 program",
        b"<html><script>alert(1)</script></html>",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a\x01\x00\x01\x00;",
        b"PK\x03\x04 archive",
        b"\x00" * 100,
        b"  %PDF-1.4 behind two blanks",
        b"text",
    ],
)
def test_a_name_makes_nothing_of_a_file(data: bytes) -> None:
    assert "不是 JPEG、PNG、WebP、PDF" in refusal("毕业证.pdf", data)


def test_only_what_is_allowed_is_taken() -> None:
    pictures = frozenset({"image/jpeg", "image/png"})
    assert "不是 JPEG、PNG，" in refusal("证明.pdf", document(), pictures)


def test_a_damaged_picture_is_refused() -> None:
    data = picture("PNG", (600, 600))
    assert "打不开" in refusal("坏.png", data[: len(data) // 2])
    assert "打不开" in refusal("坏.jpg", b"\xff\xd8\xff" + b"\x00" * 50)
    assert "打不开" in refusal("坏.webp", b"RIFF\x10\x00\x00\x00WEBPVP8 ")


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few hundred bytes that says it is enormous."""

    def part(kind: bytes, body: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + part(b"IHDR", head)
        + part(b"IDAT", zlib.compress(bytes(1000)))
        + part(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(8000, 7000), (40_000, 40_000), (2_000_000, 2_000_000)])
def test_a_picture_that_would_burst_the_memory_is_never_decoded(size: tuple[int, int]) -> None:
    assert "像素太多，最多 5000 万" in refusal("大图.png", bomb(*size))


def test_an_honest_document_is_kept_as_it_is(tmp_path: Path) -> None:
    form = tmp_path / "form.typ"
    form.write_text("#let v = json(bytes(sys.inputs.values))\n#v.name\n#pagebreak()\n2", "utf-8")
    printed = pdf(form, {"name": "沈知微"})
    accepted = accept("学位证.pdf", printed, PROOF)
    assert (accepted.media_type, accepted.pages, accepted.data) == ("application/pdf", 2, printed)
    packed = document(object_stream(b"<< /Title (x) >>"), pages=3)
    assert accept("目录.pdf", packed, PROOF).pages == 3


def spelt(name: bytes) -> bytes:
    """A script in an object stream whose name is written another way."""
    return document(object_stream(SCRIPT).replace(b"/ObjStm", name))


def twice_packed() -> bytes:
    """An object stream that begins like no compressed data we can undo."""
    packed = object_stream(SCRIPT, filters=b"[/LZWDecode /FlateDecode]")
    return document(packed.replace(b"x\x9c", b"\x80\x0b"))


MORE_THAN_PAGES = {
    "script on opening": document(SCRIPT, catalog=OPEN),
    "script by name": document(SCRIPT, catalog=NAMED),
    "script spelt in hex": document(b"<< /S /J#61vaScript /JS (1) >>", catalog=OPEN),
    "program": document(b"<< /S /Launch /F (cmd.exe) >>", catalog=OPEN),
    "form sent away": document(b"<< /S /SubmitForm /F (http://x) >>"),
    "carried file": document(b"<< /Type /EmbeddedFile >>"),
    "film": document(b"<< /Subtype /RichMedia >>"),
    "form of its own language": document(catalog=b"/AcroForm << /XFA 10 0 R >>"),
    "script in an object stream": document(object_stream(SCRIPT)),
    "hex in an object stream": document(object_stream(b"<< /S /#4aavaScript >>")),
    "object stream twice packed": twice_packed(),
    "hidden word": spelt(b"/ObjStm /X (stream\n)"),
    "name of object streams in hex": spelt(b"/Obj#53tm"),
    "archive behind": document(tail=b"PK\x03\x04....PK\x05\x06" + bytes(18)),
    "page behind": document(tail=b"<html><script>1</script></html>"),
}


@pytest.mark.parametrize("what", MORE_THAN_PAGES)
def test_a_document_that_is_more_than_pages_is_refused(what: str) -> None:
    assert "脚本、附件或外部程序" in refusal("合同.pdf", MORE_THAN_PAGES[what])


def test_a_document_with_a_password_or_no_pages_is_refused() -> None:
    assert "打不开" in refusal("合同.pdf", b"%PDF-1.4\nnothing here\n%%EOF")
    assert "打不开" in refusal("合同.pdf", b"%PDF-1.7")
    assert more_than_pages(
        io.BytesIO(document(catalog=b"").replace(b"/Root", b"/Encrypt 10 0 R /Root"))
    )


def test_an_object_stream_that_bursts_is_refused() -> None:
    packed = zlib.compress(b"50 0\n<< /A /B >>" + b" " * (80 * 2**20))
    body = b"<< /Type /ObjStm /N 1 /First 5 /Filter /FlateDecode >>\nstream\n"
    assert "脚本、附件" in refusal("合同.pdf", document(body + packed + b"\nendstream"))


@pytest.mark.parametrize(
    ("given", "media_type", "kept"),
    [
        ("毕业证.JPG", "image/jpeg", "毕业证.JPG"),
        ("毕业证.pdf", "image/jpeg", "毕业证.jpg"),
        ("毕业证.exe", "application/pdf", "毕业证.exe.pdf"),
        ("C:\\图片\\证.png", "image/png", "证.png"),
        ("../../etc/passwd", "image/png", "passwd.png"),
        ('a"b\r\nSet-Cookie: x.pdf', "application/pdf", "a b Set-Cookie x.pdf"),
        ("合同\u202efdp.exe", "application/pdf", "合同 fdp.exe.pdf"),
        ("", "image/webp", "file.webp"),
        ("长" * 300 + ".pdf", "application/pdf", "长" * 116 + ".pdf"),
    ],
)
def test_names_are_cleaned_and_end_as_their_content_does(
    given: str, media_type: str, kept: str
) -> None:
    assert named_as(given, media_type) == kept


def test_a_kind_is_told_by_the_first_bytes() -> None:
    assert kind_of(b"RIFF....WAVE") == ""
    assert kind_of(b"") == ""
    assert kind_of(b"\xff\xd8") == ""
