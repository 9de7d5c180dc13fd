"""How many pages are taken in a second, and how long one takes to be looked at."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from typing import TypeAlias
from uuid import UUID

import numpy as np
from django.db import connection
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFilter

from dangan.access.rules import Actor
from dangan.audit.actions import flush
from dangan.files.incoming import take_in
from dangan.materials.catalogue import actions as catalogue
from dangan.materials.catalogue.models import Fonds, Settings
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.scans import actions, queries

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

INGEST = 20.0
VIEW_MS = 150.0
_A4 = (2480, 3508)
_WORKERS = 2
_MATERIAL = 10
"""Pages of one material, which one worker takes in."""


def bench_scans(archivist: Callable[[], Actor], subject: UUID, *, pages: int) -> list[Figure]:
    """Pages a second through the verb that the upload uses, then looks at them.

    ``archivist`` makes an actor for each worker: two hands upload at a time, in threads, since
    drawing and sealing leave the interpreter to others.
    """
    actor = archivist()
    Settings.objects.update_or_create(pk=1, defaults={"body": {"kinds": ["staff"]}})
    fonds = Fonds.objects.create(code="BENCH", name="测算", opened_at=timezone.now())
    volume = catalogue.open_volume(actor, subject=subject, fonds=fonds.pk, kind="staff")
    drawn = [_page(seed) for seed in range(4)]
    materials = [
        catalogue.file_material(
            actor,
            volume=volume.pk,
            body=MaterialBody(category="3", title="测算材料", year=2020, pages=_MATERIAL),
        ).id
        for _part in range(max(_WORKERS, pages // _MATERIAL))
    ]

    def take(material: UUID) -> int:
        try:
            hand = archivist()
            sent = [
                ("page.jpg", take_in("page.jpg", [drawn[number % len(drawn)]]))
                for number in range(_MATERIAL)
            ]
            return len(actions.add_pages(hand, material=material, files=sent).pages)
        finally:
            connection.close()

    began = time.perf_counter()
    with ThreadPoolExecutor(_WORKERS) as workers:
        taken = sum(workers.map(take, materials))
    pace = taken / (time.perf_counter() - began)
    megabytes = sum(map(len, drawn)) / len(drawn) / 2**20
    return [
        (f"scans of A4 at 300 dpi, {megabytes:.1f} MB, taken in", pace, "pages/s", INGEST, None),
        ("page of a scan shown with watermark, p95", _looks(actor, materials), "ms", VIEW_MS, None),
    ]


def _looks(actor: Actor, materials: list[UUID]) -> float:
    """Each page once, as a reader leafs through, its event written before it is shown."""
    seconds = []
    for material in materials[:4]:
        for page in queries.pages(actor, material)[2]:
            began = time.perf_counter()
            queries.image(actor, page.id, width=1200)
            flush(actor.trail)
            seconds.append((time.perf_counter() - began) * 1000)
    return quantiles(seconds, n=20)[-1]


def _page(seed: int) -> bytes:
    """A page as a scanner makes it: lines of strokes on grained paper, about 1 MB."""
    random = np.random.default_rng(seed)
    page = Image.new("L", _A4, 246)
    draw = ImageDraw.Draw(page)
    for top in range(300, 3300, 90):
        for left in range(280, 2200 - int(random.integers(0, 900)), 52):
            for _stroke in range(5):
                x, y = left + int(random.integers(0, 40)), top + int(random.integers(0, 46))
                end = (x + int(random.integers(-24, 24)), y + int(random.integers(-24, 24)))
                draw.line((x, y, *end), fill=40, width=5)
    softened = np.asarray(page.filter(ImageFilter.GaussianBlur(0.8)), dtype=np.float32)
    grain = random.normal(0, 5.0, (*softened.shape, 3)).astype(np.float32)
    coloured = np.clip(softened[:, :, None] + grain, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(coloured).save(buffer, "JPEG", quality=75, dpi=(300, 300))
    return buffer.getvalue()
