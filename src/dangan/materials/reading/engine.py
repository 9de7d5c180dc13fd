"""Reading text off a picture, off-line: rapidocr with the models that lie inside its wheel.

Only a worker calls this: the models take some 300 MB and a page some seconds, which no page view
may cost. The models' files are named, so that the library never looks for them elsewhere.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from dangan.materials.reading.rules.lines import Line

if TYPE_CHECKING:
    from rapidocr import RapidOCR

Image = NDArray[np.uint8]
"""Height × width × 3, red green blue."""

THREADS = 1
"""Per worker: two cores are shared with the web server and the database."""

SIDE = 2000
"""Longest side that is looked at; a 300 dpi A4 page is 3508 high, type of 8 points stays 19."""

PIXELS = 120_000_000
"""Larger pictures are not read (A0 at 200 dpi has 62 million)."""

LEAST_SCORE = 0.5

_MODELS = {
    "Det": "PP-OCRv6_det_small.onnx",
    "Rec": "PP-OCRv6_rec_small.onnx",
    "Cls": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
}


class NoModels(RuntimeError):  # noqa: N818 - reads as a sentence where it is raised
    """A model is not where the wheel should have put it: nothing is fetched instead."""


class TooLarge(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """The picture has more than :data:`PIXELS`."""


def read(image: Image) -> tuple[Line, ...]:
    """The lines on the picture, from top to bottom and left to right.

    Raises :class:`TooLarge` and :class:`NoModels`; the library's own errors pass.
    """
    height, width = image.shape[:2]
    if height * width > PIXELS:
        raise TooLarge
    found: Any = _engine()(image[:, :, ::-1])  # the models were trained on blue green red
    if found.boxes is None:
        return ()
    lines = [
        _line(box, text, score, width, height)
        for box, text, score in zip(found.boxes, found.txts, found.scores, strict=True)
        if text.strip()
    ]
    return in_reading_order(lines)


def in_reading_order(lines: Iterable[Line]) -> tuple[Line, ...]:
    """From top to bottom; lines that stand side by side from left to right."""
    ordered: list[Line] = []
    row: list[Line] = []
    for line in sorted(lines, key=lambda item: item.middle):
        if row and line.middle - row[0].middle > max(line.height, row[0].height) // 2:
            ordered += sorted(row, key=lambda item: item.left)
            row = []
        row.append(line)
    return (*ordered, *sorted(row, key=lambda item: item.left))


def _line(box: NDArray[np.float32], text: str, score: float, width: int, height: int) -> Line:
    across = np.clip(box[:, 0] * 1000 / width, 0, 1000)
    down = np.clip(box[:, 1] * 1000 / height, 0, 1000)
    return Line(
        text.strip(),
        int(across.min()),
        int(down.min()),
        int(across.max()),
        int(down.max()),
        round(float(score) * 100),
    )


@lru_cache(maxsize=1)
def _engine() -> RapidOCR:
    """Loaded at the first page a worker reads."""
    from rapidocr import RapidOCR  # noqa: PLC0415 - a web process must not load it

    params: dict[str, object] = {
        "Global.log_level": "critical",
        "Global.max_side_len": SIDE,
        "Global.text_score": LEAST_SCORE,
        "EngineConfig.onnxruntime.intra_op_num_threads": THREADS,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }
    folder = _models()
    for part, name in _MODELS.items():
        path = folder / name
        if not path.is_file():
            raise NoModels(name)
        params[f"{part}.model_path"] = str(path)
    engine = RapidOCR(params=cast("dict[str, Any]", params))
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return engine


def _models() -> Path:
    spec = find_spec("rapidocr")
    if spec is None or spec.origin is None:
        raise NoModels("rapidocr")
    return Path(spec.origin).parent / "models"
