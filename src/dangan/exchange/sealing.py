"""What an import job keeps under its own key: the files, the columns chosen, the report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from dangan.exchange.importing import File
from dangan.exchange.rules.mapping import SheetMapping, from_json, to_json
from dangan.exchange.rules.report import ImportReport
from dangan.vault.rules import Place, SubjectKey, seal, unseal


@dataclass(frozen=True, slots=True)
class About:
    """``names`` of the files; ``address`` the upload came from; ``columns`` as chosen so far;
    ``samples`` the first values of every column, by sheet."""

    names: tuple[str, ...]
    address: str
    columns: tuple[SheetMapping, ...]
    samples: dict[str, dict[int, list[str]]]


def seal_files(key: SubjectKey, job: UUID, files: Sequence[File]) -> bytes:
    return _seal(key, job, "files", [[file.name, file.data] for file in files])


def open_files(key: SubjectKey, job: UUID, sealed: bytes) -> list[File]:
    return [File(name, data) for name, data in _open(key, job, "files", sealed)]


def seal_about(key: SubjectKey, job: UUID, about: About) -> bytes:
    return _seal(
        key,
        job,
        "about",
        {
            "names": about.names,
            "address": about.address,
            "columns": to_json(about.columns),
            "samples": [
                [sheet, [[index, texts] for index, texts in columns.items()]]
                for sheet, columns in about.samples.items()
            ],
        },
    )


def open_about(key: SubjectKey, job: UUID, sealed: bytes | memoryview) -> About:
    data = _open(key, job, "about", sealed)
    return About(
        tuple(data["names"]),
        data["address"],
        tuple(from_json(data["columns"])),
        {sheet: dict(columns) for sheet, columns in data["samples"]},
    )


def seal_report(key: SubjectKey, job: UUID, report: ImportReport) -> bytes:
    return _seal(key, job, "report", report.as_json())


def open_report(key: SubjectKey, job: UUID, sealed: bytes | memoryview) -> ImportReport:
    return ImportReport.from_json(_open(key, job, "report", sealed))


def _seal(key: SubjectKey, job: UUID, part: str, data: object) -> bytes:
    return seal(key, Place("import", job, part), msgspec.msgpack.encode(data))


def _open(key: SubjectKey, job: UUID, part: str, sealed: bytes | memoryview) -> Any:
    return msgspec.msgpack.decode(unseal(key, Place("import", job, part), bytes(sealed)))
