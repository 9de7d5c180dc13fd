"""The report of a proof on paper."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from dangan.operations.backup.rules import signing
from dangan.operations.backup.rules.report import Report
from dangan.ui.printing import pdf

_FORM = Path(__file__).parent / "printed" / "proof.typ"
_FOUND = 60
_ZONE = ZoneInfo("Asia/Shanghai")
"""As on the pages; the report may be made on a machine that is set otherwise."""


def printed(report: Report, document: bytes) -> bytes:
    """The PDF of a report; ``document`` is its signed JSON, whose digest stands at the foot."""
    found = [line for step in report.steps for line in step.found]
    return pdf(
        _FORM,
        {
            "ok": report.ok,
            "facts": [
                ["备份", report.backup],
                ["备份时刻", _moment(report.instant)],
                ["验证时刻", _moment(report.at)],
                ["用时", _duration(report.took)],
                ["位置", report.place],
                ["清单摘要", report.manifest],
                ["数据库", f"{report.rows:,} 行，花名册 {report.people:,} 人"],
                ["文件", f"{report.files:,} 份，{_size(report.files_size)}"],
                ["日志", f"{report.log_size:,} 条，树根 {report.log_root}"],
                [
                    "销毁台账",
                    f"截至 {_moment(report.ledger_at)}，打开之前重放 {report.destroyed} 项",
                ],
                ["程序版本", report.program],
            ],
            "steps": [
                [step.label, "通过" if step.ok else "不通过", step.said, f"{step.took:.1f}"]
                for step in report.steps
            ],
            "lost": report.lost.said,
            "found": found[:_FOUND],
            "more": max(0, len(found) - _FOUND),
            "digest": signing.fingerprint(document),
            "signature": document.decode().strip().rsplit("\n", 1)[-1]
            if b"\n\n" in document
            else "",
        },
    )


def _signature(document: bytes) -> str:
    """The signature line; empty of a report that could not be signed."""
    return document.decode().strip().rsplit("\n", 1)[-1] if b"\n\n" in document else ""


def _moment(at: datetime) -> str:
    return f"{at.astimezone(_ZONE):%Y-%m-%d %H:%M:%S}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.1f} 秒"
    return f"{int(seconds // 60)} 分 {int(seconds % 60)} 秒"


def _size(size: int) -> str:
    return f"{size / 2**30:.2f} GiB" if size >= 2**30 else f"{size / 2**20:.1f} MiB"
