"""Scans that tests upload, as scanners make them, and large ones."""

from __future__ import annotations

import io
import zipfile

from PIL import Image
from tests.files.samples import document, picture

from dangan.files.benchmark import large_document

__all__ = ["document", "large_document", "page", "picture", "tiff", "zipped"]


def page(kind: str = "JPEG", *, dpi: int = 300, size: tuple[int, int] = (620, 877)) -> bytes:
    """A page of A4 at a quarter of 300 dpi, with something to see on it."""
    buffer = io.BytesIO()
    drawn = Image.effect_noise(size, 20).point(lambda value: min(255, value + 100))
    drawn.convert("RGB").save(buffer, kind, dpi=(dpi, dpi))
    return buffer.getvalue()


def tiff(pages: int = 3, *, compression: str = "tiff_lzw", mode: str = "RGB") -> bytes:
    """One TIFF of several pages, each of another height."""
    drawn = [Image.effect_noise((120, 160 + number), 40).convert(mode) for number in range(pages)]
    buffer = io.BytesIO()
    drawn[0].save(
        buffer,
        "TIFF",
        save_all=True,
        append_images=drawn[1:],
        compression=compression,
        dpi=(300, 300),
    )
    return buffer.getvalue()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of these members."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return buffer.getvalue()
