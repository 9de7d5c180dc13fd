"""TIFF by its structure (TIFF 6.0, Adobe 1992): are all parts inside the file, and one page of
many as a file of its own, so that a volume in one TIFF is never read as a whole."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from itertools import accumulate

from dangan.files.reader import Source

_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_WIDTH, _HEIGHT, _COMPRESSION, _ORIENTATION = 256, 257, 259, 274
_STRIPS, _STRIP_SIZES, _TILES, _TILE_SIZES = 273, 279, 324, 325
_RESOLUTION, _UNIT = 282, 296
_BESIDE = frozenset({330, 34665, 34853})
"""Tags that point to further directories: smaller versions, camera, place."""

_OLD_JPEG = 6
_ENTRIES = 1_000
_VALUE_BYTES = 64 * 2**20
_CENTIMETRE = 3

UNCOMPRESSED = 1


class BadTiff(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """The structure does not hold."""


class TooManyPages(BadTiff):
    """More pages than are taken in."""


@dataclass(frozen=True, slots=True)
class _Entry:
    tag: int
    type: int
    count: int
    value: bytes
    """As it lies in the file, in the file's byte order."""


@dataclass(frozen=True, slots=True)
class TiffPage:
    """One page: its directory, and where its pixels lie."""

    order: str
    entries: tuple[_Entry, ...] = field(repr=False)
    width: int
    height: int
    dpi: int | None
    orientation: int
    compression: int
    parts: tuple[tuple[int, int], ...] = field(repr=False)
    """Offset and length of each strip or tile."""


@dataclass(frozen=True, slots=True)
class Tiff:
    """All pages, and how far into the file anything of them reaches."""

    pages: tuple[TiffPage, ...]
    reach: int


def parse(file: Source, *, pages: int) -> Tiff:
    """The structure of the file; raises :class:`BadTiff`, also for more than ``pages``."""
    return _Walk(file).all(pages)


def single(file: Source, page: TiffPage) -> bytes:
    """One page as a TIFF of its own."""
    order, parts = page.order, []
    for offset, length in page.parts:
        file.seek(offset)
        parts.append(file.read(length))
    kept = [
        _Entry(entry.tag, 4, len(parts), bytes(4 * len(parts)))
        if entry.tag in {_STRIPS, _TILES}
        else entry
        for entry in page.entries
        if entry.tag not in _BESIDE and entry.type != 13
    ]
    fixed = 8 + 2 + 12 * len(kept) + 4
    begin = fixed + sum(len(entry.value) for entry in kept if len(entry.value) > 4)
    places = struct.pack(
        f"{order}{len(parts)}I", *accumulate((len(part) for part in parts[:-1]), initial=begin)
    )
    lines, outside = bytearray(), bytearray()
    for entry in kept:
        value = places if entry.tag in {_STRIPS, _TILES} else entry.value
        lines += struct.pack(f"{order}HHI", entry.tag, entry.type, entry.count)
        if len(value) > 4:
            lines += struct.pack(f"{order}I", fixed + len(outside))
            outside += value
        else:
            lines += value.ljust(4, b"\0")
    magic = b"II*\0" if order == "<" else b"MM\0*"
    head = magic + struct.pack(f"{order}IH", 8, len(kept))
    return b"".join((head, lines, bytes(4), outside, *parts))


class _Walk:
    """One way through the directories of a file."""

    def __init__(self, file: Source) -> None:
        self._file = file
        self._size = file.seek(0, 2)
        self._reach = 8
        head = self._at(0, 8)
        if head[:4] not in {b"II*\0", b"MM\0*"}:
            raise BadTiff
        self._order = "<" if head[:2] == b"II" else ">"
        self._first = struct.unpack(f"{self._order}I", head[4:])[0]
        self._seen: set[int] = set()

    def all(self, limit: int) -> Tiff:
        pages: list[TiffPage] = []
        offset = self._first
        while offset:
            if len(pages) >= limit:
                raise TooManyPages
            entries, offset = self._directory(offset)
            pages.append(self._page(entries))
        pixels = sum(length for page in pages for _offset, length in page.parts)
        if not pages or pixels > self._size:
            raise BadTiff  # the same bytes again and again
        return Tiff(tuple(pages), self._reach)

    def _directory(self, offset: int) -> tuple[dict[int, _Entry], int]:
        if offset in self._seen or len(self._seen) > 100_000:
            raise BadTiff
        self._seen.add(offset)
        count = struct.unpack(f"{self._order}H", self._at(offset, 2))[0]
        if not 1 <= count <= _ENTRIES:
            raise BadTiff
        body = self._at(offset + 2, 12 * count + 4)
        entries = {}
        for start in range(0, 12 * count, 12):
            entry = self._entry(body[start : start + 12])
            if entry is not None:
                entries[entry.tag] = entry
        return entries, struct.unpack(f"{self._order}I", body[-4:])[0]

    def _entry(self, line: bytes) -> _Entry | None:
        tag, kind, count = struct.unpack(f"{self._order}HHI", line[:8])
        if kind not in _SIZES:
            return None  # readers skip what they do not know, TIFF 6.0 p. 16
        length = _SIZES[kind] * count
        if length > _VALUE_BYTES:
            raise BadTiff
        if length <= 4:
            return _Entry(tag, kind, count, line[8 : 8 + length])
        offset = struct.unpack(f"{self._order}I", line[8:])[0]
        return _Entry(tag, kind, count, self._at(offset, length))

    def _page(self, entries: dict[int, _Entry]) -> TiffPage:
        width, height = self._number(entries, _WIDTH), self._number(entries, _HEIGHT)
        compression = self._number(entries, _COMPRESSION, 1)
        parts = self._parts(entries)
        if not (width and height and parts) or compression == _OLD_JPEG:
            raise BadTiff
        for entry in entries.values():
            self._beside(entry, depth=3)
        return TiffPage(
            self._order,
            tuple(entries.values()),
            width,
            height,
            self._dpi(entries),
            self._number(entries, _ORIENTATION, 1),
            compression,
            parts,
        )

    def _parts(self, entries: dict[int, _Entry]) -> tuple[tuple[int, int], ...]:
        tiled = _TILES in entries
        offsets = self._numbers(entries.get(_TILES if tiled else _STRIPS))
        lengths = self._numbers(entries.get(_TILE_SIZES if tiled else _STRIP_SIZES))
        if len(offsets) != len(lengths):
            raise BadTiff
        for offset, length in zip(offsets, lengths, strict=True):
            self._inside(offset, length)
        return tuple(zip(offsets, lengths, strict=True))

    def _beside(self, entry: _Entry, *, depth: int) -> None:
        """Directories beside the pages: only that they lie inside the file."""
        if entry.tag not in _BESIDE and entry.type != 13:
            return
        if not depth or entry.type not in {4, 13}:
            raise BadTiff
        for offset in self._numbers(entry):
            found, _next = self._directory(offset)
            if _STRIPS in found or _TILES in found:
                self._parts(found)
            for deeper in found.values():
                self._beside(deeper, depth=depth - 1)

    def _dpi(self, entries: dict[int, _Entry]) -> int | None:
        entry = entries.get(_RESOLUTION)
        unit = self._number(entries, _UNIT, 2)
        if entry is None or entry.type != 5 or entry.count != 1 or unit not in {2, _CENTIMETRE}:
            return None
        above, below = struct.unpack(f"{self._order}II", entry.value)
        dots = above / below * (2.54 if unit == _CENTIMETRE else 1) if below else 0
        return round(dots) if 1 <= dots <= 10_000 else None

    def _number(self, entries: dict[int, _Entry], tag: int, default: int = 0) -> int:
        found = self._numbers(entries.get(tag))
        return found[0] if found else default

    def _numbers(self, entry: _Entry | None) -> tuple[int, ...]:
        if entry is None:
            return ()
        letter = {1: "B", 3: "H", 4: "I", 13: "I"}.get(entry.type)
        if letter is None:
            raise BadTiff
        return struct.unpack(f"{self._order}{entry.count}{letter}", entry.value)

    def _at(self, offset: int, length: int) -> bytes:
        self._inside(offset, length)
        self._file.seek(offset)
        data = self._file.read(length)
        if len(data) != length:
            raise BadTiff
        return data

    def _inside(self, offset: int, length: int) -> None:
        if offset + length > self._size:
            raise BadTiff
        self._reach = max(self._reach, offset + length)
