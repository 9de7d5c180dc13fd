"""The built-in dictionary, read once from ``data/``: one TOML file a set, one TSV a code table."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path

from dangan.dictionary.building import field_from, set_from, table_from
from dangan.dictionary.rules import Code, CodeTable, Dictionary, InfoSet

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def builtin() -> Dictionary:
    """The dictionary as shipped (revision 0); raises ``BadDictionary`` naming a wrong file."""
    tables = {path.stem: _table(path) for path in sorted((_DATA / "codes").glob("*.tsv"))}
    loaded = [_set(path, tables) for path in (_DATA / "sets").glob("*.toml")]
    sets = {info_set.key: info_set for _, info_set in sorted(loaded, key=lambda pair: pair[0])}
    return Dictionary(revision=0, sets=sets, code_tables=tables)


def _set(path: Path, tables: dict[str, CodeTable]) -> tuple[int, InfoSet]:
    plain = tomllib.loads(path.read_text(encoding="utf-8"))
    defaults, fields = plain.pop("defaults", {}), plain.pop("fields")
    return plain["order"], set_from(
        plain,
        [
            field_from(path.stem, key, defaults | own, code_tables=tables, builtin=True)
            for key, own in fields.items()
        ],
        builtin=True,
    )


def _table(path: Path) -> CodeTable:
    """A code table: ``# name: value`` lines, a line of column names, then the codes; trailing
    empty columns may be missing, aliases are separated by ``|``."""
    lines = path.read_text(encoding="utf-8").splitlines()
    head = dict(line[2:].split(": ", 1) for line in lines if line.startswith("# "))
    body = [line for line in lines if line and not line.startswith("# ")][1:]
    return table_from(path.stem, head, [_code(line) for line in body], builtin=True)


def _code(line: str) -> Code:
    code, name, parent, en, short, aliases = (line.split("\t") + [""] * 5)[:6]
    return Code(code, name, parent, en, short, tuple(filter(None, aliases.split("|"))))
