"""The virus scanner, when one is set up (``DANGAN_CLAMD``): clamd's INSTREAM (clamd(8)).

A scanner that was set up and does not answer stops every file: nobody should believe files were
looked at that were not.
"""

from __future__ import annotations

import io
import logging
import socket
import struct
from typing import Protocol

from django.conf import settings

from dangan.dictionary.rules import Message
from dangan.files.rules import BadFile

logger = logging.getLogger(__name__)

SECONDS = 60.0
"""Without a sign of the scanner after which it counts as absent."""

_PIECE = 2**18
_ANSWER_BYTES = 4096


class Readable(Protocol):
    """What is scanned."""

    def read(self, size: int = ..., /) -> bytes: ...
    def seek(self, offset: int, whence: int = ..., /) -> int: ...


def scan_bytes(name: str, data: bytes) -> None:
    """See :func:`scan`."""
    if settings.DANGAN.clamd:
        scan(name, io.BytesIO(data))


def scan(name: str, file: Readable) -> None:
    """Shows the whole file to the scanner, if there is one.

    Raises :class:`BadFile` when it finds something, and when it cannot be asked.
    """
    where = settings.DANGAN.clamd
    if not where:
        return
    try:
        answer = _ask(where, file)
    except (OSError, ValueError) as error:
        logger.error("the virus scanner cannot be asked: %s", type(error).__name__)
        raise BadFile(_not_scanned(name)) from error
    if answer == "stream: OK":
        return
    if answer.startswith("stream: ") and answer.endswith(" FOUND"):
        logger.warning("the virus scanner found something in an upload")
        raise BadFile(Message("“{name}”没有通过病毒扫描，没有保存。请检查文件来源。", name=name))
    logger.error("the virus scanner did not scan: %s", answer[:80])
    raise BadFile(_not_scanned(name))


def _not_scanned(name: str) -> Message:
    return Message(
        "病毒扫描程序没有扫描“{name}”，所以没有保存。请联系系统管理员，然后重新上传。", name=name
    )


def _ask(where: str, file: Readable) -> str:
    file.seek(0)
    with _connected(where) as line:
        line.sendall(b"zINSTREAM\0")
        try:
            while piece := file.read(_PIECE):
                line.sendall(struct.pack(">I", len(piece)) + piece)
            line.sendall(bytes(4))
        except (BrokenPipeError, ConnectionResetError):
            pass  # it has closed: its answer says why, if it gave one
        return _answer(line)


def _connected(where: str) -> socket.socket:
    if where.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        try:
            line.connect(where)
        except BaseException:
            line.close()
            raise
        return line
    host, _colon, port = where.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _answer(line: socket.socket) -> str:
    data = b""
    while not data.endswith(b"\0") and len(data) < _ANSWER_BYTES:
        piece = line.recv(_ANSWER_BYTES)
        if not piece:
            break
        data += piece
    return data.rstrip(b"\0").decode("utf-8", "replace")
