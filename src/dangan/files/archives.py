"""ZIP files as they come from others: each member sealed while it is unpacked, and refused by its
name where it is more than a file."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, cast

from dangan.dictionary.rules import Message
from dangan.files.incoming import Incoming, take_in
from dangan.files.reader import Source
from dangan.files.rules import CHUNK_BYTES, SCAN_BYTES, BadFile, size_text
from dangan.files.rules.paths import beside_the_files, leads_out, path_of, same_place, shown

MEMBERS = 20_000
UNPACKED = 20 * 2**30
"""Bytes of all members together."""

_RATIO = 200
_RATIO_FROM = 10 * 2**20
"""Small members may be as empty as they like."""

_DIRECTORY = 32 * 2**20
"""The longest list of members that is read."""

_ENCRYPTED = 0x1 | 0x40 | 0x2000
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"BZh", b"\xfd7zX")
_HEADER = 30

_FAULTS = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError)


class _Bounded:
    """The archive, of which nothing is read in one piece that no honest one has."""

    def __init__(self, file: Source) -> None:
        self._file = file

    def read(self, size: int = -1, /) -> bytes:
        asked = size if size >= 0 else _DIRECTORY + 1
        data = self._file.read(min(asked, _DIRECTORY + 1))
        if len(data) > _DIRECTORY:
            raise zipfile.BadZipFile
        return data

    def seek(self, offset: int, whence: int = 0, /) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        """The file is the caller's."""


def members(archive: Source, *, name: str = "") -> Iterator[tuple[str, Incoming]]:
    """Path and content of each file in the archive ``name``, in the order of its list.

    The content is sealed on the disk and goes when it is closed or forgotten. A member that is
    not taken in comes as an ``Incoming`` with a refusal (keeping it raises :class:`BadFile` with
    its path), and the others go on. Folders and what systems put there for themselves are passed
    over. Raises :class:`BadFile` when the archive as a whole is not to be trusted.
    """
    try:
        opened = zipfile.ZipFile(cast("IO[bytes]", _Bounded(archive)))
    except (*_FAULTS, OSError) as error:
        message = Message("“{name}”不是完好的 ZIP 文件，请重新打包。", name=name)
        raise BadFile(message) from error
    with opened:
        listed = opened.infolist()
        _trusted(name, listed)
        seen: set[str] = set()
        for info in listed:
            path = path_of(info.orig_filename, info.flag_bits, info.extra)
            if path.endswith("/") or beside_the_files(path):
                continue
            yield path, _member(opened, info, path, seen)


def _trusted(name: str, listed: list[zipfile.ZipInfo]) -> None:
    if len(listed) > MEMBERS:
        raise BadFile(
            Message(
                "“{name}”里有 {n} 个文件，最多 {limit} 个，请分成几份再上传。",
                name=name,
                n=len(listed),
                limit=MEMBERS,
            )
        )
    if sum(info.file_size for info in listed) > UNPACKED:
        raise BadFile(
            Message(
                "“{name}”解压后超过 {limit}，请分成几份再上传。",
                name=name,
                limit=size_text(UNPACKED),
            )
        )
    end = 0
    for info in sorted(listed, key=lambda info: info.header_offset):
        if info.header_offset < end:  # one content under many names, as bombs have it
            raise BadFile(Message("“{name}”里的文件互相重叠，没有接收，请重新打包。", name=name))
        end = info.header_offset + _HEADER + info.compress_size


def _member(opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: str, seen: set[str]) -> Incoming:
    fault = _bad_path(info, path, seen) or _bad_content(info, path)
    if fault is not None:
        return _refused(path, info, fault)
    seen.add(same_place(path))
    try:
        return take_in(_last(path), _content(opened, info, path))
    except BadFile as refused:
        return _refused(path, info, refused.message)
    except _FAULTS:
        return _refused(
            path, info, Message("压缩包里的“{name}”已损坏，请重新打包。", name=shown(path))
        )


def _bad_path(info: zipfile.ZipInfo, path: str, seen: set[str]) -> Message | None:
    kind, name = stat.S_IFMT(info.external_attr >> 16), shown(path)
    if leads_out(path):
        return Message("压缩包里的路径“{name}”不安全，没有接收。请重新打包。", name=name)
    if kind and not stat.S_ISREG(kind):
        return Message("压缩包里的“{name}”是链接或设备，不是文件，没有接收。", name=name)
    if same_place(path) in seen:
        return Message("压缩包里有几个文件都叫“{name}”，只接收了第一个。", name=name)
    return None


def _bad_content(info: zipfile.ZipInfo, path: str) -> Message | None:
    """What the entry says of its content; unpacking never gives more than it says."""
    name = shown(path)
    if info.flag_bits & _ENCRYPTED:
        return Message("压缩包里的“{name}”设了密码，请去掉密码再上传。", name=name)
    if info.compress_type not in _METHODS:
        return Message("压缩包里的“{name}”用了不支持的压缩方式，请用普通 ZIP 重新打包。", name=name)
    if info.file_size > SCAN_BYTES or (
        info.file_size > _RATIO_FROM and info.file_size > _RATIO * max(info.compress_size, 1)
    ):
        return Message("压缩包里的“{name}”解压后太大，没有接收。", name=name)
    return None


def _content(opened: zipfile.ZipFile, info: zipfile.ZipInfo, path: str) -> Iterator[bytes]:
    """The member piece by piece, never more than its entry says; its check value is compared."""
    with opened.open(info) as content:
        piece = content.read(CHUNK_BYTES)
        if piece.startswith(_ARCHIVES) or piece[257:262] == b"ustar":
            raise BadFile(
                Message("压缩包里的“{name}”也是压缩包，请先解开再打包。", name=shown(path))
            )
        while piece:
            yield piece
            piece = content.read(CHUNK_BYTES)


def _refused(path: str, info: zipfile.ZipInfo, message: Message) -> Incoming:
    return Incoming(_last(path), None, size=info.file_size, refusal=message)


def _last(path: str) -> str:
    """A name that Django accepts for an upload."""
    last = path.replace("\\", "/").rpartition("/")[2]
    return last if last.strip(".") else "file"
