"""Missing things and a few contradictions, so that checks and tickets have work. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

Rows = dict[str, list[dict[str, Any]]]


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


def _silent_year(rows: Rows) -> None:
    """A year between two employers that nothing is said about."""
    jobs = rows["work_experience"]
    if len(jobs) > 1 and int(jobs[0]["end"][:4]) - int(jobs[0]["start"][:4]) > 1:
        jobs[0]["end"] = _year(jobs[0]["end"], -1)


def _two_jobs_at_once(rows: Rows) -> None:
    """The second employer begins a year before the first one ends."""
    jobs = rows["work_experience"]
    if len(jobs) > 1 and int(jobs[1]["start"][:4]) - int(jobs[0]["start"][:4]) > 1:
        jobs[1]["start"] = _year(jobs[1]["start"], -1)


def _year(month: str, years: int) -> str:
    return f"{int(month[:4]) + years}{month[4:]}"


def _party_too_young(rows: Rows) -> None:
    """A party date before the eighteenth birthday."""
    for row in rows.get("political", ()):
        if row["status"] == "01":
            row["joined"] = f"{int(rows['identity'][0]['birth_date'][:4]) + 17}-06-20"
            row.pop("became_full")


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
    (0.03, _two_jobs_at_once),
    (0.06, _silent_year),
    (0.07, _wrong_level),
    (0.10, _expired_contract),
    (0.13, _party_too_young),
    (
        0.15,
        _drop("contact.emergency_name", "contact.emergency_phone", "contact.emergency_relation"),
    ),
    (0.17, _drop("family")),
    (0.19, _drop("bank_account")),
    (0.21, _drop("identity.household_address", "health")),
    (0.25, _drop("background_check", "secrecy_agreement", "identity.native_place")),
)
