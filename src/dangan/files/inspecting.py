"""Looking into a file before it is kept: does it open, is it what it says, is it harmless."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Collection
from dataclasses import dataclass

from PIL import Image, ImageOps

from dangan.dictionary.rules import Message
from dangan.files.pictures import FORMATS
from dangan.files.rules import (
    JPEG,
    MAX_PIXELS,
    PDF,
    PNG,
    BadFile,
    Terms,
    kind_of,
    label_of,
    terms_of,
)
from dangan.files.verifying import verify_document


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file as it will be kept; ``pages`` only for documents."""

    media_type: str
    data: bytes
    pages: int | None = None


def accept(name: str, data: bytes, allow: Terms | Collection[str]) -> Accepted:
    """The file as it may be kept; raises :class:`BadFile`."""
    terms = terms_of(allow)
    media_type = kind_of(data[:64])
    if media_type not in terms.kinds:
        kinds = label_of(terms.kinds)
        raise BadFile(Message("“{name}”的内容不是 {kinds}，请换一份。", name=name, kinds=kinds))
    if media_type == PDF:
        return Accepted(PDF, data, verify_document(name, io.BytesIO(data), terms).pages)
    return Accepted(media_type, _picture(name, data, media_type))


def _picture(name: str, data: bytes, media_type: str) -> bytes:
    """The picture encoded anew and upright: what else the file held — place, camera, thumbnails,
    a second file behind the first — is not in the new one."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of damaged tags, which are dropped; sizes we check
        try:
            with Image.open(io.BytesIO(data), formats=[FORMATS[media_type]]) as picture:
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
