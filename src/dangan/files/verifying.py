"""Scans are kept bit for bit, so they have to be faultless: read to their end, decodable, nothing
behind, nothing active, of a size that can be shown. Nothing is read into memory as a whole."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from dataclasses import dataclass
from typing import IO, cast

import pypdfium2
from PIL import Image

from dangan.dictionary.rules import Message
from dangan.files import tiff
from dangan.files.documents import opened
from dangan.files.pictures import (
    FORMATS,
    BadPicture,
    PageFacts,
    document_facts,
    end_of_jpeg,
    end_of_png,
    page_facts,
    picture_facts,
)
from dangan.files.reader import Source
from dangan.files.rules import (
    JPEG,
    LABELS,
    PDF,
    TIFF,
    TIFF_PAGES,
    TIFF_PIXELS,
    BadFile,
    Terms,
    kind_of,
    label_of,
    misnamed,
)
from dangan.files.rules.documents import more_than_pages

_DECODING = threading.Semaphore(2)
"""Pictures decoded at once: what bounds the memory that uploads can take."""

_FAULTS = (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, BadPicture)
SMALL = 620
"""Of the copy that is left of a JPEG: what scans are measured on."""
_TAIL = 66_000
_PADDING = b"\0\r\n"
_XFA = frozenset({2, 3})


@dataclass(frozen=True, slots=True)
class Verified:
    """What a file is; ``pages`` None for a picture that can have but one."""

    media_type: str
    pages: int | None = None
    facts: tuple[PageFacts, ...] = ()
    small: Image.Image | None = None
    """A JPEG as it was read to its end, :data:`SMALL` pixels or a little more: whoever draws it
    small need not read it again."""


def verify(name: str, file: Source, terms: Terms) -> Verified:
    """Looks the file through to its end; raises :class:`BadFile` naming it."""
    file.seek(0)
    head = file.read(1024)
    media_type = kind_of(head)
    if media_type not in terms.kinds:
        kinds = label_of(terms.kinds)
        raise BadFile(Message("“{name}”的内容不是 {kinds}，请换一份。", name=name, kinds=kinds))
    if misnamed(name, media_type):
        kind = LABELS[media_type]
        raise BadFile(Message("“{name}”的内容是 {kind}，请改正文件名。", name=name, kind=kind))
    if media_type == PDF:
        return verify_document(name, file, terms)
    if b"%PDF-" in head or _archive_behind(file):
        raise BadFile(_more_than_a_picture(name))
    with _DECODING, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged tags; sizes we check
        try:
            if media_type == TIFF:
                return _pages(name, file, terms)
            return _picture(name, file, media_type, terms)
        except tiff.TooManyPages:
            raise BadFile(_too_many_pages(name, _tiff_pages(terms))) from None
        except Image.DecompressionBombError:
            raise BadFile(_too_many_pixels(name, terms)) from None
        except (*_FAULTS, tiff.BadTiff) as error:
            message = Message("“{name}”打不开，文件可能已损坏，请重新扫描。", name=name)
            raise BadFile(message) from error


def _archive_behind(file: Source) -> bool:
    file.seek(max(0, file.seek(0, 2) - _TAIL))
    return b"PK\x05\x06\x00\x00" in file.read(_TAIL)


def _picture(name: str, file: Source, media_type: str, terms: Terms) -> Verified:
    end = end_of_jpeg(file) if media_type == JPEG else end_of_png(file)
    _nothing_behind(name, file, end)
    file.seek(0)
    with Image.open(cast("IO[bytes]", file), formats=[FORMATS[media_type]]) as picture:
        _sized(name, *picture.size, terms)
        found = picture_facts(picture)
        picture.draft(picture.mode, (SMALL, SMALL))  # a JPEG is read to its end, and drawn small
        picture.load()
        small = picture.copy() if media_type == JPEG else None
    return Verified(media_type, None, (found,), small)


def _pages(name: str, file: Source, terms: Terms) -> Verified:
    found = tiff.parse(file, pages=_tiff_pages(terms))
    _nothing_behind(name, file, found.reach)
    for page in found.pages:
        _sized(name, page.width, page.height, terms)
    if sum(page.width * page.height for page in found.pages) > TIFF_PIXELS:
        raise BadFile(Message("“{name}”各页合计的像素太多，请分成几份再上传。", name=name))
    for page in found.pages:
        with Image.open(io.BytesIO(tiff.single(file, page)), formats=["TIFF"]) as picture:
            picture.load()
    return Verified(TIFF, len(found.pages), tuple(page_facts(page) for page in found.pages))


def _tiff_pages(terms: Terms) -> int:
    return min(terms.pages, TIFF_PAGES)


def verify_document(name: str, file: Source, terms: Terms) -> Verified:
    """A PDF that opens and is only pages; raises :class:`BadFile`."""
    try:
        with opened(file) as document:
            pages = len(document)
            active = (
                pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(document) != 0
                or document.count_attachments() != 0
                or document.get_formtype() in _XFA
            )
            if pages > terms.pages:
                raise BadFile(_too_many_pages(name, terms.pages, pages))
        found = () if active else document_facts(file, terms.pages)
    except pypdfium2.PdfiumError as error:
        raise BadFile(not_opened(name, str(error))) from error
    if active or more_than_pages(file):
        raise BadFile(scripted(name))
    return Verified(PDF, pages, found)


def _nothing_behind(name: str, file: Source, end: int) -> None:
    """Only the padding that some scanners write may follow."""
    file.seek(end)
    while rest := file.read(2**20):
        if rest.strip(_PADDING):
            raise BadFile(_more_than_a_picture(name))


def _sized(name: str, width: int, height: int, terms: Terms) -> None:
    if width * height > terms.pixels:
        raise BadFile(_too_many_pixels(name, terms))


def _more_than_a_picture(name: str) -> Message:
    return Message("“{name}”的图像后面还有别的内容，请重新扫描，或用看图软件另存一份。", name=name)


def _too_many_pixels(name: str, terms: Terms) -> Message:
    return Message(
        "“{name}”的像素太多，最多 {limit} 万，请缩小后再上传。",
        name=name,
        limit=terms.pixels // 10_000,
    )


def _too_many_pages(name: str, limit: int, pages: int | None = None) -> Message:
    if pages is None:
        return Message("“{name}”超过 {limit} 页，请分成几份再上传。", name=name, limit=limit)
    return Message("“{name}”有 {n} 页，最多 {limit} 页。", name=name, n=pages, limit=limit)


def scripted(name: str) -> Message:
    """The refusal of a document that does more than show pages."""
    return Message("“{name}”里有脚本、附件或外部程序，请另存为普通 PDF 再上传。", name=name)


def not_opened(name: str, error: str) -> Message:
    """The refusal of a document that PDFium does not open."""
    if "password" in error.lower():
        return Message("“{name}”设了密码，请去掉密码再上传。", name=name)
    return Message("“{name}”打不开，文件可能已损坏，请重新扫描。", name=name)
