"""Which files are taken in: told by their content, never by their name."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from dangan.dictionary.rules import Message

JPEG = "image/jpeg"
PNG = "image/png"
WEBP = "image/webp"
PDF = "application/pdf"

PICTURES = frozenset({JPEG, PNG, WEBP})
PROOF = PICTURES | {PDF}
"""What proves something: a photograph, a scan."""

MAX_BYTES = 20 * 2**20
"""A dozen pages scanned at 300 dpi, or any photograph of a telephone."""

MAX_PIXELS = 50_000_000
"""What the largest telephone cameras make; decoded it takes 150 MB of memory."""

NAME_LENGTH = 120

_SUFFIXES = {
    JPEG: (".jpg", ".jpeg"),
    PNG: (".png",),
    WEBP: (".webp",),
    PDF: (".pdf",),
}
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\"*/:<>?\\|]+")
"""Control and direction marks, and what file systems do not allow in names."""


class BadFile(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """A file that is not taken in; ``message`` says which, why and what to do.

    The message names the file; the exception's text does not, so that logs stay clean.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


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
    return ""


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
