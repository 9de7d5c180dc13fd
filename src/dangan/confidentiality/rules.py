"""Decisions about clearance and signatures: values in, values out; no Django, clock or network."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from dangan.dictionary.rules import Json, Message

Values = Mapping[str, Json | None]

SECRECY_TRAINING = "4"
"""保密培训 in the table ``training_kind``."""
PASSED = frozenset({"1", "2"})
"""合格 and 优秀 in ``training_result``."""
NOTHING_FOUND = "1"
"""无异常 in ``check_result``."""
AGREEMENT_KINDS = frozenset({"1", "3", "5"})
"""Kinds of ``agreement_kind`` that bind while in the post."""
IN_FORCE = "1"
"""有效 in ``agreement_state``."""
OPEN_END = "9999"


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a secret post asks of whoever holds it.

    ``training_months``: how long a passed training counts, 0 for good, None when none is asked.
    """

    training_months: int | None
    checks: tuple[str, ...]
    agreement: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Which posts a register line means: ``branch`` None anywhere, ``position`` empty any."""

    branch: UUID | None
    position: str

    def means(self, unit_path: Sequence[UUID], position: str) -> bool:
        """Whether a post of this title in the last unit of ``unit_path`` (root first) is meant."""
        if self.branch is not None and self.branch not in unit_path:
            return False
        return not self.position or self.position == position


@dataclass(frozen=True, slots=True)
class Lack:
    """One thing that clearance lacks: ``training``, ``check`` (with the item) or ``agreement``."""

    what: str
    item: str = ""


def lacks(
    requirement: Requirement,
    *,
    trainings: Iterable[Values],
    checks: Iterable[Values],
    agreements: Iterable[Values],
    on: date,
) -> list[Lack]:
    """What is missing for somebody to hold the post on a day; empty when cleared.

    Rows are those of the sets ``training``, ``background_check`` and ``secrecy_agreement``.
    The newest row of each check item decides, so that a later bad result undoes an earlier good.
    """
    missing = []
    if requirement.training_months is not None and not any(
        _counts(row, requirement.training_months, on) for row in trainings
    ):
        missing.append(Lack("training"))
    newest = _newest_checks(checks)
    missing += [
        Lack("check", item) for item in requirement.checks if newest.get(item) != NOTHING_FOUND
    ]
    if requirement.agreement and not any(_binds(row, on) for row in agreements):
        missing.append(Lack("agreement"))
    return missing


def _counts(row: Values, months: int, on: date) -> bool:
    if row.get("kind") != SECRECY_TRAINING or row.get("result") not in PASSED:
        return False
    ended = str(row.get("end") or row.get("start") or "")
    if not months:
        return True
    return OPEN_END > ended[:7] >= _months_before(on, months)


def _months_before(on: date, months: int) -> str:
    """The month ``months`` before a day, ``YYYY-MM``; compares with dates of any precision."""
    number = on.year * 12 + on.month - 1 - months
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def _newest_checks(rows: Iterable[Values]) -> dict[str, Json | None]:
    newest: dict[str, tuple[str, Json | None]] = {}
    for row in rows:
        item, checked = str(row.get("item") or ""), str(row.get("checked") or "")
        if item not in newest or newest[item][0] <= checked:
            newest[item] = (checked, row.get("result"))
    return {item: result for item, (_checked, result) in newest.items()}


def _binds(row: Values, on: date) -> bool:
    if row.get("kind") not in AGREEMENT_KINDS or row.get("state") not in (None, "", IN_FORCE):
        return False
    if not row.get("signed"):
        return False
    end = str(row.get("end") or OPEN_END)
    return end[: len(on.isoformat())] >= on.isoformat()[: len(end)]


def digest_of(title: str, body: str) -> str:
    """The SHA-256 that a signature names: over title, LF and body in UTF-8, hexadecimal."""
    return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()


def tidy(body: str) -> str:
    """Lines ended by LF, no blanks at their ends: what is hashed is what is shown."""
    lines = body.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines).strip()


@dataclass(frozen=True, slots=True)
class Wording:
    """A version as the decision who must sign sees it."""

    number: int
    sign_again: bool


def signed_enough(versions: Sequence[Wording], signed: Iterable[int]) -> bool:
    """Whether the versions somebody signed still count.

    The newest must be signed, or one since the last that had to be signed anew.
    """
    if not versions:
        return True
    renewed = max(
        (wording.number for wording in versions if wording.sign_again),
        default=min(wording.number for wording in versions),
    )
    return any(number >= renewed for number in signed)


def name_refusal(typed: str, name: str) -> Message | None:
    """Why a typed name does not sign: it must be the person's own, blanks aside."""
    if "".join(typed.split()) == "".join(name.split()) and name:
        return None
    return Message("填写的姓名与你的档案不一致，请按档案中的姓名填写。")
