"""Carrying signed checkpoints off the machine, so that rewriting the whole log shows."""

from __future__ import annotations

import logging
import logging.handlers
import os
import socket
from pathlib import Path
from typing import Protocol

from django.conf import settings

from dangan.audit.rules import Verifier


class Exporter(Protocol):
    """A place outside the database that keeps checkpoints."""

    def export(self, note: str, *, public_key: Verifier) -> None:
        """Keep a signed note; raises ``OSError`` when that cannot be done now."""


class FileExporter:
    """Appends notes to a file, each followed by an empty line; the public key lies beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def export(self, note: str, *, public_key: Verifier) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        key_file = self.path.with_suffix(".vkey")
        if not key_file.exists():
            key_file.write_text(f"{public_key}\n")
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            length, last = _whole_length(descriptor), f"{note}\n".encode()
            if os.pread(descriptor, len(last), max(0, length - len(last))) == last:
                return
            os.pwrite(descriptor, last, length)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _whole_length(descriptor: int) -> int:
    """The file's length up to the last complete note: a power cut may have torn the last one."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - 4096)
    tail = os.pread(descriptor, size - start, start)
    if not tail or tail.endswith(b"=\n\n"):
        return size
    whole = tail.rfind(b"=\n\n")
    length = start + whole + 3 if whole >= 0 else start
    os.ftruncate(descriptor, length)
    return length


class SyslogExporter:
    """Sends each note as one line to a syslog server: ``host:port`` (UDP) or a socket's path."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._handler: logging.handlers.SysLogHandler | None = None

    def export(self, note: str, *, public_key: Verifier) -> None:
        handler = self._handler = self._handler or self._connect()
        line = " | ".join(part for part in note.splitlines() if part)
        record = logging.LogRecord("dangan", logging.INFO, "", 0, "%s", (line,), None)
        message = f"<{handler.encodePriority('auth', 'info')}>dangan: {handler.format(record)}"
        sock = handler.socket
        if isinstance(handler.address, str):
            sock.send(message.encode())
        else:
            sock.sendto(message.encode(), handler.address)

    def _connect(self) -> logging.handlers.SysLogHandler:
        host, _, port = self._address.rpartition(":")
        address: str | tuple[str, int] = (host, int(port)) if host else self._address
        return logging.handlers.SysLogHandler(address, socktype=socket.SOCK_DGRAM)


def exporters() -> list[Exporter]:
    """The places this installation sends checkpoints to."""
    found: list[Exporter] = [FileExporter(settings.DANGAN.checkpoint_file)]
    if settings.DANGAN.checkpoint_syslog:
        found.append(SyslogExporter(settings.DANGAN.checkpoint_syslog))
    return found
