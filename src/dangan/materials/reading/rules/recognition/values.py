"""One value that was read, and how far it is to be trusted."""

from __future__ import annotations

from dataclasses import dataclass

from dangan.dictionary.values import IdFacts, id_facts
from dangan.dictionary.values.identity import check_digit
from dangan.materials.reading.rules.recognition.joined import Span

SURE = 99
DOUBTFUL = 60
"""At most so much where a check contradicts the value."""

SEXES = {"1": "男", "2": "女"}
"""Codes of GB/T 2261.1 as cards write them."""

_ID_LENGTH = 18
_LIKE_DIGITS = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1", "x": "X", "×": "X"})


@dataclass(frozen=True, slots=True)
class Value:
    """``field`` is a key of the document's information set; what begins with ``_`` fills no
    field. ``confidence`` is of 100; ``lines`` are the page's lines it was read in."""

    field: str
    text: str
    lines: tuple[int, ...]
    confidence: int
    note: str = ""
    """``agrees``, ``contradicts``: what the ID number says of it; ``invalid``: a check digit."""


def value(field: str, span: Span, text: str | None = None, *, most: int = SURE) -> Value:
    """The value as the span says, or as ``text`` writes it."""
    return Value(field, span.text if text is None else text, span.lines, min(span.score, most))


def id_value(span: Span) -> tuple[Value, IdFacts | None]:
    """An ID number with what it says; sure when its check digit is right (GB 11643)."""
    number = span.text.translate(_LIKE_DIGITS)
    facts = _facts(number)
    if facts is None:
        doubtful = min(span.score, DOUBTFUL)
        return Value("id_number", number, span.lines, doubtful, "invalid"), None
    return Value("id_number", number, span.lines, SURE, "agrees"), facts


def sex_of(facts: IdFacts | None) -> str:
    """男 or 女; empty where no number says."""
    return SEXES[facts.sex] if facts else ""


def birth_of(facts: IdFacts | None) -> str:
    """The day; empty where no number says."""
    return facts.birth.isoformat() if facts else ""


def checked(found: Value, says: str) -> Value:
    """``found`` beside what the ID number says of the same: sure, doubtful, or as it was."""
    if not says or not found.text:
        return found
    if found.text == says:
        return Value(found.field, found.text, found.lines, SURE, "agrees")
    doubtful = min(found.confidence, DOUBTFUL)
    return Value(found.field, found.text, found.lines, doubtful, "contradicts")


def _facts(number: str) -> IdFacts | None:
    if len(number) != _ID_LENGTH or not number[:17].isdecimal():
        return None
    if check_digit(number[:17]) != number[17]:
        return None
    try:
        return id_facts(number)
    except ValueError:
        return None
