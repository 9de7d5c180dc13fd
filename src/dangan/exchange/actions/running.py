"""Bringing people in from spreadsheets."""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from django.utils import timezone

from dangan.access.rules import Absent, Actor, Refused, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Message
from dangan.dossiers.actions import apply_plans
from dangan.dossiers.rules import Conflict, InvalidRecord
from dangan.exchange.importing import (
    File,
    Importer,
    Prepared,
    Progress,
    no_progress,
    open_files,
    sheets_of,
)
from dangan.exchange.rules.mapping import SheetMapping
from dangan.exchange.rules.report import Finding, ImportReport, Place, plain
from dangan.exchange.workbook import Unusable
from dangan.organization import queries as organization_queries

Mode = Literal["all", "skip-bad"]
"""What becomes of an import with bad rows: nothing comes in, or everything else does."""


def run_import(
    actor: Actor,
    files: Sequence[File],
    *,
    dry_run: bool = False,
    mode: Mode = "all",
    mapping: Sequence[SheetMapping] | None = None,
    progress: Progress = no_progress,
    finish: Callable[[ImportReport], None] | None = None,
) -> ImportReport:
    """Brings the people of ``files`` in, whole or not at all; needs ``people.import``.

    Bad cells and unusable files are in the report, not raised; :class:`Refused` is. ``mapping``
    overrides the guessed columns. ``progress`` may raise to stop: nothing is stored then.
    ``finish`` runs in the writing transaction, so that a caller's own note of the outcome
    stands exactly when the import does.
    """
    require(actor, "people.import")
    with _collector_at_rest():
        return _run(
            actor,
            files,
            dry_run=dry_run,
            mode=mode,
            mapping=mapping,
            progress=progress,
            finish=finish,
        )


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """An import makes millions of small values and hardly a cycle: looking for cycles among them
    again and again took a third of its time, and grew faster than the number of people."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _run(
    actor: Actor,
    files: Sequence[File],
    *,
    dry_run: bool,
    mode: Mode,
    mapping: Sequence[SheetMapping] | None,
    progress: Progress,
    finish: Callable[[ImportReport], None] | None,
) -> ImportReport:
    try:
        prepared = _prepare(actor, files, mapping, progress)
    except Unusable as error:
        report = ImportReport(dry_run=dry_run, unusable=error.message)
        return _note(actor, files, report, mode, finish)
    report = prepared.report
    report.dry_run = dry_run
    if mode == "all" and report.errors:
        _take_back(report)
    elif not dry_run and prepared.plans:
        return _write(actor, files, prepared, mode=mode, progress=progress, finish=finish)
    return _note(actor, files, report, mode, finish)


def _prepare(
    actor: Actor,
    files: Sequence[File],
    mapping: Sequence[SheetMapping] | None,
    progress: Progress,
) -> Prepared:
    progress("read", 0, len(files))
    sheets = sheets_of(open_files(files))
    progress("read", len(files), len(files))
    importer = Importer(
        actor,
        dictionary_queries.current(),
        organization_queries.tree(),
        timezone.localdate(),
        progress,
    )
    return importer.prepare(sheets, mapping)


def _write(
    actor: Actor,
    files: Sequence[File],
    prepared: Prepared,
    *,
    mode: Mode,
    progress: Progress,
    finish: Callable[[ImportReport], None] | None,
) -> ImportReport:
    report = prepared.report
    try:
        with recording(actor):
            apply_plans(
                actor,
                plans=prepared.plans,
                reason=f"导入 {'、'.join(file.name for file in files)}",
                progress=lambda done, total: progress("write", done, total),
            )
            actor.trail.add(_event("import.run", files, report, mode))
            if finish is not None:
                finish(report)
    except (Conflict, Absent, InvalidRecord, Refused) as error:
        _take_back(report)
        report.errors.append(Finding(Place("", 0, ""), _overtaken(error)))
        return _note(actor, files, report, mode, finish)
    return report


def _overtaken(error: Exception) -> Message:
    """Between the check and the writing something changed; nothing was stored."""
    if isinstance(error, InvalidRecord) and error.problems:
        why = error.problems[0].message
        return Message("没有导入任何内容：{why}请重新导入。", why=why)
    if isinstance(error, Refused):
        why = plain(error.reason or "")
        return Message("没有导入任何内容：{why}", why=why)
    return Message("没有导入任何内容：导入期间有人修改了其中的档案。请重新导入。")


def _take_back(report: ImportReport) -> None:
    """Whole or nothing: nobody comes in."""
    report.imported = report.updated = report.unchanged = 0
    report.skipped = report.seen
    for count in report.sheets.values():
        count.imported = 0


def _note(
    actor: Actor,
    files: Sequence[File],
    report: ImportReport,
    mode: Mode,
    finish: Callable[[ImportReport], None] | None,
) -> ImportReport:
    with recording(actor):
        actor.trail.add(
            _event("import.check" if report.dry_run else "import.run", files, report, mode)
        )
        if finish is not None:
            finish(report)
    return report


def _event(action: str, files: Sequence[File], report: ImportReport, mode: Mode) -> Event:
    refused = report.unusable is not None or (mode == "all" and bool(report.errors))
    return Event(
        action=action,
        outcome="failed" if refused else "done",
        reason="、".join(file.name for file in files),
        facts={
            "mode": mode,
            "files": [hashlib.sha256(file.data).hexdigest() for file in files],
            "seen": report.seen,
            "imported": report.imported,
            "updated": report.updated,
            "skipped": report.skipped,
            "errors": len(report.errors),
        },
    )
