"""Scans that tests upload, as scanners make them, and large ones."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator

from PIL import Image
from tests.files.samples import document, picture

__all__ = ["document", "large_document", "page", "picture", "tiff", "zipped"]


def page(kind: str = "JPEG", *, dpi: int = 300, size: tuple[int, int] = (620, 877)) -> bytes:
    """A page of A4 at a quarter of 300 dpi, with something to see on it."""
    buffer = io.BytesIO()
    drawn = Image.effect_noise(size, 20).point(lambda value: min(255, value + 100))
    drawn.convert("RGB").save(buffer, kind, dpi=(dpi, dpi))
    return buffer.getvalue()


def tiff(pages: int = 3, *, compression: str = "tiff_lzw", mode: str = "RGB") -> bytes:
    """One TIFF of several pages, each of another height."""
    drawn = [Image.effect_noise((120, 160 + number), 40).convert(mode) for number in range(pages)]
    buffer = io.BytesIO()
    drawn[0].save(
        buffer,
        "TIFF",
        save_all=True,
        append_images=drawn[1:],
        compression=compression,
        dpi=(300, 300),
    )
    return buffer.getvalue()


def large_document(megabytes: int, *, mark: bytes = b"") -> Iterator[bytes]:
    """A PDF of one page for each megabyte, every page one incompressible picture of half of it."""
    side = 2**10
    body = side * side
    yield (head := b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    at = len(head)

    def entry(number: int, content: bytes) -> bytes:
        nonlocal at
        text = b"%d 0 obj\n%b\nendobj\n" % (number, content)
        places[number] = at
        at += len(text)
        return text

    kids = b" ".join(b"%d 0 R" % (10 + 3 * n) for n in range(megabytes))
    yield entry(1, b"<< /Type /Catalog /Pages 2 0 R >>")
    yield entry(2, b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, megabytes))
    for n in range(megabytes):
        first = 10 + 3 * n
        drawn = b"q 595 0 0 595 0 100 cm /P Do Q"
        yield entry(
            first,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /XObject << /P %d 0 R >> >> >>" % (first + 1, first + 2),
        )
        yield entry(first + 1, b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
        yield entry(
            first + 2,
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
            b"/BitsPerComponent 8 /Length %d >>\nstream\n%b\nendstream"
            % (side, side, body, mark + os.urandom(body - len(mark))),
        )
    lines = [b"xref\n0 1\n0000000000 65535 f \n"]
    lines += [b"%d 1\n%010d 00000 n \n" % (number, places[number]) for number in sorted(places)]
    yield b"".join(lines)
    yield b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (max(places) + 1)
    yield b"startxref\n%d\n%%%%EOF\n" % at


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()
