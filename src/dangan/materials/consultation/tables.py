"""The code tables of this room: grounds of consultation, documents, legal bases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from dangan.ui.languages import label

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Code:
    """One line of a table."""

    code: str
    name: str
    en: str

    @property
    def label(self) -> str:
        return label(self.name, self.en)


@cache
def _table(name: str) -> Mapping[str, Code]:
    lines = (_DATA / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return {row[0]: Code(*row[:3]) for row in rows[1:]}


def grounds() -> Mapping[str, Code]:
    """The seven kinds of grounds 查阅事由."""
    return _table("grounds")


def documents() -> Mapping[str, Code]:
    """Kinds of identity documents."""
    return _table("documents")


def bases() -> Mapping[str, Code]:
    """Legal bases of handing data out."""
    return _table("bases")


def name_of(table: Mapping[str, Code], code: str) -> str:
    """The label of a code; the code itself where the table no longer has it."""
    found = table.get(code)
    return found.label if found else code
