"""Pages as pictures, each with who looks at it and when written across."""

from __future__ import annotations

import io
import math
from functools import lru_cache
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw, ImageFont

import dangan.ui
from dangan.files.inspecting import PDFIUM
from dangan.files.rules import PDF

_FONT = Path(dangan.ui.__file__).parent / "fonts" / "NotoSansSC_400Regular.ttf"
_MIN_WIDTH, _MAX_WIDTH = 120, 2400
_MAX_HEIGHT = 6000
_ANGLE = 24


def render(data: bytes, media_type: str, page: int, *, width: int, watermark: str) -> bytes:
    """One page as JPEG, ``width`` pixels wide at most, with the watermark all over."""
    wide = max(_MIN_WIDTH, min(width, _MAX_WIDTH))
    picture = _pdf_page(data, page, wide) if media_type == PDF else _picture(data, wide)
    buffer = io.BytesIO()
    _marked(picture, watermark).save(buffer, "JPEG", quality=82)
    return buffer.getvalue()


def _picture(data: bytes, width: int) -> Image.Image:
    with Image.open(io.BytesIO(data)) as opened:
        opened.draft("RGB", (width, width))  # a JPEG is decoded no larger than needed
        picture = opened.convert("RGBA")
    ground = Image.new("RGBA", picture.size, "white")
    ground.alpha_composite(picture)
    ground.thumbnail((width, _MAX_HEIGHT))
    return ground


def _pdf_page(data: bytes, page: int, width: int) -> Image.Image:
    with PDFIUM:
        document = pypdfium2.PdfDocument(data)
        try:
            shown = document[page - 1]
            wide, high = shown.get_size()
            scale = min(width / max(wide, 1), _MAX_HEIGHT / max(high, 1))
            bitmap = shown.render(scale=scale, may_draw_forms=False)
            picture: Image.Image = bitmap.to_pil().convert("RGBA")
            picture.thumbnail((width, _MAX_HEIGHT))  # PDFium rounds a size up
        finally:
            document.close()
    return picture


def _marked(picture: Image.Image, words: str) -> Image.Image:
    if words:
        picture.alpha_composite(_pattern(picture.size, words))
    return picture.convert("RGB")


def _pattern(size: tuple[int, int], words: str) -> Image.Image:
    """The words again and again, slanting, light enough to read what is under them."""
    width, height = size
    letter = max(11, min(width, height) // 34)
    font = _font(letter)
    long = int(font.getlength(words)) + letter * 4
    side = int(math.hypot(width, height)) + long
    layer = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(layer)
    for row, top in enumerate(range(0, side, letter * 7)):
        for left in range(-(row % 2) * long // 2, side, long):
            draw.text((left, top), words, font=font, fill=(90, 90, 90, 66))
    turned = layer.rotate(_ANGLE, resample=Image.Resampling.BILINEAR)
    left, top = (side - width) // 2, (side - height) // 2
    return turned.crop((left, top, left + width, top + height))


@lru_cache(maxsize=16)
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)
