"""Drawn pages: lines of writing that are level, turned, missing or twice the same."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont
from tests.archive import Archive

from dangan.files.previews import _FONT
from dangan.materials.catalogue.models import Volume

A4 = (1240, 1754)
"""At 150 dots per inch; 300 is 2480 × 3508."""
Scan = Callable[..., bytes]

LINES = "示例集团职工登记表姓名性别出生年月民族籍贯政治面貌参加工作时间学历学位专业技术职务"


def drawn(seed: int = 0, *, angle: float = 0.0, blank: bool = False, size=A4) -> Image.Image:
    """A page of writing, its lines rising to the right by ``angle`` degrees."""
    page = Image.new("RGB", size, (250, 248, 242))
    if not blank:
        draw = ImageDraw.Draw(page)
        font = ImageFont.truetype(str(_FONT), size[0] // 40)
        random = np.random.default_rng(seed)
        for row in range(6, 44):
            words = "".join(random.choice(list(LINES), size=int(random.integers(8, 26))))
            draw.text((size[0] // 9, row * size[1] // 48), words, font=font, fill=(30, 30, 40))
    return page.rotate(angle, fillcolor=(250, 248, 242)) if angle else page


def jpeg(page: Image.Image, dpi: int = 300) -> bytes:
    buffer = io.BytesIO()
    page.save(buffer, "JPEG", quality=85, dpi=(dpi, dpi))
    return buffer.getvalue()


@pytest.fixture(scope="session")
def scan() -> Scan:
    """``scan(1)`` is a page as JPEG; other words as for :func:`drawn`, and ``dpi``."""
    made: dict[tuple, bytes] = {}

    def make(seed: int = 0, *, dpi: int = 300, **how) -> bytes:
        key = (seed, dpi, *sorted(how.items()))
        if key not in made:
            made[key] = jpeg(drawn(seed, **how), dpi)
        return made[key]

    return make


@pytest.fixture
def volume(archive: Archive) -> Volume:
    """沈知微's, with three materials of two, four and one page."""
    return archive.volume("沈知微")
