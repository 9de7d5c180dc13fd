"""Drawn specimen scans: a form with its words, a red seal and the tone of paper.

They show what real scans look like on the pages; every one says that it is a specimen.
"""

from __future__ import annotations

import io
import math
from functools import cache
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

import dangan.ui
from dangan.operations.demo.papers import Paper

WIDTH, HEIGHT = 1060, 1500
DPI = 300
"""Said of the picture: it is drawn as a small print would be scanned."""

_FONTS = Path(dangan.ui.__file__).parent / "fonts"
_PAPER = ((250, 248, 240), (248, 246, 238), (251, 249, 244), (247, 247, 242))
_INK, _PEN, _RED, _PALE = (38, 38, 44), (32, 48, 110), (196, 52, 44), (176, 172, 160)
_LEFT, _RIGHT = 110, WIDTH - 80


def page(paper: Paper, number: int, seed: int) -> bytes:
    """One page of a paper as JPEG; ``number`` from 1. The same every time."""
    random = Random(seed * 97 + number)  # noqa: S311 - the look of a page, no secret
    image = Image.new("RGB", (WIDTH, HEIGHT), random.choice(_PAPER))
    draw = ImageDraw.Draw(image)
    if number == 1:
        _form(image, draw, paper, random)
    else:
        _continued(draw, paper, number)
    draw.text((WIDTH - 250, 46), paper.body.label or paper.body.category, _PALE, _font(26))
    draw.text((WIDTH // 2 - 60, HEIGHT - 62), f"样张　第 {number} 页", _PALE, _font(22))
    turned = image.rotate(random.uniform(-0.4, 0.4), fillcolor=image.getpixel((2, 2)))
    buffer = io.BytesIO()
    turned.save(buffer, "JPEG", quality=80, dpi=(DPI, DPI))
    return buffer.getvalue()


def _form(image: Image.Image, draw: ImageDraw.ImageDraw, paper: Paper, random: Random) -> None:
    title = paper.body.title.split("（")[0]
    size = 46 if len(title) < 14 else 36
    wide = _font(size, bold=True).getlength(title)
    draw.text(((WIDTH - wide) / 2, 110), title, _INK, _font(size, bold=True))
    top = _grid(draw, paper, 210)
    if paper.portrait:
        image.paste(_portrait(), (_RIGHT - 150, 212))
    _box(draw, top, HEIGHT - 130)
    draw.text((_LEFT + 16, top + 20), "意　见", _INK, _font(24))
    _wrapped(draw, paper.words, _LEFT + 150, top + 30, _RIGHT - 20)
    draw.line([(_LEFT + 130, top), (_LEFT + 130, HEIGHT - 130)], _INK, 2)
    day = paper.body.formed.split("-")
    signed = "　".join(f"{part}{unit}" for part, unit in zip(day, "年月日", strict=False) if part)
    draw.text((_RIGHT - 330, HEIGHT - 200), signed, _PEN, _font(26))
    _stamp(image, paper.seal, (_RIGHT - 190, HEIGHT - 300), random.uniform(-14, 14))


def _grid(draw: ImageDraw.ImageDraw, paper: Paper, top: int) -> int:
    """The label cells, two to a row; where the next begins."""
    right = _RIGHT - (160 if paper.portrait else 0)
    middle, height = (_LEFT + right) // 2, 64
    rows = [paper.lines[at : at + 2] for at in range(0, len(paper.lines), 2)]
    for place, row in enumerate(rows):
        y = top + place * height
        edge = right if place * height < 200 or not paper.portrait else _RIGHT
        draw.rectangle([_LEFT, y, edge, y + height], outline=_INK, width=2)
        for column, (label, value) in enumerate(row):
            x = _LEFT if column == 0 else middle
            draw.text((x + 14, y + 18), label, _INK, _font(24))
            draw.line([(x + 130, y), (x + 130, y + height)], _INK, 2)
            size = 26 if len(value) < 12 else 19
            draw.text((x + 142, y + 42 - size), value[:22], _PEN, _font(size))
            if column:
                draw.line([(x, y), (x, y + height)], _INK, 2)
    return top + max(len(rows) * height, 206 if paper.portrait else 0)


def _continued(draw: ImageDraw.ImageDraw, paper: Paper, number: int) -> None:
    draw.text((_LEFT, 110), f"{paper.body.title}（续 {number - 1}）", _INK, _font(28))
    _box(draw, 170, HEIGHT - 130)
    words = (paper.words + "　") * 3
    _wrapped(draw, words, _LEFT + 24, 200, _RIGHT - 24)
    for row in range(8):
        y = 480 + row * 90
        draw.line([(_LEFT, y), (_RIGHT, y)], _PALE, 1)


def _box(draw: ImageDraw.ImageDraw, top: int, bottom: int) -> None:
    draw.rectangle([_LEFT, top, _RIGHT, bottom], outline=_INK, width=2)


@cache
def _portrait() -> Image.Image:
    tile = Image.new("RGB", (142, 196), (207, 220, 233))
    draw = ImageDraw.Draw(tile)
    draw.pieslice([10, 120, 130, 290], 180, 360, fill=(67, 80, 106))
    draw.ellipse([42, 40, 98, 114], fill=(226, 190, 160))
    draw.pieslice([38, 30, 102, 96], 180, 360, fill=(43, 42, 44))
    draw.rectangle([0, 0, 141, 195], outline=_INK)
    return tile


def _wrapped(draw: ImageDraw.ImageDraw, words: str, left: int, top: int, right: int) -> None:
    font, size = _font(27), 27
    across = max(1, (right - left) // size)
    for place in range(0, len(words), across):
        draw.text((left, top + place // across * 48), words[place : place + across], _PEN, font)


def _stamp(image: Image.Image, words: str, centre: tuple[int, int], angle: float) -> None:
    """A round seal with a star, its letters along the rim."""
    side = 220
    seal = Image.new("RGBA", (side, side), (0, 0, 0, 0))
    draw = ImageDraw.Draw(seal)
    colour = (*_RED, 190)
    draw.ellipse([6, 6, side - 6, side - 6], outline=colour, width=5)
    points = [
        (
            side / 2 + (30 if at % 2 == 0 else 12) * math.sin(at * math.pi / 5),
            side / 2 - (30 if at % 2 == 0 else 12) * math.cos(at * math.pi / 5),
        )
        for at in range(10)
    ]
    draw.polygon(points, fill=colour)
    letters = words[:12]
    for place, letter in enumerate(letters):
        turn = (place - (len(letters) - 1) / 2) * 26
        tile = Image.new("RGBA", (36, 36), (0, 0, 0, 0))
        ImageDraw.Draw(tile).text((5, 0), letter, colour, _font(24, bold=True))
        tile = tile.rotate(-turn, resample=Image.Resampling.BILINEAR)
        x = side / 2 + 82 * math.sin(math.radians(turn)) - 18
        y = side / 2 - 82 * math.cos(math.radians(turn)) - 18
        seal.alpha_composite(tile, (int(x), int(y)))
    turned = seal.rotate(angle, resample=Image.Resampling.BILINEAR)
    image.paste(turned, (centre[0] - side // 2, centre[1] - side // 2), turned)


@cache
def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "NotoSerifSC_700Bold.ttf" if bold else "NotoSerifSC_400Regular.ttf"
    return ImageFont.truetype(str(_FONTS / name), size)
