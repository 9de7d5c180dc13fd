"""Codes of labels and sheets of labels. Pure.

A code is ten random signs of Crockford's base 32 (50 bits: not to be guessed; no I, L, O, U) and
a check sign by Luhn's method modulo 32, which finds every single wrong sign when one is typed.
"""

from __future__ import annotations

from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
BITS = 5 * LENGTH
_VALUE = {sign: value for value, sign in enumerate(ALPHABET)}
_ALIKE = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None})
_LONGEST = 40
_HALF = len(ALPHABET)


def code_from(number: int) -> str:
    """The code of a random number below ``2 ** BITS``, with its check sign."""
    signs = [ALPHABET[number >> shift & 31] for shift in range(BITS - 5, -1, -5)]
    return "".join(signs) + _check(signs)


def read(text: str) -> str | None:
    """A code as typed or scanned (case, spaces, hyphens and look-alikes do not matter); None when
    it is none, for example because a sign is wrong."""
    given = text.strip().upper().translate(_ALIKE)[:_LONGEST]
    if len(given) != LENGTH + 1 or any(sign not in _VALUE for sign in given):
        return None
    return given if given[-1] == _check(list(given[:-1])) else None


def written(code: str) -> str:
    """``7K3MQ-9T2XW-A``: as it stands on labels."""
    return f"{code[:5]}-{code[5:10]}-{code[10:]}"


def _check(signs: list[str]) -> str:
    total = 0
    for place, sign in enumerate(reversed(signs)):
        value = _VALUE[sign] * (2 if place % 2 == 0 else 1)
        total += value // _HALF + value % _HALF
    return ALPHABET[-total % _HALF]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A common sheet of labels on A4, in millimetres."""

    key: str
    label: str
    width: float
    height: float
    columns: int
    rows: int
    left: float
    top: float
    gap: float = 0.0
    """Between columns."""

    @property
    def each(self) -> int:
        """Labels on a sheet."""
        return self.columns * self.rows


SHEETS = {
    sheet.key: sheet
    for sheet in (
        Sheet("70x37", "70 × 37 mm，24 枚", 70, 37, 3, 8, 0, 0.5),
        Sheet("63.5x38.1", "63.5 × 38.1 mm，21 枚", 63.5, 38.1, 3, 7, 7.25, 15.15, 2.5),
        Sheet("70x42.3", "70 × 42.3 mm，21 枚", 70, 42.3, 3, 7, 0, 0.45),
        Sheet("99.1x38.1", "99.1 × 38.1 mm，14 枚", 99.1, 38.1, 2, 7, 4.65, 15.15, 2.5),
    )
}


@dataclass(frozen=True, slots=True)
class Spot:
    """Where one label is printed: sheet from 0, millimetres from the sheet's top left corner."""

    page: int
    x: float
    y: float


def spots(sheet: Sheet, count: int, first: int = 1) -> list[Spot]:
    """Places of ``count`` labels from the ``first`` free one of the first sheet (from 1), row by
    row. Raises ``ValueError`` for a first one that the sheet has not."""
    if not 1 <= first <= sheet.each:
        raise ValueError(first)
    return [_spot(sheet, number) for number in range(first - 1, first - 1 + count)]


def _spot(sheet: Sheet, number: int) -> Spot:
    page, on_page = divmod(number, sheet.each)
    row, column = divmod(on_page, sheet.columns)
    x = sheet.left + column * (sheet.width + sheet.gap)
    return Spot(page, round(x, 2), round(sheet.top + row * sheet.height, 2))
