"""The checklist as data/checklist.toml has it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from dangan.lifecycle.rules.checklist import Checklist, Department, Line

TABLE = Path(__file__).parent / "data" / "checklist.toml"


@lru_cache(maxsize=1)
def checklist() -> Checklist:
    """Read once a process; the file ships with the program."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return Checklist(
        departments={
            key: Department(key, **values) for key, values in table["departments"].items()
        },
        departure=_lines(table["departure"]),
        after={kind: _lines(departments) for kind, departments in table["after"].items()},
    )


def _lines(departments: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> tuple[Line, ...]:
    return tuple(
        Line(department, key, **values)
        for department, lines in departments.items()
        for key, values in lines.items()
    )
