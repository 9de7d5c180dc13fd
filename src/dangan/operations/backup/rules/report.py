"""The report of a proof: what was restored, what was looked at, what was found, what was lost."""

from __future__ import annotations

from datetime import datetime

import msgspec

from dangan.operations.backup.rules.manifest import REPORT_FORMAT
from dangan.operations.backup.rules.problems import Damaged


class Step(msgspec.Struct, frozen=True):
    """One thing that was looked at. ``found`` are sentences; none means that it is as it was."""

    key: str
    label: str
    ok: bool
    said: str
    took: float = 0.0
    found: tuple[str, ...] = ()


class Lost(msgspec.Struct, frozen=True):
    """What a restore of this back-up would lose."""

    seconds: float | None = None
    """From the last event in it to the newest checkpoint's ledger, or to the proof."""
    events: int = 0
    """Leaves that exported checkpoints promise beyond the back-up."""
    said: str = ""


class Report(msgspec.Struct, frozen=True):
    """A proof."""

    format: str
    backup: str
    manifest: str
    """SHA-256 of the signed manifest."""
    instant: datetime
    at: datetime
    ok: bool
    took: float
    steps: tuple[Step, ...]
    lost: Lost
    rows: int
    files: int
    files_size: int
    people: int
    log_size: int
    log_root: str
    destroyed: int
    """Lines of the destruction ledger that were replayed before anything was opened."""
    ledger_at: datetime
    place: str
    program: str


def report_of(body: bytes) -> Report:
    """Raises :class:`Damaged`."""
    try:
        found = msgspec.json.decode(body, type=Report)
    except msgspec.DecodeError:
        raise Damaged("验证报告", "内容读不出来。") from None
    if found.format != REPORT_FORMAT:
        raise Damaged("验证报告", "格式由更新的版本写成。")
    return found
