"""What the files of this organisation should hold, and what the dossiers say that follows from."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from dangan.dictionary.rules import Dictionary
from dangan.dossiers.opening import open_rows
from dangan.dossiers.rules import Row
from dangan.materials.receipts.rules.required import Happening, PersonFacts, Required
from dangan.vault.rules import SubjectKey

PARTY = frozenset({"01", "02"})
"""Codes of political_status: members and probationary members of the CPC."""
LEAGUE = "03"
DEGREES_FROM_LEVEL = ("1", "2", "3", "4")
"""Levels of GB/T 4658 with a certificate of graduation: postgraduate to secondary vocational."""
SETS = ("identity", "post", "education", "professional_title", "political", "contract")


@cache
def rules() -> tuple[Required, ...]:
    """The lines of ``data/required.toml``."""
    text = (files("dangan.materials.receipts") / "data" / "required.toml").read_text("utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["required"], list[Required]))


def person_facts(key: SubjectKey, dictionary: Dictionary) -> PersonFacts:
    """What a person's dossier says; one statement."""
    rows = open_rows({key.subject: key}, dictionary, SETS)[key.subject]
    post = _first(rows.get("post", ()))
    identity = _first(rows.get("identity", ()))
    political = {str(row.values.get("status", "")) for row in rows.get("political", ())}
    status = {str(identity.get("political_status", ""))} | political
    return PersonFacts(
        joined=_year(post.get("joined")) or _year(identity.get("work_start")),
        left=_year(post.get("left")),
        party=bool(status & PARTY),
        league=LEAGUE in status,
        education=_events(
            (row for row in rows.get("education", ()) if _certified(row)), "school", "end"
        ),
        titles=_named_events(rows.get("professional_title", ()), dictionary),
        appointments=_events(rows.get("post", ()), "position", "start"),
        contracts=_events(rows.get("contract", ()), "", "signed"),
    )


def _certified(row: Row) -> bool:
    return str(row.values.get("level", ""))[:1] in DEGREES_FROM_LEVEL


def _events(rows: Any, name: str, day: str) -> tuple[Happening, ...]:
    found = (
        Happening(str(row.values.get(name) or "") if name else "", _year(row.values.get(day)))
        for row in rows
    )
    return tuple(dict.fromkeys(event for event in found if event.year or event.name))


def _named_events(rows: Sequence[Row], dictionary: Dictionary) -> tuple[Happening, ...]:
    table = dictionary.code_tables["professional_title"]
    return tuple(
        Happening(
            table.name_of(str(row.values.get("title") or "")), _year(row.values.get("obtained"))
        )
        for row in rows
    )


def _first(rows: Sequence[Row]) -> Mapping[str, Any]:
    return rows[-1].values if rows else {}


def _year(value: object) -> int:
    text = str(value or "")[:4]
    return int(text) if text.isdigit() else 0
