"""What a collection form asks for, when it may be opened, and what a filled one lacks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from dangan.dictionary.rules import Dictionary, Field, InfoSet, Json, Message

TRIES = 5
"""Wrong digits after which a link is shut; a link has 256 bits, the digits only 13."""
TRIES_OF_ADDRESS = 20
"""Wrong links or digits from one address within a quarter of an hour."""
DAYS = 7
DAYS_AT_MOST = 30
GRACE = timedelta(days=3)
"""After the last day HR may still issue a new link; then the contents are destroyed."""
IDLE = timedelta(minutes=30)
VISIT_AT_MOST = timedelta(hours=4)
ROWS_AT_MOST = 20
PAPERS_AT_MOST = 6
"""Proofs of one row."""
PAPERS_IN_ALL = 40

FILLABLE = frozenset({"open", "returned"})
"""States in which the newcomer may write."""
LIVING = frozenset({"open", "submitted", "returned"})
"""States in which the contents still exist."""

IDENTITY = frozenset(
    {"name", "id_type", "id_number", "other_document", "sex", "birth_date", "ethnicity",
     "nationality", "work_start"}
)  # fmt: skip
"""Fields of the identity that a dossier begins with, though later only HR may change them."""
NEEDED = ("identity.name", "identity.id_number", "contact.mobile")
"""What HR cannot do without on the first day; a foreigner gives ``other_document`` instead."""
NOT_ASKED = frozenset({"unit", "subject"})
"""Types that would show the organisation or its people to somebody outside."""


@dataclass(frozen=True, slots=True)
class Section:
    """One information set of the form, with the fields that are asked."""

    info_set: InfoSet
    fields: tuple[Field, ...]

    @property
    def key(self) -> str:
        return self.info_set.key


def sections(dictionary: Dictionary) -> tuple[Section, ...]:
    """The form: what its person may later ask to change, and what a dossier begins with."""
    found = []
    for info_set in dictionary.sets.values():
        asked = tuple(item for item in info_set.fields if _asked(item))
        if any(item.type != "image" for item in asked):
            found.append(Section(info_set, asked))
    return tuple(found)


def _asked(item: Field) -> bool:
    if item.type in NOT_ASKED:
        return False
    return item.self_service == "edit" or (item.set_key == "identity" and item.key in IDENTITY)


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom HR invited: known to HR before the form is filled."""

    name: str
    mobile: str
    email: str
    first_day: str

    @property
    def digits(self) -> str:
        """The second thing to know: the end of the mobile number."""
        return self.mobile[-4:]

    def as_json(self) -> dict[str, str]:
        return {
            "name": self.name,
            "mobile": self.mobile,
            "email": self.email,
            "first_day": self.first_day,
        }


@dataclass(frozen=True, slots=True)
class GivenRow:
    """One row as the newcomer wrote it."""

    row: UUID
    values: Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Answers:
    """The form so far: rows by information set, in the order they were written."""

    rows: Mapping[str, tuple[GivenRow, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, body: Mapping[str, Any]) -> Answers:
        """From what :meth:`as_json` gave."""
        return cls(
            {
                key: tuple(GivenRow(UUID(item["row"]), item["values"]) for item in items)
                for key, items in body.items()
            }
        )

    def as_json(self) -> dict[str, Any]:
        return {
            key: [{"row": str(item.row), "values": dict(item.values)} for item in items]
            for key, items in self.rows.items()
            if items
        }

    def of_set(self, key: str) -> tuple[GivenRow, ...]:
        return self.rows.get(key, ())

    def row(self, key: str, row: UUID) -> GivenRow | None:
        return next((item for item in self.of_set(key) if item.row == row), None)

    def put(self, key: str, given: GivenRow) -> Answers:
        """With this row written: in its place, or at the end."""
        kept = self.of_set(key)
        if any(item.row == given.row for item in kept):
            rows = tuple(given if item.row == given.row else item for item in kept)
        else:
            rows = (*kept, given)
        return Answers({**self.rows, key: rows})

    def drop(self, key: str, row: UUID) -> Answers:
        kept = tuple(item for item in self.of_set(key) if item.row != row)
        return Answers({**self.rows, key: kept})

    def value(self, path: str) -> Json | None:
        """The first row's value of ``set.field``."""
        key, _dot, name = path.partition(".")
        rows = self.of_set(key)
        return rows[0].values.get(name) if rows else None


def shut(state: str, expires_at: datetime, wrong: int, now: datetime) -> Message | None:
    """Why a link leads nowhere any more; None when it does. One sentence for every reason but
    the digits: who holds a link is told no more than what to do."""
    if state not in FILLABLE or now >= expires_at:
        return Message("这个链接已失效。请联系通知你填写的人力资源部同事，重新要一个链接。")
    if wrong >= TRIES:
        return Message(
            "手机号后四位输错 {tries} 次，链接已锁定，填写的内容没有丢失。"
            "请联系通知你填写的人力资源部同事，重新要一个链接。",
            tries=TRIES,
        )
    return None


@dataclass(frozen=True, slots=True)
class Lack:
    """Something to fill in or put right before the form can be submitted."""

    info_set: str
    field: str
    message: Message
    row: UUID | None = None


def lacks(form: Sequence[Section], answers: Answers) -> list[Lack]:
    """Required fields that are empty, and the three things that HR cannot do without."""
    found = []
    for section in form:
        required = [item for item in section.fields if item.required]
        for given in answers.of_set(section.key):
            found += [_lack(item, given.row) for item in required if not given.values.get(item.key)]
    known = {item.path: item for section in form for item in section.fields}
    seen = {(lack.info_set, lack.field) for lack in found}
    for path in NEEDED:
        item = known.get(path)
        if item is None or answers.value(path) or (item.set_key, item.key) in seen:
            continue
        if path == "identity.id_number" and answers.value("identity.other_document"):
            continue
        found.append(_lack(item, None))
    return found


def _lack(item: Field, row: UUID | None) -> Lack:
    return Lack(item.set_key, item.key, Message("请填写{label}。", label=item.label), row)


def filled(section: Section, answers: Answers) -> tuple[int, int]:
    """How many of a single-row section's fields are filled, of how many."""
    asked = [item for item in section.fields if item.type != "image"]
    rows = answers.of_set(section.key)
    values = rows[0].values if rows else {}
    return sum(1 for item in asked if values.get(item.key) not in (None, "")), len(asked)


def clean(section: Section, values: Mapping[str, Json | None]) -> dict[str, Json]:
    """Only what the section asks for, empty values left out."""
    asked = {item.key for item in section.fields if item.type != "image"}
    return {key: value for key, value in values.items() if key in asked and value not in (None, "")}


def first_answers(guest: Guest, identity: UUID, contact: UUID) -> Answers:
    """What HR already knows, so that the newcomer need not write it again."""
    known: dict[str, Json] = {"mobile": guest.mobile}
    if guest.email:
        known["email"] = guest.email
    return Answers(
        {
            "identity": (GivenRow(identity, {"name": guest.name}),),
            "contact": (GivenRow(contact, known),),
        }
    )
