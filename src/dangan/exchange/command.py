"""What the command line calls: files from disk in, workbooks to disk out."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.exchange.actions import Mode, export_roster, run_import
from dangan.exchange.importing import File, Progress, no_progress
from dangan.exchange.rules.report import ImportReport
from dangan.exchange.workbook.limits import FILE_BYTES
from dangan.roster.rules import RosterQuery


def import_files(
    actor: Actor,
    paths: Sequence[Path],
    *,
    dry_run: bool = False,
    mode: Mode = "all",
    progress: Progress = no_progress,
) -> ImportReport:
    """Imports files from disk; ``report.as_json()`` is the document, ``report.exit_code`` the code.

    A file that is not there or cannot be read makes the whole import unusable (code 2).
    """
    files = []
    for path in paths:
        try:
            with path.open("rb") as file:
                files.append(File(path.name, file.read(FILE_BYTES + 1)))
        except OSError as error:
            reason = Message(
                "读不了文件“{path}”：{why}。请核对路径和权限。",
                path=str(path),
                why=_why(error),
            )
            return ImportReport(dry_run=dry_run, unusable=reason)
    return run_import(actor, files, dry_run=dry_run, mode=mode, progress=progress)


def export_roster_file(actor: Actor, path: Path, query: RosterQuery | None = None) -> None:
    """Writes the roster (all within reach, or ``query``); only its owner can read the file."""
    data = export_roster(actor, query or RosterQuery())
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)


def _why(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "文件不存在"
    if isinstance(error, PermissionError):
        return "没有读取权限"
    if isinstance(error, IsADirectoryError):
        return "这是一个文件夹"
    return "磁盘读取出错"
