"""Carrying signed checkpoints off the machine, so that rewriting the whole log shows."""

from __future__ import annotations

import os
import re
import socket
from pathlib import Path
from typing import Protocol

from django.conf import settings

from dangan.audit.rules import BadNote, Checkpoint, Verifier
from dangan.audit.rules.notes import split_notes


class Exporter(Protocol):
    """A place outside the database that keeps checkpoints."""

    def export(self, note: str) -> None:
        """Keep a signed note; raises ``OSError`` when that cannot be done now."""


class FileExporter:
    """Appends notes to a file, each followed by an empty line; the public key lies beside it."""

    def __init__(self, path: Path, public_key: Verifier) -> None:
        self._path = path
        self._public_key = public_key

    def export(self, note: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o711)
        key_file = self._path.with_suffix(".vkey")
        if not key_file.exists():
            key_file.write_text(f"{self._public_key}\n")
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            length, last = _whole_length(descriptor), f"{note}\n".encode()
            if os.pread(descriptor, len(last), max(0, length - len(last))) == last:
                return
            os.pwrite(descriptor, last, length)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


_WHOLE_NOTE_END = re.compile("\n\N{EM DASH} [^\n]*\n\n".encode())


def _whole_length(descriptor: int) -> int:
    """The file's length up to the last complete note: a power cut may have torn the last one."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - 4096)
    ends = [match.end() for match in _WHOLE_NOTE_END.finditer(os.pread(descriptor, 4096, start))]
    if not ends and start:
        raise OSError(f"{size} bytes that are not checkpoints stand in the checkpoint file")
    length = start + max(ends, default=0)
    if length < size:
        os.ftruncate(descriptor, length)
    return length


def last_in_file(path: Path, public_key: Verifier) -> Checkpoint | None:
    """The newest checkpoint in the file that the log's key signed."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - 4096))
            tail = file.read().decode("utf-8", "replace")
    except FileNotFoundError:
        return None
    for note in reversed(list(split_notes(tail.splitlines(keepends=True)))):
        try:
            return public_key.open(note)
        except BadNote:
            continue
    return None


class SyslogExporter:
    """Sends each note as one line to a syslog server (RFC 3164, facility auth, severity info).

    ``address`` is ``host:port`` (UDP) or the path of a socket such as ``/dev/log``.
    """

    _PRIORITY = 4 * 8 + 6

    def __init__(self, address: str) -> None:
        self._address = address

    def export(self, note: str) -> None:
        line = " | ".join(part for part in note.splitlines() if part)
        host, _, port = self._address.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET if host else socket.AF_UNIX
        with socket.socket(family, socket.SOCK_DGRAM) as sender:
            sender.connect((host.strip("[]"), int(port)) if host else self._address)
            sender.send(f"<{self._PRIORITY}>dangan: {line}".encode())


def exporters(public_key: Verifier) -> list[Exporter]:
    """The places this installation sends checkpoints to."""
    found: list[Exporter] = [FileExporter(settings.DANGAN.checkpoint_file, public_key)]
    if settings.DANGAN.checkpoint_syslog:
        found.append(SyslogExporter(settings.DANGAN.checkpoint_syslog))
    return found
