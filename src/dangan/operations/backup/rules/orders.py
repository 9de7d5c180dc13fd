"""What a process inside a restored installation is told to do, and what it answers."""

from __future__ import annotations

import msgspec

from dangan.operations.backup.rules.manifest import Ledger, Manifest
from dangan.operations.backup.rules.report import Step


class Order(msgspec.Struct, frozen=True):
    """What to do with which back-up."""

    deed: str
    """``settle`` after a restore, ``prove`` in a scratch installation, ``sign`` a report."""
    manifest: Manifest | None = None
    ledger: Ledger | None = None
    exported: tuple[tuple[int, bytes], ...] = ()
    checkpoints: str = ""
    report: bytes = b""


class Answer(msgspec.Struct, frozen=True):
    """What came of it."""

    steps: tuple[Step, ...] = ()
    replayed: int = 0
    log_size: int = 0
    log_root: str = ""
    signed: bytes = b""
    said: tuple[str, ...] = ()
