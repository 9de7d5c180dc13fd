"""Pictures as they were scanned: how large their pages are, and whether anything lies behind."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from typing import IO, cast

import pypdfium2
from PIL import Image
from pypdfium2 import raw

from dangan.files import tiff
from dangan.files.documents import opened
from dangan.files.reader import Source
from dangan.files.rules import PDF, SCAN_PAGES, TIFF, TIFF_PAGES, kind_of

FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/tiff": "TIFF"}
"""Media types as Pillow names them; no other decoder is ever asked."""

LYING = frozenset({5, 6, 7, 8})
"""Orientations that swap width and height."""

_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_WINDOW = 2**20
_JPEG_SCANS = 64
_POINTS = 72
_SAYS_NOTHING = 72
"""What programs write that do not know, and Pillow reads where nothing is written."""
_TOGETHER = 24 * 2**20
"""Bytes of a document that PDFium may hold at once, on average."""


class BadPicture(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The structure of the picture does not hold."""


@dataclass(frozen=True, slots=True)
class PageFacts:
    """One page as it is looked at, upright: pixels, and dots per inch where the file says so.

    Of a PDF page that is not one scanned picture, the size is that in points and ``dpi`` None.
    """

    width: int
    height: int
    dpi: int | None = None


def facts(file: Source) -> tuple[PageFacts, ...]:
    """The pages of a picture or document that was taken in, in order; nothing is decoded.

    ``file`` is an ``Incoming`` or what ``open_random`` gives. Raises :class:`BadPicture`,
    :class:`tiff.BadTiff` or ``pypdfium2.PdfiumError`` for what would not be taken in.
    """
    file.seek(0)
    media_type = kind_of(file.read(64))
    if media_type == PDF:
        return document_facts(file, SCAN_PAGES)
    if media_type == TIFF:
        return tuple(page_facts(page) for page in tiff.parse(file, pages=TIFF_PAGES).pages)
    file.seek(0)
    with Image.open(cast("IO[bytes]", file), formats=list(FORMATS.values())) as picture:
        return (picture_facts(picture),)


def picture_facts(picture: Image.Image) -> PageFacts:
    """Of an opened JPEG or PNG."""
    dots = picture.info.get("dpi", (0, 0))[0]
    dpi = round(dots) if _SAYS_NOTHING < dots <= 10_000 else None
    width, height = picture.size
    if picture.getexif().get(0x0112) in LYING:
        width, height = height, width
    return PageFacts(width, height, dpi)


def page_facts(page: tiff.TiffPage) -> PageFacts:
    """Of a page of a TIFF."""
    if page.orientation in LYING:
        return PageFacts(page.height, page.width, page.dpi)
    return PageFacts(page.width, page.height, page.dpi)


def document_facts(file: Source, limit: int) -> tuple[PageFacts, ...]:
    """Of the pages of a PDF, ``limit`` at most.

    PDFium keeps in memory what it has read of a document until it is closed: so it is opened
    anew for every few pages, which also lets others at it in between.
    """
    size, found = file.seek(0, 2), []
    with opened(file) as document:
        pages = min(len(document), limit)
    together = max(1, pages * _TOGETHER // max(size, 1))
    for first in range(0, pages, together):
        with opened(file) as document:
            found += [_sheet(document, n) for n in range(first, min(first + together, pages))]
    return tuple(found)


def _sheet(document: pypdfium2.PdfDocument, number: int) -> PageFacts:
    page = document[number]
    try:
        wide, high = page.get_size()
        pictures = list(page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE,), max_depth=2))
        if len(pictures) == 1 and wide > 1 and high > 1:
            width, height = pictures[0].get_px_size()
            if page.get_rotation() in {90, 270}:
                width, height = height, width
            across, down = width * _POINTS / wide, height * _POINTS / high
            if across > _POINTS and abs(across - down) <= 0.05 * across:
                return PageFacts(width, height, round(across))
        return PageFacts(max(1, round(wide)), max(1, round(high)))
    finally:
        page.close()


def end_of_jpeg(file: Source) -> int:
    """Where the picture ends: behind the first EOI that is no part of a segment (ITU-T T.81
    annex B). Raises :class:`BadPicture`, also for more scans than any honest encoder makes."""
    at, scans = 2, 0
    while True:
        file.seek(at)
        head = file.read(4)
        if len(head) < 2 or head[0] != 0xFF:
            raise BadPicture
        marker = head[1]
        if marker == 0xD9:
            return at + 2
        if marker in {0xFF, 0x01} or 0xD0 <= marker <= 0xD7:
            at += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(head[2:], "big")
        if len(head) < 4 or length < 2:
            raise BadPicture
        at += 2 + length
        if marker == 0xDA:
            scans += 1
            at = _after_scan(file, at)
        if scans > _JPEG_SCANS:
            raise BadPicture


def _after_scan(file: Source, at: int) -> int:
    """The first marker behind compressed data."""
    while True:
        file.seek(at)
        window = file.read(_WINDOW)
        found = _MARKER.search(window)
        if found:
            return at + found.start()
        if len(window) < 2:
            raise BadPicture
        at += len(window) - 1


def end_of_png(file: Source) -> int:
    """Where the picture ends, behind IEND; every chunk's check value is compared (PNG 3rd ed.
    § 5). Raises :class:`BadPicture`, also for animations, of which one would see the first."""
    at = 8
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            raise BadPicture
        length, name = int.from_bytes(head[:4], "big"), head[4:]
        if name == b"acTL":
            raise BadPicture
        found = zlib.crc32(name)
        left: int = length
        while left:
            piece = file.read(min(left, _WINDOW))
            if not piece:
                raise BadPicture
            found = zlib.crc32(piece, found)
            left -= len(piece)
        if file.read(4) != found.to_bytes(4, "big"):
            raise BadPicture
        at += 12 + length
        if name == b"IEND":
            return at
