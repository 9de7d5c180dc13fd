"""From a kept file to what is stored beside a page: its thumbnail and what was measured."""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from PIL import Image

from dangan.files.models import SealedFile
from dangan.files.opening import open_random
from dangan.files.previews import drawn, fitted
from dangan.materials.scans.rules.quality import WORKING_WIDTH, Checks, measure
from dangan.vault.rules import SubjectKey

THUMBNAIL = 160
_QUALITY = 70


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page as it is shown small, as JPEG, and what its picture lacks."""

    thumbnail: bytes
    checks: Checks


def draw(key: SubjectKey, file: SealedFile, page: int, rotation: int = 0) -> Drawn:
    """One page of a kept file, upright. Raises :class:`dangan.vault.rules.Tampered`."""
    picture = _picture(key, file, page, rotation)
    grey = np.asarray(picture.convert("L"))
    picture.thumbnail((THUMBNAIL, THUMBNAIL * 3), reducing_gap=1.0)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return Drawn(buffer.getvalue(), measure(grey))


def _picture(key: SubjectKey, file: SealedFile, page: int, rotation: int) -> Image.Image:
    """What was left of looking the file through, where something was; else it is opened."""
    if file.small is not None:
        small, file.small = file.small, None
        return fitted(small, WORKING_WIDTH, rotation)
    with open_random(key, file) as content:
        return drawn(content, file.media_type, page, width=WORKING_WIDTH, rotation=rotation)
