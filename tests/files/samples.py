"""Files that tests upload: honest ones, and what others have been known to send."""

from __future__ import annotations

import io
import zlib

from PIL import Image

PLACE_MARK = b"GPS-CANARY-7781"


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (64, 40), colour: str = "red", **how: object
) -> bytes:
    """A small picture, as a camera would send it."""
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, kind, **how)
    return buffer.getvalue()


def photograph() -> bytes:
    """A JPEG with place and description, lying on its side: 64 wide and 40 high, to be turned."""
    image = Image.new("RGB", (64, 40), "red")
    image.paste("blue", (0, 0, 32, 40))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right to look at it
    exif[0x010E] = PLACE_MARK.decode()
    exif.get_ifd(0x8825)[1] = "N"
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", exif=exif, comment=PLACE_MARK)
    return buffer.getvalue()


def document(*extra: bytes, catalog: bytes = b"", tail: bytes = b"", pages: int = 1) -> bytes:
    """A PDF of empty pages with ``extra`` objects (numbered from 10) and catalog entries."""
    kids = b" ".join(b"%d 0 R" % (100 + page) for page in range(pages))
    objects = [
        (1, b"<< /Type /Catalog /Pages 2 0 R " + catalog + b" >>"),
        (2, b"<< /Type /Pages /Kids [" + kids + b"] /Count %d >>" % pages),
    ]
    objects += [
        (100 + page, b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")
        for page in range(pages)
    ]
    objects += list(enumerate(extra, start=10))
    parts, places = [b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"], {}
    for number, body in objects:
        places[number] = sum(map(len, parts))
        parts.append(b"%d 0 obj\n%b\nendobj\n" % (number, body))
    start = sum(map(len, parts))
    parts.append(b"xref\n0 1\n0000000000 65535 f \n")
    parts += [b"%d 1\n%010d 00000 n \n" % (number, places[number]) for number in sorted(places)]
    size = max(places) + 1
    parts.append(b"trailer\n<< /Size %d /Root 1 0 R >>\n" % size)
    parts.append(b"startxref\n%d\n%%%%EOF\n" % start)
    return b"".join(parts) + tail


def object_stream(*objects: bytes, filters: bytes = b"/FlateDecode", first: int = 50) -> bytes:
    """Objects numbered from ``first``, compressed together as PDF 1.5 does it."""
    places, at = [], 0
    for number, body in enumerate(objects, start=first):
        places.append(b"%d %d" % (number, at))
        at += len(body) + 1
    head = b" ".join(places) + b"\n"
    packed = zlib.compress(head + b"\n".join(objects) + b"\n")
    return (
        b"<< /Type /ObjStm /N %d /First %d /Length %d /Filter %b >>\nstream\n"
        % (len(objects), len(head), len(packed), filters)
        + packed
        + b"\nendstream"
    )
