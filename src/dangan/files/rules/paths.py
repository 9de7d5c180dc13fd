"""Paths in an archive: read as whoever packed it meant them, and never leading out of it."""

from __future__ import annotations

import re
import struct
import unicodedata
import zlib

_UTF8 = 0x800
_UNICODE_PATH = 0x7075
_DRIVE = re.compile(r"[A-Za-z]:")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")
_BESIDE = frozenset({".ds_store", "thumbs.db", "desktop.ini"})
_LENGTH = 1_000


def path_of(raw: str, flags: int, extra: bytes) -> str:
    """The path of a member, of which ``zipfile`` says ``raw``.

    Without the UTF-8 flag the bytes are those of the packer's system: UTF-8 without saying so
    (macOS), GBK (Windows in Chinese), or code page 437, which the format names (APPNOTE 6.3.10
    appendix D). A Unicode path beside it (ibid. § 4.6.9) counts more.
    """
    if flags & _UTF8:
        return raw
    try:
        given = raw.encode("cp437")
    except UnicodeEncodeError:
        return raw
    beside = _unicode_path(given, extra)
    if beside:
        return beside
    for encoding in ("utf-8", "gb18030"):
        try:
            return given.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw


def _unicode_path(given: bytes, extra: bytes) -> str:
    while len(extra) >= 4:
        kind, length = struct.unpack("<HH", extra[:4])
        body, extra = extra[4 : 4 + length], extra[4 + length :]
        if kind == _UNICODE_PATH and len(body) > 5 and body[0] == 1:
            if int.from_bytes(body[1:5], "little") != zlib.crc32(given):
                return ""  # the name was changed and this was not
            try:
                return body[5:].decode()
            except UnicodeDecodeError:
                return ""
    return ""


def beside_the_files(path: str) -> bool:
    """Whether a system put it there for itself: resource forks, thumbnails, folder settings."""
    parts = path.split("/")
    last = parts[-1].casefold()
    return "__MACOSX" in parts or last in _BESIDE or last.startswith("._")


def leads_out(path: str) -> bool:
    """Whether it is no plain path below the archive: absolute, with a drive, backslashes, ``..``,
    marks that make it look like another."""
    parts = path.split("/")
    return (
        not path
        or len(path) > _LENGTH
        or "\\" in path
        or _DRIVE.match(path) is not None
        or _UNFIT.search(path) is not None
        or any(part in {"", ".", ".."} for part in parts)
    )


def same_place(path: str) -> str:
    """What is equal for paths that some system takes for one: case and composition do not count."""
    return unicodedata.normalize("NFC", path).casefold()


def shown(path: str) -> str:
    """A path for a sentence: short, and without marks that would change the sentence."""
    return _UNFIT.sub("·", path)[:200]
