"""Pre-employment checks (F1): what must have been looked at, and what blocks hiring. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from dangan.dictionary.rules import Json
from dangan.lifecycle.rules.bodies import Body

NEEDED = ("5", "2", "3", "4", "1")
"""Codes of ``check_item``: character, education, work history, qualifications, identity."""

CLEAR, DOUBTFUL, FALSE, UNKNOWN = "1", "2", "3", "4"
"""Codes of ``check_result``."""

NOT_APPLICABLE = "0"
"""Where the post asks for no certificate there is nothing to check; never stored as a row."""


class Verdict(StrEnum):
    """What the checks say together."""

    CLEAR = "clear"
    MISSING = "missing"
    DOUBTFUL = "doubtful"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class CheckState:
    """``items`` are the codes that made the verdict what it is."""

    verdict: Verdict
    items: tuple[str, ...] = ()

    @property
    def hires(self) -> bool:
        return self.verdict is Verdict.CLEAR


def spared_by(body: Body) -> tuple[str, ...]:
    """Items that a form says need no check: qualifications where the post asks for none."""
    return ("4",) if body.flag("no_certificate") else ()


def assess(rows: Iterable[Mapping[str, Json | None]], spared: Iterable[str] = ()) -> CheckState:
    """Judges the newest result of each item; ``spared`` need none.

    One result that does not match outweighs all; a doubtful or unverifiable one stands in the
    way unless somebody answers for it in writing (a recorded exception).
    """
    latest: dict[str, Mapping[str, Json | None]] = {}
    for row in rows:
        item = str(row.get("item") or "")
        known = latest.get(item)
        if known is None or str(known.get("checked") or "") <= str(row.get("checked") or ""):
            latest[item] = row
    results = {item: str(row.get("result") or "") for item, row in latest.items()}
    bad = tuple(item for item, result in results.items() if result == FALSE)
    if bad:
        return CheckState(Verdict.BAD, bad)
    missing = tuple(item for item in NEEDED if item not in results and item not in set(spared))
    if missing:
        return CheckState(Verdict.MISSING, missing)
    doubtful = tuple(item for item, result in results.items() if result in (DOUBTFUL, UNKNOWN))
    if doubtful:
        return CheckState(Verdict.DOUBTFUL, doubtful)
    return CheckState(Verdict.CLEAR)
