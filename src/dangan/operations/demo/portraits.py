"""Flat drawn faces for the demonstration people, so that pages look as they will with photos.

Drawn on a field of 50 × 70 units, head and shoulders like a 证件照; clothes, hair, skin and
ground are picked by the person's number, so each keeps theirs.
"""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

from dangan.operations.demo.person import Person

WIDTH, HEIGHT = 160, 224
_OVERSAMPLED = 2
_UNIT = WIDTH * _OVERSAMPLED / 50

_GROUNDS = ("#c3d3e2", "#d5dfe9", "#c9d8e8", "#b9cde0")
_SKINS = ("#e9c4a6", "#e3ba99", "#efcfb4", "#ddb08c")
_SHADES = ("#d8ab88", "#d0a27e", "#dfb796", "#c99a75")
_HAIRS = ("#2b2a2c", "#3b3230", "#23262d", "#453a35")
_SUITS = ("#43506a", "#28303b", "#39424f", "#2c3a50", "#4a3f46")
_TIES = ("#34527e", "#6b2f3a", "#3d5a4a")
_WHITE = "#f7f8fa"
_INK = "#33302f"

Point = tuple[float, float]


class _Canvas:
    """Draws in units of the field; drawn larger and scaled down, so edges come out smooth."""

    def __init__(self, ground: str) -> None:
        size = (WIDTH * _OVERSAMPLED, HEIGHT * _OVERSAMPLED)
        self.image = Image.new("RGB", size, ground)
        self._draw = ImageDraw.Draw(self.image)

    def oval(self, left: float, top: float, right: float, bottom: float, fill: str) -> None:
        self._draw.ellipse([value * _UNIT for value in (left, top, right, bottom)], fill=fill)

    def shape(self, points: Sequence[Point], fill: str) -> None:
        self._draw.polygon([(x * _UNIT, y * _UNIT) for x, y in points], fill=fill)

    def line(self, points: Sequence[Point], fill: str, width: float) -> None:
        scaled = [(x * _UNIT, y * _UNIT) for x, y in points]
        self._draw.line(scaled, fill=fill, width=max(1, round(width * _UNIT)), joint="curve")

    def half_oval(self, box: tuple[float, float, float, float], fill: str) -> None:
        """The upper half of an oval."""
        self._draw.pieslice([value * _UNIT for value in box], 180, 360, fill=fill)

    def png(self) -> bytes:
        buffer = io.BytesIO()
        self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(buffer, "PNG")
        return buffer.getvalue()


def draw(person: Person) -> bytes:
    """The person's portrait as PNG."""
    number = person.number
    canvas = _Canvas(_GROUNDS[number % 4])
    skin, shade = _SKINS[number // 3 % 4], _SHADES[number // 3 % 4]
    hair, suit = _HAIRS[number // 2 % 4], _SUITS[number // 5 % 5]
    if not person.male:
        _long_hair(canvas, hair, bun=number % 3 == 0)
    _shoulders(canvas, suit, shade)
    if person.male:
        canvas.shape([(24, 58), (26, 58), (27.5, 70), (22.5, 70)], _TIES[number % 3])
    _head(canvas, skin)
    _cap(canvas, hair, skin, style=number % 3 if person.male else 3 + number % 2)
    _features(canvas, shade)
    if number % 4 == 1:
        _glasses(canvas)
    return canvas.png()


def _shoulders(canvas: _Canvas, suit: str, shade: str) -> None:
    canvas.oval(1, 48, 49, 96, suit)
    canvas.shape([(20.5, 38), (29.5, 38), (29.5, 50), (25, 53), (20.5, 50)], shade)
    canvas.shape([(18, 48.5), (25, 61), (32, 48.5), (29.5, 46), (25, 50), (20.5, 46)], _WHITE)
    canvas.shape([(18, 48.5), (13.5, 53), (21, 66), (25, 61)], suit)
    canvas.shape([(32, 48.5), (36.5, 53), (29, 66), (25, 61)], suit)


def _head(canvas: _Canvas, skin: str) -> None:
    canvas.oval(13, 26.5, 17, 33, skin)
    canvas.oval(33, 26.5, 37, 33, skin)
    canvas.oval(15, 13, 35, 42, skin)


def _cap(canvas: _Canvas, hair: str, skin: str, *, style: int) -> None:
    """Hair over the forehead: an upper half oval with the face cut out of it again."""
    canvas.half_oval((13.4, 10.2, 36.6, 43.6), hair)
    canvas.shape([(14.6, 26.9), (16.6, 29), (33.4, 29), (35.4, 26.9)], skin)
    cuts: tuple[list[Point], ...] = (
        [(15.8, 27), (17, 21.5), (24, 19.2), (31, 18.8), (33.8, 22), (34.2, 27)],
        [(15.8, 27), (16.8, 22.5), (21, 20.6), (29, 20.6), (33.2, 22.5), (34.2, 27)],
        [(15.8, 27), (16.4, 20.5), (20, 18), (26, 20.8), (33.4, 21.6), (34.2, 27)],
        [(15.6, 27), (18, 23.4), (25, 18.6), (32, 23.4), (34.4, 27)],
        [(15.6, 27), (16.6, 23), (22, 22.2), (30, 20.4), (33.6, 23), (34.4, 27)],
    )
    canvas.shape(cuts[style], skin)


def _features(canvas: _Canvas, shade: str) -> None:
    for x in (20.5, 29.5):
        canvas.oval(x - 1.1, 27.4, x + 1.1, 29.6, _INK)
        canvas.line([(x - 2, 25.3), (x, 24.7), (x + 2, 25.3)], _INK, 0.7)
    canvas.line([(25, 29.5), (24.3, 32.6), (25.4, 32.8)], shade, 0.8)
    canvas.line([(22.6, 36), (24, 36.7), (26, 36.7), (27.4, 36)], "#b3705f", 0.9)


def _long_hair(canvas: _Canvas, hair: str, *, bun: bool) -> None:
    if bun:
        canvas.oval(20.5, 3.5, 29.5, 12.5, hair)
        canvas.oval(12.6, 9, 37.4, 40, hair)
    else:
        canvas.oval(11.5, 8.5, 38.5, 44, hair)
        canvas.shape([(11.6, 26), (38.4, 26), (41, 52), (9, 52)], hair)


def _glasses(canvas: _Canvas) -> None:
    for left in (17.0, 26.2):
        box = [(left, 26), (left + 6.8, 26), (left + 6.8, 31), (left, 31), (left, 26)]
        canvas.line(box, "#4a4f58", 0.7)
    canvas.line([(23.8, 28), (26.2, 28)], "#4a4f58", 0.7)
