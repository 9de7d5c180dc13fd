"""Imports of an actor, opened for the page."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary, Field, InfoSet
from dangan.exchange.models import ImportJob
from dangan.exchange.rules.guessing import choices
from dangan.exchange.rules.mapping import PERSON, SKIP, SheetMapping
from dangan.exchange.rules.report import ImportReport
from dangan.exchange.sealing import open_about, open_report
from dangan.exchange.workbook.cells import column_letters
from dangan.vault import queries as vault_queries

_LIST = 20


@dataclass(frozen=True, slots=True)
class JobLine:
    """An import in the list of past ones."""

    job: ImportJob
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """A field that a column may be."""

    field: Field
    chosen: bool


@dataclass(frozen=True, slots=True)
class ColumnView:
    """A column on the page: ``sure`` is 0 … 100, ``groups`` the selectable fields by set."""

    index: int
    letter: str
    heading: str
    path: str
    sure: int
    samples: tuple[str, ...]
    groups: tuple[tuple[InfoSet, tuple[Choice, ...]], ...]


@dataclass(frozen=True, slots=True)
class SheetView:
    """A sheet on the column page; ``homes`` are the sets it can be read as."""

    position: int
    name: str
    heading_row: int
    home: str
    homes: tuple[InfoSet, ...]
    columns: tuple[ColumnView, ...]
    skipped: int


@dataclass(frozen=True, slots=True)
class JobView:
    """An import in full; only its owner gets one."""

    job: ImportJob
    names: tuple[str, ...]
    sheets: tuple[SheetView, ...]
    report: ImportReport | None = field(default=None)


def jobs_of(actor: Actor) -> list[JobLine]:
    """The actor's latest imports; needs ``people.import``."""
    require(actor, "people.import")
    jobs = list(
        ImportJob.objects.filter(owner=actor.id)
        .defer("sealed_files", "sealed_report")
        .order_by("-created_at")[:_LIST]
    )
    keys = vault_queries.keys_of([job.id for job in jobs], skip_destroyed=True)
    return [
        JobLine(job, open_about(keys[job.id], job.id, job.sealed_about).names)
        for job in jobs
        if job.id in keys
    ]


def state_of(actor: Actor, job: UUID) -> ImportJob:
    """How far an import is; raises :class:`Absent` unless it is the actor's."""
    require(actor, "people.import")
    found = (
        ImportJob.objects.filter(id=job, owner=actor.id)
        .defer("sealed_files", "sealed_report", "sealed_about")
        .first()
    )
    if found is None:
        raise Absent
    return found


def open_job(actor: Actor, job: UUID) -> JobView:
    """An import with columns and report; raises :class:`Absent` unless it is the actor's."""
    require(actor, "people.import")
    found = ImportJob.objects.filter(id=job, owner=actor.id).defer("sealed_files").first()
    if found is None:
        raise Absent
    actor.trail.add(Event("import.read", object=str(job)))
    key = vault_queries.key_of(found.id)
    about = open_about(key, found.id, found.sealed_about)
    dictionary = dictionary_queries.current()
    sheets = tuple(
        _sheet_view(position, mapping, about.samples.get(mapping.sheet, {}), dictionary)
        for position, mapping in enumerate(about.columns)
    )
    report = open_report(key, found.id, found.sealed_report) if found.sealed_report else None
    return JobView(found, about.names, sheets, report)


def _sheet_view(
    position: int,
    mapping: SheetMapping,
    samples: dict[int, list[str]],
    dictionary: Dictionary,
) -> SheetView:
    offered = choices(mapping.home or PERSON, dictionary)
    columns = tuple(
        ColumnView(
            column.index,
            column_letters(column.index),
            column.heading,
            column.path,
            round(column.confidence * 100),
            tuple(samples.get(column.index, ())),
            tuple(
                (
                    info_set,
                    tuple(Choice(item, item.path == column.path) for item in fields),
                )
                for info_set, fields in offered
            ),
        )
        for column in mapping.columns
    )
    homes = tuple(item for item in dictionary.sets.values() if item.multiple)
    skipped = sum(1 for column in columns if column.path == SKIP)
    return SheetView(
        position, mapping.sheet, mapping.heading_row, mapping.home, homes, columns, skipped
    )
