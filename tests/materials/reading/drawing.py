"""Specimens drawn with the fonts of the house: invented people, no real document."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

import dangan.ui

_FONT = Path(dangan.ui.__file__).parent / "fonts" / "NotoSansSC_400Regular.ttf"


def sheet(
    rows: Sequence[str], *, size: tuple[int, int] = (1000, 640), letter: int = 34
) -> Image.Image:
    """Rows of type on white, one under the other."""
    picture = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(picture), ImageFont.truetype(str(_FONT), letter)
    for place, row in enumerate(rows):
        draw.text((60, 40 + place * letter * 2), row, "black", font)
    return picture


def jpeg(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


def identity_card(name: str, birth: str, number: str) -> Image.Image:
    """The front of a card, 86 by 54 millimetres at 300 dpi, with a grey box for the photograph."""
    card = Image.new("RGB", (1012, 638), "#eef3f8")
    draw = ImageDraw.Draw(card)
    label, words = (ImageFont.truetype(str(_FONT), size) for size in (26, 34))
    year, month, day = birth.split("-")
    for top, title, text in (
        (60, "姓名", name),
        (130, "性别", "女"),
        (200, "出生", f"{int(year)} 年 {int(month)} 月 {int(day)} 日"),
        (280, "住址", "浙江省杭州市西湖区文三路"),
        (340, "", "478号3幢201室"),
    ):
        draw.text((60, top + 6), title, "#4a6fa5", label)
        draw.text((150, top), text, "black", words)
    draw.text((300, 136), "民族", "#4a6fa5", label)
    draw.text((380, 130), "汉", "black", words)
    draw.text((60, 520), "公民身份号码", "#4a6fa5", label)
    draw.text((300, 512), number, "black", words)
    draw.rectangle((720, 80, 940, 400), fill="#b8bec8")
    return card
