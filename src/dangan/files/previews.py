"""Pages as pictures, each with who looks at it and when written across."""

from __future__ import annotations

import io
import math
from functools import lru_cache
from pathlib import Path
from typing import IO, cast

from PIL import Image, ImageDraw, ImageFont

import dangan.ui
from dangan.files import tiff
from dangan.files.documents import opened
from dangan.files.pictures import FORMATS, LYING
from dangan.files.reader import Source
from dangan.files.rules import PDF, TIFF, TIFF_PAGES

_FONT = Path(dangan.ui.__file__).parent / "fonts" / "NotoSansSC_400Regular.ttf"
_MIN_WIDTH, _MAX_WIDTH = 60, 2400
_MAX_HEIGHT = 6000
_ANGLE = 24
_MORE = 13 / 12
"""How much wider than asked for a picture may be: A4 at 300 dpi has 1 240 pixels at half size, and
making 1 200 of them would cost half the time and all the sharpness."""

_INK, _STRENGTH = 90, 66
_QUALITY = 82
_TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}
"""Clockwise degrees, as people turn paper; Pillow turns the other way."""


_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What makes a picture upright by its orientation tag (Exif 2.32, tag 274)."""


def render(
    file: Source, media_type: str, page: int, *, width: int, rotation: int = 0, watermark: str
) -> bytes:
    """One page as JPEG, about ``width`` pixels wide, turned clockwise by ``rotation`` degrees
    (a multiple of 90), with the watermark all over, if there is one."""
    picture = drawn(file, media_type, page, width=width, rotation=rotation)
    if watermark:
        _mark(picture, watermark)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def drawn(
    file: Source, media_type: str, page: int, *, width: int, rotation: int = 0
) -> Image.Image:
    """As :func:`render`, without watermark and not encoded: for thumbnails that stay sealed."""
    wide = max(_MIN_WIDTH, min(width, _MAX_WIDTH))
    turned = rotation % 360
    if media_type == PDF:
        return _turned(_pdf_page(file, page, wide, turned), turned)
    return _picture(_source(file, media_type, page), media_type, wide, turned)


def _source(file: Source, media_type: str, page: int) -> Source:
    if media_type == TIFF:
        return io.BytesIO(tiff.single(file, tiff.parse(file, pages=TIFF_PAGES).pages[page - 1]))
    file.seek(0)
    return file


def _picture(source: Source, media_type: str, width: int, turned: int) -> Image.Image:
    with Image.open(cast("IO[bytes]", source), formats=[FORMATS[media_type]]) as found:
        orientation = found.getexif().get(0x0112, 1)
        lying = (orientation in LYING) != (turned in {90, 270})
        # A JPEG is decoded no larger than needed: the side that becomes the width decides.
        found.draft(None, (1, width) if lying else (width, 1))
        return fitted(found, width, turned)


def fitted(found: Image.Image, width: int, turned: int = 0) -> Image.Image:
    """A picture that was opened, upright, turned, and about ``width`` pixels wide."""
    orientation = found.getexif().get(0x0112, 1)
    lying = (orientation in LYING) != (turned in {90, 270})
    shown = _opaque(found)
    across, down = (_MAX_HEIGHT, width) if lying else (width, _MAX_HEIGHT)
    if shown.width > across * _MORE or shown.height > down * _MORE:
        shown.thumbnail((across, down), Image.Resampling.BILINEAR, reducing_gap=2.0)
    upright = shown.transpose(_UPRIGHT[orientation]) if orientation in _UPRIGHT else shown
    return _turned(upright, turned)


def _opaque(found: Image.Image) -> Image.Image:
    """Grey or colour on white; black and white becomes grey, so that it shrinks legibly."""
    if found.mode == "1":
        return found.convert("L")
    if found.mode.startswith("I") or found.mode == "F":
        return _grey(found)
    if found.mode in {"L", "RGB", "CMYK", "YCbCr"} and "transparency" not in found.info:
        plain = found.convert("L" if found.mode == "L" else "RGB")
        return plain if plain is not found else found.copy()
    clear = found.convert("RGBA")
    ground = Image.new("RGBA", clear.size, "white")
    ground.alpha_composite(clear)
    return ground.convert("RGB")


def _grey(found: Image.Image) -> Image.Image:
    """Sixteen bits of grey in eight, which Pillow would cut off above white."""
    return found.convert("F").point(lambda value: value / 257.0 + 0).convert("L")


def _pdf_page(file: Source, page: int, width: int, turned: int) -> Image.Image:
    with opened(file) as document:
        shown = document[page - 1]
        wide, high = shown.get_size()
        if turned in {90, 270}:
            wide, high = high, wide
        scale = min(width / max(wide, 1), _MAX_HEIGHT / max(high, 1))
        bitmap = shown.render(scale=scale, may_draw_forms=False)
        picture: Image.Image = bitmap.to_pil().convert("RGB")
    box = (_MAX_HEIGHT, width) if turned in {90, 270} else (width, _MAX_HEIGHT)
    picture.thumbnail(box)  # PDFium rounds a size up
    return picture


def _turned(picture: Image.Image, turned: int) -> Image.Image:
    return picture.transpose(_TURNS[turned]) if turned else picture


def _mark(picture: Image.Image, words: str) -> None:
    ink = _INK if picture.mode == "L" else (_INK, _INK, _INK)
    picture.paste(ink, (0, 0, *picture.size), _pattern(picture.size, words))


@lru_cache(maxsize=16)
def _pattern(size: tuple[int, int], words: str) -> Image.Image:
    """How strongly the words show at each place: again and again, slanting, light enough to read
    what is under them. Kept, since the pages of one file are of one size."""
    width, height = size
    letter = max(11, min(width, height) // 34)
    patch = _slanting(words, letter)
    long, line = int(_font(letter).getlength(words)) + letter * 4, letter * 7
    layer = Image.new("L", size, 0)
    cos, sin = math.cos(math.radians(_ANGLE)), math.sin(math.radians(_ANGLE))
    reach = int(math.hypot(width, height))
    for row in range(-reach // line, reach // line + 1):
        for column in range(-reach // long - 1, reach // long + 2):
            along, down = (column + (row % 2) / 2) * long, row * line
            # The lattice turned about the middle, as the words are about theirs.
            left = width / 2 + along * cos + down * sin - patch.width / 2
            top = height / 2 - along * sin + down * cos - patch.height / 2
            if -patch.width < left < width and -patch.height < top < height:
                layer.paste(_STRENGTH, (round(left), round(top)), patch)
    return layer


def _slanting(words: str, letter: int) -> Image.Image:
    """The words once, turned."""
    font = _font(letter)
    line = Image.new("L", (int(font.getlength(words)) + 4, letter * 2), 0)
    ImageDraw.Draw(line).text((2, 0), words, font=font, fill=255)
    return line.rotate(_ANGLE, resample=Image.Resampling.BILINEAR, expand=True)


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)
