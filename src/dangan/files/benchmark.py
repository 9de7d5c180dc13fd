"""How fast files are sealed and opened beside ``openssl speed`` in the same run; how long a page of
a scan takes to be looked through and to be shown."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from statistics import quantiles
from typing import TypeAlias
from uuid import uuid4

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image, ImageDraw

from dangan.files.incoming import take_in
from dangan.files.inspecting import accept
from dangan.files.previews import render
from dangan.files.rules import CHUNK_BYTES, JPEG, PROOF, SCANS, key_bytes, open_chunks, seal_chunks
from dangan.files.verifying import verify
from dangan.vault.rules import Suite

Figure: TypeAlias = tuple[str, float, str, float | None, float | None]
"""Name, value, unit, target, baseline of the same run."""

SPEED = 400.0
"""MB/s for sealing and for opening, whatever the cipher alone does."""

VIEW_MS, VERIFY_MS = 100.0, 50.0
_VIEWS = 40

MEGABYTES = 64
ROUNDS = 5


def bench_files(*, megabytes: int = MEGABYTES) -> list[Figure]:
    """Sealing and opening in MB/s, the best of some rounds, with the bare cipher as baseline;
    and how long a telephone's photograph takes to be taken in."""
    data = os.urandom(2**20) * megabytes
    bare = megabytes / _best(lambda: _bare(data))
    return [
        *_speeds(data, Suite.AES, _openssl() or bare),
        *_speeds(data, Suite.SM, None),
        ("the cipher alone in Python", bare, "MB/s", None, None),
        _photograph(),
        *_scans(),
    ]


def _speeds(data: bytes, suite: Suite, bare: float | None) -> list[Figure]:
    key, file = os.urandom(key_bytes(suite)), uuid4()
    sealed = b"".join(seal_chunks(suite, key, file, io.BytesIO(data)))
    size = len(data) / 2**20
    seconds = {
        "sealed": _best(lambda: _drain(seal_chunks(suite, key, file, io.BytesIO(data)))),
        "opened": _best(lambda: _drain(open_chunks(key, file, io.BytesIO(sealed)))),
    }
    target = SPEED if suite is Suite.AES else None
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


def _openssl() -> float | None:
    """AES-256-GCM as OpenSSL measures itself, MB/s; None where the program is not."""
    program = shutil.which("openssl")
    if program is None:
        return None
    command = [
        program,
        "speed",
        "-mr",
        "-evp",
        "aes-256-gcm",
        "-bytes",
        str(2**20),
        "-seconds",
        "1",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    found = re.search(r"^\+F:.*:([\d.]+)$", done.stdout, re.MULTILINE)
    return float(found[1]) / 2**20 if found else None


def scanned_page() -> bytes:
    """A page of A4 at 300 dpi as scanners make it: paper that is not quite white, lines of text."""
    paper = Image.effect_noise((2480, 3508), 6).point(lambda value: min(255, value + 110))
    pen = ImageDraw.Draw(paper)
    for top in range(300, 3200, 60):
        for left in range(300, 2200, 48):
            pen.rectangle((left, top, left + 30, top + 34), outline=60, width=3)
    buffer = io.BytesIO()
    paper.convert("RGB").save(buffer, "JPEG", quality=75, dpi=(300, 300))
    return buffer.getvalue()


def _scans() -> list[Figure]:
    with take_in("page.jpg", [scanned_page()]) as incoming:
        source = incoming.spool.reader()
        looked = _p95(lambda _round: verify("page.jpg", source, SCANS))
        shown = _p95(
            lambda number: render(
                source, JPEG, 1, width=1200, watermark=f"bench 20086 10:{number // 10:02}"
            )
        )
    return [
        ("page of A4 at 300 dpi looked through, p95", looked, "ms", VERIFY_MS, None),
        ("page of A4 at 300 dpi shown with watermark, p95", shown, "ms", VIEW_MS, None),
    ]


def _p95(work: Callable[[int], object]) -> float:
    taken = []
    for number in range(_VIEWS):
        started = time.perf_counter()
        work(number)
        taken.append((time.perf_counter() - started) * 1000)
    return quantiles(taken, n=20)[-1]


def large_document(megabytes: int, *, mark: bytes = b"") -> Iterator[bytes]:
    """A PDF of one page for each megabyte, every page one incompressible picture of half of it."""
    side = 2**10
    body = side * side
    yield (head := b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places: dict[int, int] = {}
    at = len(head)

    def entry(number: int, content: bytes) -> bytes:
        nonlocal at
        text = b"%d 0 obj\n%b\nendobj\n" % (number, content)
        places[number] = at
        at += len(text)
        return text

    kids = b" ".join(b"%d 0 R" % (10 + 3 * n) for n in range(megabytes))
    yield entry(1, b"<< /Type /Catalog /Pages 2 0 R >>")
    yield entry(2, b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, megabytes))
    for n in range(megabytes):
        first = 10 + 3 * n
        drawn = b"q 595 0 0 595 0 100 cm /P Do Q"
        yield entry(
            first,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R "
            b"/Resources << /XObject << /P %d 0 R >> >> >>" % (first + 1, first + 2),
        )
        yield entry(first + 1, b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn))
        yield entry(
            first + 2,
            b"<< /Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray "
            b"/BitsPerComponent 8 /Length %d >>\nstream\n%b\nendstream"
            % (side, side, body, mark + os.urandom(body - len(mark))),
        )
    lines = [b"xref\n0 1\n0000000000 65535 f \n"]
    lines += [b"%d 1\n%010d 00000 n \n" % (number, places[number]) for number in sorted(places)]
    yield b"".join(lines)
    yield b"trailer\n<< /Size %d /Root 1 0 R >>\n" % (max(places) + 1)
    yield b"startxref\n%d\n%%%%EOF\n" % at
