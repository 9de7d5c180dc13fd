"""The old .xls container: enough of it to measure cells before the reader sees them.

Formats: MS-CFB (compound files), MS-XLS (BIFF8 records). Only the directory and the
workbook stream are read. A file that lies about its sectors or about the size of anything is
refused: the reader sets memory aside by what a file claims, and a claim too large to be met ends
the whole process.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from dangan.exchange.workbook import limits
from dangan.exchange.workbook.cells import Extent
from dangan.exchange.workbook.faults import Unusable

_DAMAGED: Final = "文件已损坏，打不开。请在 Excel 或 WPS 里打开并另存一份，再导入。"
_ENCRYPTED: Final = "文件加了密码，打不开。请取消密码后另存一份，再导入。"
_MACRO: Final = "文件含有宏，为防病毒不予读取。请另存为不带宏的 .xlsx 再导入。"
_OLD: Final = "这是 Excel 95 或更早的格式。请用 Excel 或 WPS 打开后另存为 .xlsx。"

_END: Final = 0xFFFFFFFE
_HEADER_FAT: Final = 109

_FORMULA: Final = 0x0006
_EOF: Final = 0x000A
_FILEPASS: Final = 0x002F
_BOUNDSHEET: Final = 0x0085
_MULRK: Final = 0x00BD
_BOF: Final = 0x0809
_VALUES: Final = frozenset({_FORMULA, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})
_DIMENSIONS: Final = 0x0200
_SST: Final = 0x00FC
_ROWS: Final = 65536
_COLUMNS: Final = 256
_WITH_STREAM: Final = frozenset({2, 5})
"""Kinds of directory entries that have a size: streams, and the root."""
_SHEET_TYPES: Final = {0: "sheet", 1: "macro", 6: "module"}


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    start: int
    size: int


class Compound:
    """A compound file's sectors and streams."""

    def __init__(self, data: bytes) -> None:
        if len(data) < 1536:
            raise Unusable(_DAMAGED)
        self._data = data
        shift, mini_shift = struct.unpack_from("<HH", data, 30)
        if shift not in (9, 12) or mini_shift != 6:
            raise Unusable(_DAMAGED)
        self._size: int = 1 << shift
        (self._directory,) = struct.unpack_from("<I", data, 48)
        self._cutoff, self._mini_start = struct.unpack_from("<II", data, 56)
        # Counts of sectors: of the directory, of the FAT, of the mini FAT, of the DIFAT.
        if max(struct.unpack_from("<I", data, at)[0] for at in (40, 44, 64, 72)) > self._sectors:
            raise Unusable(_DAMAGED)
        self._fat = self._read_fat()
        self._entries = list(self._read_directory())

    @property
    def _sectors(self) -> int:
        """More than the file can have."""
        return len(self._data) // self._size + 1

    @property
    def names(self) -> set[str]:
        return {entry.name for entry in self._entries}

    def stream(self, *names: str) -> bytes:
        """The first stream of one of ``names``; raises :class:`Unusable` when there is none."""
        for entry in self._entries:
            if entry.name in names:
                return self._content(entry)
        raise Unusable("不是电子表格，而是别的 Office 文件。请选择 .xlsx 或 .xls 文件。")

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self._size
        piece = self._data[start : start + self._size]
        if not piece:
            raise Unusable(_DAMAGED)
        return piece

    def _words(self, number: int) -> tuple[int, ...]:
        piece = self._sector(number).ljust(self._size, b"\xff")
        return struct.unpack(f"<{self._size // 4}I", piece)

    def _read_fat(self) -> list[int]:
        count, *_ = struct.unpack_from("<I", self._data, 44)
        following, extra = struct.unpack_from("<II", self._data, 68)
        sectors = list(struct.unpack_from(f"<{_HEADER_FAT}I", self._data, 76))
        for _ in range(min(extra, self._sectors)):
            if following >= _END:
                break
            *more, following = self._words(following)
            sectors += more
        fat: list[int] = []
        for number in sectors[: min(count, self._sectors)]:
            if number < _END:
                fat += self._words(number)
        return fat

    def _chain(self, start: int) -> bytes:
        pieces, seen, number = [], 0, start
        while number < _END:
            seen += 1
            if number >= len(self._fat) or seen > self._sectors:
                raise Unusable(_DAMAGED)
            pieces.append(self._sector(number))
            number = self._fat[number]
        return b"".join(pieces)

    def _read_directory(self) -> Iterator[_Entry]:
        table = self._chain(self._directory)
        for offset in range(0, len(table) - 127, 128):
            length = struct.unpack_from("<H", table, offset + 64)[0]
            if not 2 <= length <= 64:
                continue
            name = table[offset : offset + length - 2].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", table, offset + 116)
            if table[offset + 66] in _WITH_STREAM and size > len(self._data):
                raise Unusable(_DAMAGED)
            yield _Entry(name, start, size)

    def _content(self, entry: _Entry) -> bytes:
        if entry.size >= self._cutoff:
            return self._chain(entry.start)[: entry.size]
        return self._mini(entry)

    def _mini(self, entry: _Entry) -> bytes:
        """A stream shorter than the cutoff lies in 64-byte pieces inside the root's stream."""
        root = next((e for e in self._entries if e.name == "Root Entry"), None)
        if root is None:
            raise Unusable(_DAMAGED)
        container = self._chain(root.start)
        table = self._chain(self._mini_start)
        links = struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])
        pieces: list[bytes] = []
        number = entry.start
        while number < _END:
            if number >= len(links) or len(pieces) > len(links):
                raise Unusable(_DAMAGED)
            pieces.append(container[number * 64 : number * 64 + 64])
            number = links[number]
        return b"".join(pieces)[: entry.size]


def scan_xls(data: bytes) -> dict[str, Extent]:
    """The extent of every worksheet of an .xls by name; raises :class:`Unusable`."""
    compound = _guarded(data)
    stream = compound.stream("Workbook", "Book")
    sheets = dict(_sheets(stream))
    if not sheets:
        raise Unusable("这个工作簿里没有工作表，没有内容可导入。")
    extents = {}
    for name, start in sheets.items():
        extent = _extent(stream, start)
        extent.require_sane(name)
        extents[name] = extent
    return extents


def _guarded(data: bytes) -> Compound:
    try:
        compound = Compound(data)
    except struct.error as error:
        raise Unusable(_DAMAGED) from error
    names = compound.names
    if "EncryptedPackage" in names or "EncryptionInfo" in names:
        raise Unusable(_ENCRYPTED)
    if "_VBA_PROJECT_CUR" in names or "_VBA_PROJECT" in names:
        raise Unusable(_MACRO)
    return compound


def _records(stream: bytes, position: int) -> Iterator[tuple[int, int, int]]:
    """Records from ``position`` as (type, start of body, length)."""
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, position + 4, length
        position += 4 + length


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, body, length in _records(stream, 0):
        if kind == _BOF and length >= 2:
            if struct.unpack_from("<H", stream, body)[0] != 0x0600:
                raise Unusable(_OLD)
        elif kind == _FILEPASS:
            raise Unusable(_ENCRYPTED)
        elif kind == _SST and length >= 8:
            # Every shared text takes three bytes at least.
            if struct.unpack_from("<I", stream, body + 4)[0] > len(stream) // 3:
                raise Unusable(_DAMAGED)
        elif kind == _EOF:
            return
        elif kind == _BOUNDSHEET and length >= 8:
            start, _visible, sheet_type, letters, wide = struct.unpack_from("<IBBBB", stream, body)
            if _SHEET_TYPES.get(sheet_type) in {"macro", "module"}:
                raise Unusable(_MACRO)
            if sheet_type == 0:
                size = letters * 2 if wide & 1 else letters
                raw = stream[body + 8 : body + 8 + size]
                yield raw.decode("utf-16-le" if wide & 1 else "latin-1", "replace"), start


def _extent(stream: bytes, start: int) -> Extent:
    extent = Extent()
    depth = 0
    for kind, body, length in _records(stream, start):
        if kind == _DIMENSIONS:
            _require_within(stream[body : body + length])
        if kind == _BOF:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth == 0:
                break
        elif depth == 1 and kind in _VALUES and length >= 6:
            row, column = struct.unpack_from("<HH", stream, body)
            extent.take(row, column)
            if kind == _FORMULA:
                extent.formulas.add((row, column))
        elif depth == 1 and kind == _MULRK and length >= 12:
            row, first = struct.unpack_from("<HH", stream, body)
            (last,) = struct.unpack_from("<H", stream, body + length - 2)
            extent.take(row, first)
            extent.take(row, last)
    if len(extent.formulas) > limits.FORMULAS:
        raise Unusable("公式太多。请复制后选择性粘贴为数值，再导入。")
    return extent


def _require_within(dimensions: bytes) -> None:
    """What a sheet claims: first row and column, and those after its last."""
    layout = {10: "<HHHHxx", 14: "<IIHHxx"}.get(len(dimensions))
    if layout is None:
        raise Unusable(_DAMAGED)
    top, bottom, left, right = struct.unpack(layout, dimensions)
    if not (top <= bottom <= _ROWS and left <= right <= _COLUMNS):
        raise Unusable(_DAMAGED)
