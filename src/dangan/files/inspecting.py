"""Looking into a file before it is kept: does it open, is it what it says, is it harmless."""

from __future__ import annotations

import io
import struct
import threading
import warnings
import zlib
from collections.abc import Collection
from dataclasses import dataclass

import pypdfium2
from PIL import Image, ImageOps

from dangan.dictionary.rules import Message
from dangan.files.rules import JPEG, MAX_PIXELS, PDF, PNG, WEBP, BadFile, kind_of
from dangan.files.rules.documents import more_than_pages

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
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged tags, which are dropped; sizes we check
        try:
            with Image.open(io.BytesIO(data), formats=[_FORMATS[media_type]]) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise BadFile(_too_many_pixels(name))
                picture.load()
                return _encoded(ImageOps.exif_transpose(picture), media_type)
        except Image.DecompressionBombError as error:
            raise BadFile(_too_many_pixels(name)) from error
        except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error) as error:
            message = Message("“{name}”打不开，文件可能已损坏，请重新拍照或扫描。", name=name)
            raise BadFile(message) from error


def _too_many_pixels(name: str) -> Message:
    return Message(
        "“{name}”的像素太多，最多 {limit} 万，请缩小后再上传。",
        name=name,
        limit=MAX_PIXELS // 10_000,
    )


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
    if scripted or carrying or more_than_pages(data):
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
