"""An import on the page, step by step: upload – columns – check – run.

Checking and running are a worker's: each step first takes the job in a transaction of its own,
so that a job delivered twice runs once, and a job whose worker died can be taken up again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Literal
from uuid import UUID, uuid4

from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app as tasks

from dangan.access.queries import NoSuchAccount, actor_of, system_actor
from dangan.access.rules import Absent, Actor, Refused, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.exchange.actions.running import Mode, run_import
from dangan.exchange.importing import (
    File,
    guess,
    heading_index,
    open_files,
    require_usable,
    sheets_of,
)
from dangan.exchange.models import BUSY, RUNNING, ImportJob
from dangan.exchange.progress import Reporter, Stopped
from dangan.exchange.rules.guessing import read_as
from dangan.exchange.rules.headings import Column, Heading
from dangan.exchange.rules.mapping import PERSON, SKIP, SheetMapping, corrected
from dangan.exchange.rules.report import ImportReport, value_text
from dangan.exchange.sealing import (
    About,
    open_about,
    seal_about,
    seal_files,
    seal_report,
)
from dangan.exchange.sealing import open_files as open_sealed_files
from dangan.exchange.workbook import Sheet
from dangan.vault import actions as vault_actions
from dangan.vault import queries as vault_queries
from dangan.vault.rules import KeyDestroyed

Step = Literal["check", "run"]
State = ImportJob.State

TASK = "exchange.import_file"
"""The worker's task; named, not imported: it calls :func:`perform` here."""

KEEP_FOR = timedelta(days=30)
"""How long a finished import's report stays; its files go as soon as they are in."""

KEEP_UPLOAD_FOR = timedelta(days=2)
_SAMPLES = 4


def upload(actor: Actor, *, files: Sequence[File]) -> ImportJob:
    """Takes files in, sealed, with guessed columns; raises :class:`Unusable`."""
    require(actor, "people.import")
    sheets = sheets_of(open_files(files))
    dictionary = dictionary_queries.current()
    columns = guess(sheets, dictionary)
    require_usable(columns)
    about = About(
        tuple(file.name for file in files),
        actor.address,
        tuple(columns),
        {m.sheet: _samples(m, sheets) for m in columns},
    )
    job = ImportJob(id=uuid4(), owner=actor.id, created_at=timezone.now())
    with recording(actor):
        key = vault_actions.make_keys([job.id])[job.id]
        job.sealed_files = seal_files(key, job.id, files)
        job.sealed_about = seal_about(key, job.id, about)
        job.save(force_insert=True)
        digests = [hashlib.sha256(file.data).hexdigest() for file in files]
        actor.trail.add(Event("import.upload", object=str(job.id), facts={"files": digests}))
    return job


def _samples(mapping: SheetMapping, sheets: Sequence[Sheet]) -> dict[int, list[str]]:
    """The first different values of each column, for the person who checks the columns."""
    sheet = next(item for item in sheets if item.name == mapping.sheet)
    found: dict[int, list[str]] = {column.index: [] for column in mapping.columns}
    for number, cells in sheet.rows[:200]:
        if number <= mapping.heading_row:
            continue
        for index, texts in found.items():
            text = value_text(cells[index]) if index < len(cells) else ""
            if text and text not in texts and len(texts) < _SAMPLES:
                texts.append(text)
    return found


def choose_columns(
    actor: Actor,
    *,
    job: UUID,
    paths: Mapping[str, Mapping[int, str]],
    homes: Mapping[str, str] | None = None,
) -> None:
    """Corrects the columns: by sheet and column index a field's path or :data:`SKIP`.

    ``homes`` names the kind of a sheet anew (its columns are then guessed again for that kind),
    or leaves the sheet out. Raises :class:`Unusable`.
    """
    require(actor, "people.import")
    dictionary = dictionary_queries.current()
    known = {item.path for item in dictionary.fields} | {SKIP}
    kinds = {PERSON, SKIP} | set(dictionary.sets)
    with transaction.atomic():
        stored = _own(actor, job, (State.UPLOADED, State.CHECKED), lock=True)
        key = vault_queries.key_of(stored.id)
        about = open_about(key, stored.id, stored.sealed_about)
        columns = tuple(
            _corrected(mapping, paths.get(mapping.sheet, {}), homes or {}, known | kinds)
            for mapping in about.columns
        )
        require_usable(columns)
        changed = About(about.names, about.address, columns, about.samples)
        stored.sealed_about = seal_about(key, stored.id, changed)
        stored.state = State.UPLOADED
        stored.save(update_fields=["sealed_about", "state"])


def _corrected(
    mapping: SheetMapping,
    paths: Mapping[int, str],
    homes: Mapping[str, str],
    known: Collection[str],
) -> SheetMapping:
    home = homes.get(mapping.sheet, mapping.home)
    if home not in known or home in {mapping.home, SKIP}:
        chosen = {index: path for index, path in paths.items() if path in known}
        return corrected(mapping, chosen, home if home in known else None)
    columns = tuple(Column(column.index, column.heading) for column in mapping.columns)
    heading = Heading(mapping.heading_row, columns, 0.0)
    return read_as(mapping.sheet, heading, (), heading_index(dictionary_queries.current()), home)


def check(actor: Actor, *, job: UUID) -> None:
    """Queues the dry run."""
    require(actor, "people.import")
    _queue(actor, job, (State.UPLOADED, State.CHECKED, State.STOPPED, State.FAILED), "check")


def start(actor: Actor, *, job: UUID, mode: Mode) -> None:
    """Queues the import itself."""
    require(actor, "people.import")
    _queue(actor, job, (State.CHECKED,), "run", mode)


def resume(actor: Actor, *, job: UUID) -> None:
    """Queues again a step whose worker died; nothing of it had been stored."""
    require(actor, "people.import")
    stored = _own(actor, job, RUNNING)
    if not stored.silent:
        raise Absent
    _queue(actor, job, RUNNING, "run" if stored.state == State.RUNNING else "check", stored.mode)


def stop(actor: Actor, *, job: UUID) -> None:
    """Asks a queued or running step to stop; nothing of it will be stored."""
    require(actor, "people.import")
    with transaction.atomic():
        stored = _own(actor, job, BUSY, lock=True)
        stored.stop_asked = True
        if stored.state not in RUNNING or stored.silent:
            stored.state = State.STOPPED
        stored.save(update_fields=["stop_asked", "state"])


def discard(actor: Actor, *, job: UUID) -> None:
    """Deletes an import's files and report and destroys their key."""
    require(actor, "people.import")
    idle = [state for state in State if state not in BUSY]
    with recording(actor):
        _remove(actor, _own(actor, job, idle, lock=True))


def clean_up() -> int:
    """Discards what has stood long enough; returns how many. For the schedule."""
    now = timezone.now()
    actor = system_actor()
    old = ImportJob.objects.filter(created_at__lt=now - KEEP_FOR) | ImportJob.objects.filter(
        created_at__lt=now - KEEP_UPLOAD_FOR, sealed_files__isnull=False
    ).exclude(state__in=BUSY)
    count = 0
    for job in old.defer("sealed_files"):
        with recording(actor):
            _remove(actor, job)
        count += 1
    return count


def _remove(actor: Actor, job: ImportJob) -> None:
    identity = job.id
    job.delete()
    vault_actions.destroy_key(actor, subject=identity)


def perform(job: UUID, step: Step) -> None:
    """Does a queued step; what a worker calls. Does nothing when the step is not due."""
    stored = _take(job, step)
    if stored is None:
        return
    try:
        key = vault_queries.key_of(stored.id)
        about = open_about(key, stored.id, stored.sealed_about)
        actor = actor_of(stored.owner, address=about.address)
        with Reporter(stored.id) as reporter:

            def finish(report: ImportReport) -> None:
                reporter.close()
                _finish(stored.id, step, report)

            run_import(
                actor,
                open_sealed_files(key, stored.id, bytes(stored.sealed_files or b"")),
                dry_run=step == "check",
                mode=_mode(step, stored.mode),
                mapping=about.columns,
                progress=reporter,
                finish=finish,
            )
    except Stopped:
        _end(stored.id, State.STOPPED)
    except (NoSuchAccount, KeyDestroyed, Refused):
        _end(stored.id, State.FAILED)
    except Exception:
        _end(stored.id, State.FAILED)
        raise


def _mode(step: Step, chosen: str) -> Mode:
    """The dry run counts what would come in if bad rows were skipped."""
    return "skip-bad" if step == "check" or chosen == "skip-bad" else "all"


def _own(actor: Actor, job: UUID, states: Sequence[str], *, lock: bool = False) -> ImportJob:
    """The actor's own job in one of ``states``; raises :class:`Absent`."""
    jobs = ImportJob.objects.select_for_update() if lock else ImportJob.objects
    found = jobs.filter(id=job, owner=actor.id, state__in=states).first()
    if found is None:
        raise Absent
    return found


def _queue(
    actor: Actor, job: UUID, states: Sequence[str], step: Step, mode: str | None = None
) -> None:
    with transaction.atomic():
        stored = _own(actor, job, states, lock=True)
        stored.state = State.CHECK_QUEUED if step == "check" else State.RUN_QUEUED
        stored.mode = mode or stored.mode
        stored.stop_asked = False
        stored.done = stored.total = 0
        stored.stage = ""
        stored.save(update_fields=["state", "mode", "stop_asked", "done", "total", "stage"])
        tasks.configure_task(TASK, allow_unknown=False).defer(job=str(job), step=step)


def _take(job: UUID, step: Step) -> ImportJob | None:
    due, busy = {
        "check": (State.CHECK_QUEUED, State.CHECKING),
        "run": (State.RUN_QUEUED, State.RUNNING),
    }[step]
    with transaction.atomic():
        stored = ImportJob.objects.select_for_update().filter(id=job).first()
        if stored is None or not (stored.state == due or (stored.state == busy and stored.silent)):
            return None
        stored.state = busy
        stored.beat_at = timezone.now()
        stored.save(update_fields=["state", "beat_at"])
    return stored


def _finish(job: UUID, step: Step, report: ImportReport) -> None:
    """Writes the outcome, in the import's own transaction."""
    whole = step == "run" and not (report.skipped and not report.imported + report.updated)
    if report.unusable is not None:
        state = State.UNUSABLE
    elif step == "check" or not whole:
        state = State.CHECKED
    else:
        state = State.DONE
    stored = ImportJob.objects.select_for_update().get(id=job)
    stored.state = state
    stored.finished_at = timezone.now()
    stored.seen, stored.imported, stored.updated = report.seen, report.imported, report.updated
    stored.unchanged, stored.skipped = report.unchanged, report.skipped
    stored.errors, stored.warnings = len(report.errors), len(report.warnings)
    stored.sealed_report = seal_report(vault_queries.key_of(job), job, report)
    if state == State.DONE:
        stored.sealed_files = None
    stored.save()


def _end(job: UUID, state: str) -> None:
    ImportJob.objects.filter(id=job).update(state=state, finished_at=timezone.now())
