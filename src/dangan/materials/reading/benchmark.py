"""How fast text is found among a hundred thousand pages, beside ``LIKE`` over the same text in
clear; and how long a page takes to be read.

Texts are made of the words of pypinyin's table of phrases, as common as words are in life (Zipf),
about five hundred characters a page. The database it runs in is its own.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate
from statistics import quantiles
from typing import TypeAlias
from uuid import UUID, uuid4

import numpy as np
from django.db import connection, transaction
from django.utils import timezone
from PIL import Image, ImageDraw, ImageFont
from pypinyin.phrases_dict import phrases_dict

from dangan.access.rules import Actor
from dangan.dossiers.models import Subject
from dangan.files.previews import _FONT
from dangan.materials.catalogue.models import Fonds, Material, Volume
from dangan.materials.catalogue.rules.bodies import MaterialBody, encode
from dangan.materials.catalogue.sealing import material_place
from dangan.materials.reading import engine, index, queries
from dangan.materials.reading.models import Entry, Reading
from dangan.materials.reading.queries.searching import SHOWN
from dangan.materials.reading.rules import lines as line_rules
from dangan.materials.reading.sealing import lines_place
from dangan.vault.actions import make_keys
from dangan.vault.rules import SubjectKey, digest, seal

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

TARGET_MS = 100.0
_LETTERS = 500
_LINE = 25
_PAGES = 5
_MATERIALS = 10
"""Pages of a material, materials of a volume: fifty pages a person."""

_AT_ONCE = 20
"""Volumes made in one transaction."""

_LIVE = 2_000
"""Pages that come in while the index stands; for the others it is built afterwards."""

_INDEX = "CREATE INDEX entry_page_grams ON reading_entry USING gin (grams) WHERE NOT title"
_ROUND = 40
_SEED = 24


class Words:
    """Words by how common they are, and pages made of them."""

    def __init__(self) -> None:
        self.random = random.Random(_SEED)  # noqa: S311 - synthetic texts
        known = sorted(word for word in phrases_dict if 2 <= len(word) <= 4)
        self.random.shuffle(known)
        self.known = known
        self._steps = list(accumulate(1 / (rank + 10) for rank in range(len(known))))

    def page(self) -> str:
        """About five hundred characters."""
        chosen = self.random.choices(self.known, cum_weights=self._steps, k=_LETTERS // 2)
        return "".join(chosen)[:_LETTERS]

    def of_rank(self, low: int, high: int, count: int) -> list[str]:
        return self.random.sample(self.known[low:high], count)


def bench_reading(actor: Actor, *, pages: int) -> list[Figure]:
    """All figures over so many pages; ``actor`` searches everything."""
    words = Words()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE reading_clear (id uuid, body text)")
        cursor.execute("DROP INDEX entry_page_grams")
    fonds = Fonds.objects.create(code="BENCH", name="测算", opened_at=timezone.now())
    few = min(_LIVE, pages // 2)
    _make(words, fonds, 0, pages - few)
    with connection.cursor() as cursor:
        cursor.execute(_INDEX)
    began = time.monotonic()
    _make(words, fonds, pages - few, pages)
    pace = few / (time.monotonic() - began)
    with connection.cursor() as cursor:
        cursor.execute("SELECT gin_clean_pending_list('entry_page_grams')")
        cursor.execute("ANALYZE")
    return [
        ("pages of text sealed and indexed", pace, "pages/s", None, None),
        *_searches(actor, words, pages),
        *_sizes(pages),
        *_reader(),
    ]


def _searches(actor: Actor, words: Words, pages: int) -> list[Figure]:
    kinds = {
        "rare word": words.of_rank(20_000, len(words.known), _ROUND),
        "usual word": words.of_rank(1_000, 5_000, _ROUND),
        "common word": words.of_rank(0, 100, _ROUND),
        "two words": [
            f"{one} {other}"
            for one, other in zip(
                words.of_rank(100, 1_000, _ROUND), words.of_rank(100, 1_000, _ROUND), strict=True
            )
        ],
    }
    suffix = f"{pages:,} pages of {_LETTERS} characters"
    figures: list[Figure] = []
    ours: list[float] = []
    theirs: list[float] = []
    for kind, asked in kinds.items():
        mine = [_timed(partial(queries.search, actor, text)) for text in asked]
        like = [_timed(partial(_like, text)) for text in asked[:10]]
        ours += mine
        theirs += like
        figures.append((f"search, {kind}, p95, {suffix}", _p95(mine), "ms", TARGET_MS, _p95(like)))
    figures.insert(0, (f"search, p95, {suffix}", _p95(ours), "ms", TARGET_MS, _p95(theirs)))
    actor.trail.take()
    return figures


def _like(text: str) -> int:
    """The same question to a table in clear, without rights, seals or snippets."""
    where = " AND ".join(["body LIKE %s"] * len(text.split()))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id FROM reading_clear WHERE {where} LIMIT {SHOWN + 1}",  # noqa: S608 - placeholders
            [f"%{word}%" for word in text.split()],
        )
        return len(cursor.fetchall())


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


def _sizes(pages: int) -> list[Figure]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_relation_size('entry_page_grams'), pg_table_size('reading_entry'),"
            " pg_table_size('reading_clear')"
        )
        grams, entries, clear = cursor.fetchone()
    return [
        ("index of pairs, a page", grams / pages / 1024, "kB", None, None),
        (
            "entries with sealed text, a page",
            entries / pages / 1024,
            "kB",
            None,
            clear / pages / 1024,
        ),
    ]


def _reader() -> list[Figure]:
    """One drawn A4 page of 300 dpi, full of type, the second time it is read."""
    page = Image.new("RGB", (2480, 3508), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.truetype(str(_FONT), 50)
    text = Words().page()
    for number, start in enumerate(range(0, _LETTERS, _LINE)):
        draw.text((300, 300 + 140 * number), text[start : start + _LINE], "black", font)
    image = np.asarray(page)
    engine.read(image)
    taken = min(_timed(partial(engine.read, image)) for _ in range(2))
    return [("A4 page of 300 dpi read, one thread", taken / 1000, "s", None, None)]


def _make(words: Words, fonds: Fonds, first: int, last: int) -> None:
    """People, volumes, materials and pages number ``first`` to ``last``."""
    each = _PAGES * _MATERIALS
    for start in range(first // each, last // each, _AT_ONCE):
        batch = range(start, min(start + _AT_ONCE, last // each))
        with transaction.atomic():
            keys = make_keys([uuid4() for _ in batch])
            _people(fonds, dict(zip(batch, keys, strict=True)))
            _pages_of(words, keys, _materials(keys))


def _people(fonds: Fonds, people: dict[int, UUID]) -> None:
    now, nobody = timezone.now(), UUID(int=0)
    Subject.objects.bulk_create(
        Subject(id=subject, state="filed", created_at=now, changed_at=now)
        for subject in people.values()
    )
    Volume.objects.bulk_create(
        Volume(
            id=subject,  # one each: no need of another identifier
            subject_id=subject,
            fonds=fonds,
            number=f"BENCH-{number:06d}",
            kind="staff",
            opened_at=now,
            opened_by=nobody,
        )
        for number, subject in people.items()
    )


def _materials(keys: dict[UUID, SubjectKey]) -> list[Material]:
    now, nobody, titles = timezone.now(), UUID(int=0), index.usual_titles()
    rows, entries = [], []
    for subject, key in keys.items():
        for number in range(_MATERIALS):
            title = titles[(subject.int + number * 7) % len(titles)]
            row = Material(id=uuid4(), volume_id=subject, subject=subject, at=now, by=nobody)
            body = encode(MaterialBody(category="1", title=title, pages=_PAGES))
            row.sealed = seal(key, material_place(subject, row.pk, 1), body)
            row.digest = digest(row.sealed)
            rows.append(row)
            entries.append(index.title_entry(key, row.pk, 1, title))
    Material.objects.bulk_create(rows)
    Entry.objects.bulk_create(entries)
    return rows


def _pages_of(words: Words, keys: dict[UUID, SubjectKey], materials: Sequence[Material]) -> None:
    now = timezone.now()
    entries, readings, clear = [], [], []
    for material in materials:
        key = keys[material.subject]
        for _number in range(_PAGES):
            page, text = uuid4(), words.page()
            entries.append(index.page_entry(key, page, material.pk, 1, text))
            sealed = seal(key, lines_place(key.subject, page, 1), _lines(text))
            readings.append(
                Reading(
                    page=page, material=material.pk, volume=key.subject, subject=key.subject,
                    picture="", state="done", queued_at=now, due_at=now, version=1, sealed=sealed,
                    digest=digest(sealed),
                )
            )  # fmt: skip
            clear.append((page, text))
    Reading.objects.bulk_create(readings)
    with connection.cursor() as cursor:
        with cursor.copy(
            "COPY reading_entry (id, title, material, subject, version, sealed, grams) FROM STDIN"
        ) as copy:
            for one in entries:
                copy.write_row(
                    (one.id, one.title, one.material, one.subject, 1, one.sealed, one.grams)
                )
        with cursor.copy("COPY reading_clear (id, body) FROM STDIN") as copy:
            for row in clear:
                copy.write_row(row)


def _lines(text: str) -> bytes:
    return line_rules.encode(
        tuple(
            line_rules.Line(text[start : start + _LINE], 100, start, 900, start + 20)
            for start in range(0, len(text), _LINE)
        )
    )
