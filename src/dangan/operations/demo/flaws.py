"""Missing things and a few contradictions, so that checks and tickets have work. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

Rows = dict[str, list[dict[str, Any]]]

RECENT = "2023"
"""Résumés that begin later stay whole: a year taken out would put their end before it."""


def plant(rows: Rows, roll: float) -> None:
    """Plants the flaw that ``roll`` (0 to 1) picks; for most rolls none."""
    make = next((make for upto, make in _FLAWS if roll < upto), None)
    if make:
        make(rows)


def _drop(*paths: str) -> Callable[[Rows], None]:
    def drop(rows: Rows) -> None:
        for path in paths:
            info_set, _, key = path.partition(".")
            if not key:
                rows.pop(info_set, None)
            elif rows.get(info_set):
                rows[info_set][0].pop(key, None)

    return drop


def _other_birth(rows: Rows) -> None:
    """Birth date a year off the ID number, as old files often say."""
    born = rows["identity"][0]["birth_date"]
    rows["identity"][0]["birth_date"] = (
        f"{int(born[:4]) + 1}{born[4:]}" if born[5:] != "02-29" else born
    )


def _silent_year(rows: Rows) -> None:
    """A year of the résumé that nothing is said about."""
    row = rows["work_experience"][0]
    if row["start"][:4] < RECENT:
        row["start"] = f"{int(row['start'][:4]) + 1}{row['start'][4:]}"


def _wrong_level(rows: Rows) -> None:
    """Highest education that no school of the résumé bears out."""
    if rows["identity"][0]["highest_education"] != "14":
        rows["identity"][0]["highest_education"] = "14"


def _expired_contract(rows: Rows) -> None:
    """The last contract has run out and nobody renewed it."""
    last = rows["contract"][-1]
    if last["end"] != "9999":
        last["end"] = (date.fromisoformat(last["start"]) + timedelta(days=364)).isoformat()


_FLAWS: tuple[tuple[float, Callable[[Rows], None]], ...] = (
    (0.015, _other_birth),
    (0.03, _silent_year),
    (0.04, _wrong_level),
    (0.05, _expired_contract),
    (
        0.08,
        _drop("contact.emergency_name", "contact.emergency_phone", "contact.emergency_relation"),
    ),
    (0.11, _drop("family")),
    (0.13, _drop("bank_account")),
    (0.16, _drop("identity.household_address", "health")),
    (0.20, _drop("background_check", "secrecy_agreement", "identity.native_place")),
)
