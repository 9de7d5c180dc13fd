"""What an import says about itself, for people and for scripts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dangan.dictionary.rules import Message

_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: sheet, row as Excel counts, heading without spaces and line breaks."""

    sheet: str
    row: int
    column: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something said about a cell."""

    place: Place
    message: Message

    def as_json(self) -> dict[str, Any]:
        return {
            "sheet": self.place.sheet,
            "row": self.place.row,
            "column": self.place.column,
            "value": self.place.value,
            "reason": str(self.message),
        }


@dataclass(slots=True)
class SheetCount:
    """Rows of a sheet: filled ones seen, and those whose content now stands in a dossier."""

    seen: int = 0
    imported: int = 0


@dataclass(slots=True)
class ImportReport:
    """The outcome of an import or of its dry run (what would come of it).

    Counts are people: ``seen`` = ``imported`` (new dossiers) + ``updated`` + ``unchanged`` +
    ``skipped``. People of whom only rows of repeating sets are in the file count too.
    """

    seen: int = 0
    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    sheets: dict[str, SheetCount] = field(default_factory=dict)
    errors: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    dry_run: bool = False
    unusable: Message | None = None

    @property
    def exit_code(self) -> int:
        """0 all in, 1 something refused, 2 file unusable."""
        if self.unusable is not None:
            return 2
        return 1 if self.errors else 0

    def as_json(self) -> dict[str, Any]:
        """The shape that ``dangan import --json`` prints."""
        data: dict[str, Any] = {
            "seen": self.seen,
            "imported": self.imported,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "dry_run": self.dry_run,
            "sheets": {
                name: {"seen": count.seen, "imported": count.imported}
                for name, count in self.sheets.items()
            },
            "errors": [finding.as_json() for finding in self.errors],
            "warnings": [finding.as_json() for finding in self.warnings],
        }
        if self.unusable is not None:
            data["unusable"] = str(self.unusable)
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ImportReport:
        """A stored report, for its page. Reasons come back as finished sentences."""
        unusable = data.get("unusable")
        return cls(
            seen=data["seen"],
            imported=data["imported"],
            updated=data["updated"],
            unchanged=data["unchanged"],
            skipped=data["skipped"],
            sheets={
                name: SheetCount(count["seen"], count["imported"])
                for name, count in data["sheets"].items()
            },
            errors=[_finding(item) for item in data["errors"]],
            warnings=[_finding(item) for item in data["warnings"]],
            dry_run=data["dry_run"],
            unusable=None if unusable is None else plain(unusable),
        )


def plain(sentence: str) -> Message:
    """A finished sentence as a message."""
    return Message("{sentence}", sentence=sentence)


def _finding(item: Mapping[str, Any]) -> Finding:
    place = Place(item["sheet"], item["row"], item["column"], item["value"])
    return Finding(place, plain(item["reason"]))


def value_text(raw: object) -> str:
    """A cell's value as a report quotes it, cut to sixty characters."""
    if raw is None or raw == "":
        return ""
    if isinstance(raw, datetime):
        text = raw.strftime("%Y-%m-%d") if raw.time() == datetime.min.time() else str(raw)
    elif isinstance(raw, date):
        text = raw.isoformat()
    elif isinstance(raw, float):
        # Beyond fifteen digits a number cell has lost the rest: quote it as Excel shows it.
        text = str(int(raw)) if raw.is_integer() and abs(raw) < 1e15 else f"{raw:.15G}"
    else:
        text = str(raw)
    text = " ".join(text.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
