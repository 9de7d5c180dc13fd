"""Decisions about files: what is taken in, and how it is sealed in chunks.

Values in, values out; no Django, clock, files or network.
"""

from dangan.files.rules.kinds import (
    JPEG,
    MAX_BYTES,
    MAX_PIXELS,
    PDF,
    PICTURES,
    PNG,
    PROOF,
    WEBP,
    BadFile,
    kind_of,
    named_as,
    size_text,
)
from dangan.files.rules.stream import CHUNK_BYTES, open_chunks, seal_chunks, sealed_size

__all__ = [
    "CHUNK_BYTES",
    "JPEG",
    "MAX_BYTES",
    "MAX_PIXELS",
    "PDF",
    "PICTURES",
    "PNG",
    "PROOF",
    "WEBP",
    "BadFile",
    "kind_of",
    "named_as",
    "open_chunks",
    "seal_chunks",
    "sealed_size",
    "size_text",
]
