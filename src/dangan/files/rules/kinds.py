"""Which files are taken in: told by their content, never by their name."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from dangan.dictionary.rules import Message

JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
TIFF = "image/tiff"
PDF = "application/pdf"

LABELS = {JPEG: "JPEG", PNG: "PNG", WEBP: "WebP", TIFF: "TIFF", PDF: "PDF"}
"""Media types as people call them."""

PICTURES = frozenset({JPEG, PNG, WEBP})
PROOF = PICTURES | {PDF}
"""What proves something: a photograph, a scan."""

MAX_BYTES = 20 * 2**20
"""A dozen pages scanned at 300 dpi, or any photograph of a telephone."""

MAX_PIXELS = 50_000_000
"""What the largest telephone cameras make; decoded it takes 150 MB of memory."""

MAX_PAGES = 500

SCAN_BYTES = 600 * 2**20
"""A volume of some hundred pages in one PDF."""

SCAN_PIXELS = 80_000_000
"""A page of A3 at 600 dpi has 70 million; decoded in colour the limit takes 240 MB."""

SCAN_PAGES = 5_000

TIFF_PAGES = 1_000
TIFF_PIXELS = 10_000_000_000
"""Of all pages together, since each is decoded before the file is taken in: a thousand pages of
A4 at 300 dpi."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What a room takes in. ``as_given`` keeps every bit, so the file has to be faultless;
    otherwise pictures are encoded anew, which drops whatever else they held."""

    kinds: frozenset[str]
    size: int = MAX_BYTES
    pixels: int = MAX_PIXELS
    pages: int = MAX_PAGES
    as_given: bool = False


SCANS = Terms(frozenset({JPEG, PNG, TIFF, PDF}), SCAN_BYTES, SCAN_PIXELS, SCAN_PAGES, as_given=True)
"""Pages of an archive: kept bit for bit, since what was scanned is the evidence."""

NAME_LENGTH = 120

_SUFFIXES = {
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    WEBP: (".webp",),
    TIFF: (".tif", ".tiff"),
    PDF: (".pdf",),
}
_SUFFIX = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}", re.ASCII)
"""What reads as the kind of a file: 2024.01.02 ends in none."""

_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\"*/:<>?\\|]+")
"""Control and direction marks, and what file systems do not allow in names."""


class BadFile(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A file that is not taken in; ``message`` says which, why and what to do.

    The message names the file; the exception's text does not, so that logs stay clean.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def terms_of(allow: Terms | Collection[str]) -> Terms:
    """Terms as they are; kinds alone mean the ordinary terms of proofs."""
    return allow if isinstance(allow, Terms) else Terms(frozenset(allow))


def label_of(kinds: Collection[str]) -> str:
    """``JPEG、PNG、PDF``, in the order of :data:`LABELS`."""
    return "、".join(label for kind, label in LABELS.items() if kind in kinds)


def kind_of(head: bytes) -> str:
    """The media type that the first bytes tell; empty for anything not taken in.

    PDF readers accept a header anywhere in the first kilobyte, which is how one file comes to be
    two things at once; here it has to stand first, as ISO 32000-1 § 7.5.2 says.
    """
    if head.startswith(b"\xff\xd8\xff"):
        return JPEG
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return WEBP
    if head.startswith(b"%PDF-"):
        return PDF
    if head.startswith((b"II*\x00", b"MM\x00*")):
        return TIFF
    return ""


def misnamed(name: str, media_type: str) -> bool:
    """Whether the name says that the content is something else."""
    suffix = PurePosixPath(name).suffix
    return bool(_SUFFIX.fullmatch(suffix)) and suffix.lower() not in _SUFFIXES[media_type]


def named_as(name: str, media_type: str) -> str:
    """The name to keep: without path and control marks, with the suffix that the content has."""
    bare = name.replace("\\", "/").rpartition("/")[2]
    cleaned = " ".join(_UNFIT.sub(" ", bare).split()).strip(" .")
    path = PurePosixPath(cleaned or "file")
    suffixes = _SUFFIXES[media_type]
    if path.suffix.lower() in suffixes:
        stem, suffix = path.stem, path.suffix
    elif path.suffix.lower() in {end for ends in _SUFFIXES.values() for end in ends}:
        stem, suffix = path.stem, suffixes[0]
    else:
        stem, suffix = path.name, suffixes[0]
    return stem[: NAME_LENGTH - len(suffix)] + suffix


def size_text(size: int) -> str:
    """A size for people: ``1.8 MB``, ``340 kB``."""
    if size >= 2**20:
        return f"{size / 2**20:.1f} MB"
    return f"{max(1, round(size / 2**10))} kB"
