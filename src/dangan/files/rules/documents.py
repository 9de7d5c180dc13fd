"""Whether a PDF is only pages: told from its bytes, without a library that would run it.

An action takes effect through the name of its kind (ISO 32000-1 § 12.6.4): without the name
``/JavaScript`` no script runs, without ``/Launch`` nothing is started. So it is enough to look for
names. They may be spelt with ``#xx`` (§ 7.3.5) and lie compressed in object streams (§ 7.5.7);
both are undone here, and what cannot be undone is not taken in.

The file is read in windows that overlap by more than the longest name, so that a document of some
hundred megabytes needs no more memory than a small one. Names are looked for inside pictures too:
skipping what calls itself a stream would be a place to hide. Only ``/XFA`` is short enough to
occur by chance (once in some gigabytes), so it counts only with a value behind it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Protocol

_ACTIVE = re.compile(
    rb"/(?:(?:JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm|GoToE|Encrypt)"
    rb"(?![A-Za-z0-9_.])"
    rb"|XFA(?:[\s\0]|%[^\r\n]*[\r\n])*(?:\[|\d{1,10}[\s\0]))"
)
_OBJECTS = re.compile(rb"/ObjStm(?![A-Za-z0-9_.])")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME = re.compile(
    rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia|ImportData|SubmitForm|GoToE|Encrypt|XFA|ObjStm"
    rb"|[^\x00\t\n\f\r ()<>\[\]{}/%#]{0,20}#[0-9A-Fa-f]{2})"
)
"""Where a name begins that may be one of those, or is spelt so that one cannot tell at once."""

_NAME_BYTES = 64
"""The longest of them with every letter escaped."""

_VALUE = 400
"""Bytes behind a name in which its value may begin."""

_STREAM = b"stream"
_LINE_END = re.compile(rb"[ \t]{0,32}(?:\r\n|\n|\r)")
_LINE_END_BYTES = 40
_NUMBERED = re.compile(rb"(?:[\s\0]|%[^\r\n]*[\r\n])*\d{1,10}\s+\d{1,10}[\s\0]")
"""How the content of an object stream begins: number and place of its first object."""

_ARCHIVE_END = b"PK\x05\x06"
_TAIL = 66_000
"""Where archive programs look for the end of an archive."""

_WINDOW = 4 * 2**20
_OVERLAP = 512
"""Longer than any name with every letter escaped, and than the space before a value may be."""

_INFLATED = 64 * 2**20


class Seekable(Protocol):
    """A document that can be read anywhere."""

    def read(self, size: int = ..., /) -> bytes: ...
    def seek(self, offset: int, whence: int = ..., /) -> int: ...


def more_than_pages(file: Seekable) -> bool:
    """Whether the document names something active, hides what it names, or is a second file too."""
    if _followed(file):
        return True
    left, pending, done = _INFLATED, False, 0
    for begin, window, fresh in _windows(file):
        active, lists = _named(window)
        if active:
            return True
        start = max(0, done - begin)
        for word in _words(window, fresh):
            hidden = pending or any(start <= place < word for place in lists)
            start, pending = word + len(_STREAM), False
            done = begin + start
            if hidden:
                plain = _object_stream(file, done, left)
                if plain is None or _named(plain + b" ")[0]:
                    return True
                left -= len(plain)
        pending = pending or any(place >= start for place in lists)
    return False


def _named(window: bytes) -> tuple[bool, list[int]]:
    """Whether something active is named, and where object streams are.

    A name that the window cuts off is in the next one, and none ends a file that has passed
    :func:`_followed`.
    """
    lists = []
    for name in _NAME.finditer(window):
        begin = name.start()
        text = _spelt_out(window[begin : begin + _NAME_BYTES])
        text += window[begin + _NAME_BYTES : begin + _NAME_BYTES + _VALUE]
        found = _ACTIVE.match(text) or _OBJECTS.match(text)
        if found is None or found.end() == len(text):
            continue
        if found.re is _ACTIVE:
            return True, []
        lists.append(begin)
    return False, lists


def _followed(file: Seekable) -> bool:
    """Whether another file comes behind the end, as archive or anything else."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _TAIL))
    tail = file.read(_TAIL)
    end = tail.rfind(b"%%EOF")
    rest = tail[end + 5 :].strip(b"\r\n\t\0\x1a ")
    return end < 0 or bool(rest) or _ARCHIVE_END in tail


def _windows(file: Seekable) -> Iterator[tuple[int, bytes, int]]:
    """Offset of each window, its bytes, and where in it the new ones begin."""
    at, kept = 0, b""
    while True:
        file.seek(at)
        data = file.read(_WINDOW)
        if not data:
            return
        yield at - len(kept), kept + data, len(kept)
        at += len(data)
        kept = (kept + data)[-_OVERLAP:]


def _words(window: bytes, fresh: int) -> Iterator[int]:
    """Where the word ``stream`` stands, each one in the window that it ends in only."""
    at = window.find(_STREAM, max(0, fresh - len(_STREAM) + 1))
    while at >= 0:
        yield at
        at = window.find(_STREAM, at + len(_STREAM))


def _spelt_out(part: bytes) -> bytes:
    return _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), part)


def _object_stream(file: Seekable, begin: int, limit: int) -> bytes | None:
    """What an object stream holds; None for one that is not plainly compressed.

    The name stands in the dictionary before the word ``stream``, so the file is cut at every
    ``stream`` and a piece that has the name must be followed by readable objects. Whoever hides
    the word in a text gets a piece that is not.
    """
    file.seek(begin)
    line_end = _LINE_END.match(file.read(_LINE_END_BYTES))
    if line_end is None:
        return None
    plain = _inflated(file, begin + line_end.end(), limit)
    return plain if plain is not None and _NUMBERED.match(plain) else None


def _inflated(file: Seekable, begin: int, limit: int) -> bytes | None:
    """The compressed bytes that begin there; None when they do not end within ``limit``."""
    file.seek(begin)
    inflater, plain = zlib.decompressobj(), bytearray()
    try:
        while not inflater.eof:
            piece = file.read(2**16)
            if not piece:
                return None
            plain += inflater.decompress(piece, limit + 1 - len(plain))
            if len(plain) > limit or inflater.unconsumed_tail:
                return None
    except zlib.error:
        return None
    return bytes(plain)
