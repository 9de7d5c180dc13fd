"""How fast files are sealed and opened, beside the cipher alone over the same bytes."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Callable, Iterable
from typing import TypeAlias
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image

from dangan.files.inspecting import accept
from dangan.files.rules import CHUNK_BYTES, PROOF, open_chunks, seal_chunks
from dangan.files.rules.stream import key_bytes
from dangan.vault.rules import Suite

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

MEGABYTES = 64
ROUNDS = 5


def bench_files(*, megabytes: int = MEGABYTES) -> list[Figure]:
    """Sealing and opening in MB/s, the best of some rounds, with the bare cipher as baseline;
    and how long a telephone's photograph takes to be taken in."""
    data = os.urandom(2**20) * megabytes
    bare = megabytes / _best(lambda: _bare(data))
    return [*_speeds(data, Suite.AES, bare), *_speeds(data, Suite.SM, None), _photograph()]


def _speeds(data: bytes, suite: Suite, bare: float | None) -> list[Figure]:
    key, file = os.urandom(key_bytes(suite)), uuid4()
    sealed = b"".join(seal_chunks(suite, key, file, io.BytesIO(data)))
    size = len(data) / 2**20
    seconds = {
        "sealed": _best(lambda: _drain(seal_chunks(suite, key, file, io.BytesIO(data)))),
        "opened": _best(lambda: _drain(open_chunks(key, file, io.BytesIO(sealed)))),
    }
    target = bare and bare * 0.3
    return [
        (f"file {verb}, {suite.name}", size / taken, "MB/s", target, bare)
        for verb, taken in seconds.items()
    ]


def _bare(data: bytes) -> None:
    """AES-256-GCM over the same bytes in pieces of the same size, from memory to memory."""
    cipher, view = AESGCM(bytes(32)), memoryview(data)
    for number, start in enumerate(range(0, len(data), CHUNK_BYTES)):
        cipher.encrypt(number.to_bytes(12, "big"), view[start : start + CHUNK_BYTES], b"")


def _drain(pieces: Iterable[bytes]) -> None:
    for _piece in pieces:
        pass


def _best(work: Callable[[], None]) -> float:
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return min(taken)


def _photograph() -> Figure:
    buffer = io.BytesIO()
    Image.effect_noise((4032, 3024), 40).convert("RGB").save(buffer, "JPEG", quality=85)
    photo = buffer.getvalue()

    def take_in() -> None:
        accept("photo.jpg", photo, PROOF)

    taken = _best(take_in)
    return ("photograph of 12 megapixels taken in", taken * 1000, "ms", 2000, None)
