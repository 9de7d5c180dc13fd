"""Looking into a file before it is kept: does it open, is it what it says, is it harmless."""

from __future__ import annotations

import io
import re
import threading
import warnings
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError

from dangan.dictionary.rules import Message
from dangan.files.rules import JPEG, MAX_PIXELS, PDF, PNG, WEBP, BadFile, kind_of

PDFIUM = threading.Lock()
"""PDFium must not be entered by two threads at once."""

MAX_PAGES = 500

_FORMATS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WEBP"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file as it will be kept; ``pages`` only for documents."""

    media_type: str
    data: bytes
    pages: int | None = None


def accept(name: str, data: bytes, allow: Collection[str]) -> Accepted:
    """The file as it may be kept; raises :class:`BadFile`."""
    media_type = kind_of(data[:64])
    if media_type not in allow:
        raise BadFile(
            Message("“{name}”的内容不是 {kinds}，请换一份。", name=name, kinds=_kinds(allow))
        )
    if media_type == PDF:
        return Accepted(PDF, data, _pdf_pages(name, data))
    return Accepted(media_type, _picture(name, data, media_type))


def _kinds(allow: Collection[str]) -> str:
    names = [("JPEG", JPEG), ("PNG", PNG), ("WebP", WEBP), ("PDF", PDF)]
    return "、".join(label for label, kind in names if kind in allow)


def _picture(name: str, data: bytes, media_type: str) -> bytes:
    """The picture encoded anew and upright: what else the file held — place, camera, thumbnails,
    a second file behind the first — is not in the new one."""
    unreadable = Message("“{name}”打不开，文件可能已损坏，请重新拍照或扫描。", name=name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of damaged tags, which are dropped
        try:
            with Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]]) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise BadFile(
                        Message(
                            "“{name}”有 {given} 万像素，最多 {limit} 万，请缩小后再上传。",
                            name=name,
                            given=picture.width * picture.height // 10_000,
                            limit=MAX_PIXELS // 10_000,
                        )
                    )
                picture.load()
                return _encoded(ImageOps.exif_transpose(picture), media_type)
        except (OSError, UnidentifiedImageError, ValueError, SyntaxError, zlib.error) as error:
            raise BadFile(unreadable) from error
        except Image.DecompressionBombError as error:
            raise BadFile(unreadable) from error


def _encoded(picture: Image.Image, media_type: str) -> bytes:
    clear = picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info
    grey = picture.mode in {"1", "L", "LA", "I", "I;16", "F"}
    if media_type == JPEG:
        mode = "L" if grey else "RGB"
    elif media_type == PNG and grey:
        mode = "LA" if clear else "L"
    else:
        mode = "RGBA" if clear else "RGB"
    fresh = Image.new(mode, picture.size)
    fresh.paste(picture.convert(mode))
    buffer = io.BytesIO()
    if media_type == JPEG:
        fresh.save(buffer, "JPEG", quality=88, optimize=False)
    elif media_type == PNG:
        fresh.save(buffer, "PNG")
    else:
        fresh.save(buffer, "WEBP", quality=88)
    return buffer.getvalue()


def _pdf_pages(name: str, data: bytes) -> int:
    """How many pages it has; raises :class:`BadFile` when it does not open or carries more than
    pages."""
    with PDFIUM:
        try:
            document = pypdfium2.PdfDocument(data)
        except pypdfium2.PdfiumError as error:
            raise BadFile(_not_opened(name, str(error))) from error
        try:
            pages = len(document)
            scripted = bool(pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(document))
            carrying = bool(document.count_attachments())
        finally:
            document.close()
    if scripted or carrying or _more_than_pages(data):
        raise BadFile(
            Message("“{name}”里有脚本、附件或外部程序，请另存为普通 PDF 再上传。", name=name)
        )
    if not 1 <= pages <= MAX_PAGES:
        raise BadFile(
            Message("“{name}”有 {n} 页，最多 {limit} 页。", name=name, n=pages, limit=MAX_PAGES)
        )
    return pages


def _not_opened(name: str, error: str) -> Message:
    if "password" in error.lower():
        return Message("“{name}”设了密码，请去掉密码再上传。", name=name)
    return Message("“{name}”打不开，文件可能已损坏，请重新扫描。", name=name)


_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|ImportData|SubmitForm|GoToE|Encrypt)"
    rb"(?![A-Za-z0-9_.])"
)
"""Names without which no script runs, nothing is started, sent or carried (ISO 32000-1 § 12.6.4).
An encrypted document could not be looked into."""

_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream\r?\n")
_HIDDEN = re.compile(rb"/(?:ObjStm|XRef)(?![A-Za-z0-9_.])")
_TRAILING = 2048
_INFLATED = 32 * 2**20


def _more_than_pages(data: bytes) -> bool:
    """Whether the document names something active, or is followed by another file.

    Names may be spelt with ``#xx`` and may lie in compressed object streams: both are undone.
    """
    ends = data.rfind(b"%%EOF")
    if ends < 0 or len(data[ends:].strip(b"%EOF\r\n\t\0 ")) > _TRAILING:
        return True
    return any(_ACTIVE.search(_plain_names(part)) for part in (data, *_object_streams(data)))


def _plain_names(part: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), part)


def _object_streams(data: bytes) -> Iterator[bytes]:
    """What the compressed object streams hold, together at most :data:`_INFLATED` bytes.

    One that cannot be inflated that way is given as ``/Encrypt``: what cannot be looked into is
    not kept.
    """
    left = _INFLATED
    for begins in _STREAM.finditer(data):
        header = data[max(0, begins.start() - 2048) : begins.start()].rpartition(b" obj")[2]
        if not _HIDDEN.search(_plain_names(header)):
            continue
        plain = _inflated(data, begins.end(), left)
        left -= len(plain)
        yield plain if plain and left > 0 else b"/Encrypt"


def _inflated(data: bytes, start: int, limit: int) -> bytes:
    try:
        return zlib.decompressobj().decompress(memoryview(data)[start:], max(1, limit))
    except zlib.error:
        return b""
