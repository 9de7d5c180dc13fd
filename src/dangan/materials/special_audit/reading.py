"""What the dossier says on the form, cut to what the examiner may read or reveal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from dangan.access import units
from dangan.access.rules import Actor, Showing, field_showings
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary
from dangan.dossiers.opening import open_rows
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import Item
from dangan.materials.receipts.queries import lacks_of
from dangan.materials.special_audit.rules.computing import Form, Papers, Stint, Study
from dangan.vault.rules import SubjectKey

SETS = ("identity", "political", "education", "degree", "work_experience")
FULL_TIME = "1"
PARTY = frozenset({"01", "02"})
LEAGUE = "03"
JOINED, FULL, EXTENDED = "1", "2", "3"
Values = Mapping[str, Any]


def form_of(actor: Actor, volume: Volume, key: SubjectKey) -> Form:
    """The form. A field that the actor may neither read nor reveal is empty; the caller notes
    that the audit was read, which is the reason of the look."""
    dictionary = dictionary_queries.current()
    rows = _allowed(actor, volume, key, dictionary)
    identity = _first(rows.get("identity", ()))
    political = list(rows.get("political", ()))
    abroad = {
        str(row.get("awarded_by", ""))
        for row in rows.get("degree", ())
        if str(row.get("country", "")).strip() not in {"", "中国", "CN", "中华人民共和国"}
    }
    return Form(
        birth=_text(identity, "birth_date"),
        birth_by_id=_birth_in(_text(identity, "id_number")),
        work_start=_text(identity, "work_start"),
        league_joined=_joined(political, frozenset({LEAGUE})),
        party_joined=_joined(political, PARTY),
        party_full=next((t for row in political if (t := _text(row, "became_full"))), ""),
        probation_extended=any(_text(row, "event") == EXTENDED for row in political),
        studies=tuple(
            Study(
                _text(row, "start"),
                _text(row, "end"),
                _text(row, "school"),
                _text(row, "level"),
                _text(row, "study_form") == FULL_TIME,
                _text(row, "school") in abroad,
            )
            for row in rows.get("education", ())
        ),
        stints=tuple(
            Stint(_text(row, "start"), _text(row, "end"), _text(row, "employer"))
            for row in rows.get("work_experience", ())
        ),
    )


def papers_of(volume: Volume, items: Sequence[Item]) -> Papers:
    """What the catalogue lacks, and whether there is a certification of a degree from abroad."""
    lacks = Counter(lack.rule for lack in lacks_of(volume))
    certified = any(item.body.category == "4-1" and "认证" in item.body.title for item in items)
    return Papers(dict(lacks), certified)


def earliest(items: Sequence[Item], item: str) -> list[Item]:
    """Materials by which an item is judged, the oldest first: those that the person filled in."""
    wanted = _CLASSES[item]
    found = [one for one in items if not wanted or one.body.category.split("-")[0] in wanted]
    return sorted(found, key=lambda one: (one.body.formed or "9999", one.body.category))


_CLASSES: Mapping[str, frozenset[str]] = {
    "birth": frozenset({"1", "2", "4", "6", "9"}),
    "work": frozenset({"1", "9", "4"}),
    "party": frozenset({"6"}),
    "education": frozenset({"4"}),
    "career": frozenset({"1", "9"}),
    "status": frozenset({"9", "1"}),
    "family": frozenset({"1", "9", "2"}),
    "forgery": frozenset(),
    "gaps": frozenset(),
}


def _allowed(
    actor: Actor, volume: Volume, key: SubjectKey, dictionary: Dictionary
) -> dict[str, list[Values]]:
    path = units.path(volume.subject.unit)
    opened = open_rows({key.subject: key}, dictionary, SETS)[key.subject]
    found: dict[str, list[Values]] = {}
    for info_set, rows in opened.items():
        known = dictionary.sets[info_set]
        plain = {
            field
            for action in ("read", "reveal")
            for field, showing in field_showings(actor, key.subject, path, known, action).items()
            if showing is Showing.PLAIN
        }
        found[info_set] = [
            {field: value for field, value in row.values.items() if field in plain} for row in rows
        ]
    return found


def _joined(rows: Sequence[Values], codes: frozenset[str]) -> str:
    days = [_text(row, "joined") for row in rows if _text(row, "status") in codes]
    return min((day for day in days if day), default="")


def _birth_in(number: str) -> str:
    digits = number[6:14] if len(number) == 18 else ""
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if digits.isdigit() else ""


def _first(rows: Sequence[Values]) -> Values:
    return rows[-1] if rows else {}


def _text(row: Values, field: str) -> str:
    return str(row.get(field) or "")
