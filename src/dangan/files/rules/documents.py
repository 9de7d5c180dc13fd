"""Whether a PDF is only pages: told from its bytes, without a library that would run it.

An action takes effect through the name of its kind (ISO 32000-1 § 12.6.4): without the name
``/JavaScript`` no script runs, without ``/Launch`` nothing is started. So it is enough to look for
names. They may be spelt with ``#xx`` (§ 7.3.5) and lie compressed in object streams (§ 7.5.7);
both are undone here, and what cannot be undone is not taken in.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

_ACTIVE = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|XFA|ImportData|SubmitForm|GoToE|Encrypt)"
    rb"(?![A-Za-z0-9_.])"
)
_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9_.])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"stream")
_LINE_END = re.compile(rb"[ \t]{0,32}(?:\r\n|\n|\r)")
_NUMBERED = re.compile(rb"(?:[\s\0]|%[^\r\n]*[\r\n])*\d{1,10}\s+\d{1,10}[\s\0]")
"""How the content of an object stream begins: number and place of its first object."""

_ARCHIVE_END = b"PK\x05\x06"
_ARCHIVE_TAIL = 66_000
"""Where archive programs look for the end of an archive."""

_INFLATED = 64 * 2**20


def more_than_pages(data: bytes) -> bool:
    """Whether the document names something active, hides what it names, or is a second file too."""
    return (
        _followed(data)
        or _ACTIVE.search(_spelt_out(data)) is not None
        or any(part is None or _ACTIVE.search(_spelt_out(part)) for part in _object_streams(data))
    )


def _followed(data: bytes) -> bool:
    """Whether another file comes behind the end, as archive or anything else."""
    end = data.rfind(b"%%EOF")
    rest = data[end + 5 :].strip(b"\r\n\t\0\x1a ")
    return end < 0 or bool(rest) or _ARCHIVE_END in data[-_ARCHIVE_TAIL:]


def _spelt_out(part: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), part)


def _object_streams(data: bytes) -> Iterator[bytes | None]:
    """What each object stream holds; None for one that is not plainly compressed.

    The name stands in the dictionary before the word ``stream``, so the file is cut at every
    ``stream`` and a piece that has the name must be followed by readable objects. Whoever hides
    the word in a text gets a piece that is not.
    """
    left, begins = _INFLATED, 0
    for word in _STREAM.finditer(data):
        piece, begins = data[begins : word.start()], word.end()
        if not _OBJECTS.search(_spelt_out(piece)):
            continue
        line_end = _LINE_END.match(data, word.end())
        plain = _inflated(data, line_end.end(), left) if line_end else None
        if plain is None or not _NUMBERED.match(plain):
            yield None
            return
        left -= len(plain)
        yield plain


def _inflated(data: bytes, start: int, limit: int) -> bytes | None:
    """The compressed bytes that begin at ``start``; None when they do not end within ``limit``."""
    inflater = zlib.decompressobj()
    try:
        plain = inflater.decompress(memoryview(data)[start:], max(1, limit))
    except zlib.error:
        return None
    return plain if inflater.eof else None
