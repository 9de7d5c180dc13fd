"""``dangan import`` and ``dangan export roster``."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from dangan.cli.output import complain, say, say_json
from dangan.cli.session import acting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from dangan.exchange.rules.report import Finding, ImportReport

_SHOWN = 50


def import_files(
    files: Sequence[Path], *, dry_run: bool, skip_bad: bool, as_json: bool, act_as: str | None
) -> int:
    """Imports spreadsheets; the report says what came in and names every bad cell."""
    with acting(act_as) as actor:
        from dangan.exchange import command

        report = command.import_files(
            actor,
            files,
            dry_run=dry_run,
            mode="skip-bad" if skip_bad else "all",
            progress=_progress(quiet=as_json),
        )
    if as_json:
        say_json(report.as_json())
    else:
        _tell(report)
    return report.exit_code


_STAGES = {"read": "读取", "parse": "检查", "plan": "比对", "write": "写入"}


def _progress(*, quiet: bool) -> Callable[..., None]:
    """A line that counts up, on a terminal only."""

    def show(stage: str, done: int, total: int) -> None:
        if not quiet and sys.stderr.isatty():
            words = _STAGES.get(stage, stage)
            sys.stderr.write(f"\r{words} {done} / {total}" + ("\n" if done >= total else ""))
            sys.stderr.flush()

    return show


def _tell(report: ImportReport) -> None:
    if report.unusable is not None:
        complain(str(report.unusable))
        return
    verb = "可导入" if report.dry_run else "已导入"
    say(
        f"共 {report.seen} 人：{verb} {report.imported} 人，更新 {report.updated} 人，"
        f"没有变化 {report.unchanged} 人，跳过 {report.skipped} 人。"
    )
    for name, count in report.sheets.items():
        say(f"  工作表“{name}”：{count.seen} 行，{verb} {count.imported} 行")
    _list("错误", report.errors)
    _list("提醒", report.warnings)
    if report.errors and not report.dry_run and not report.imported and not report.updated:
        say("有错误，全部没有写入。改好后重新导入，或用 --mode skip-bad 跳过有错的行。")


def _list(label: str, findings: Sequence[Finding]) -> None:
    if not findings:
        return
    say(f"{label} {len(findings)} 处：")
    for item in findings[:_SHOWN]:
        place = item.place
        value = f"“{place.value}”" if place.value else ""
        say(f"  {place.sheet} 第 {place.row} 行 {place.column}{value}：{item.message}")
    if len(findings) > _SHOWN:
        say(f"  另有 {len(findings) - _SHOWN} 处，用 --json 可全部列出。")


def export_roster(file: Path, *, act_as: str | None) -> int:
    """Writes the roster within the actor's reach and rights."""
    with acting(act_as) as actor:
        from dangan.exchange import command

        command.export_roster_file(actor, file)
    say(f"已导出到 {file}。文件里有个人信息，用完请删除。")
    return 0
