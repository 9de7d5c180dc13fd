"""Stored values in words, and what is left of them under a mask."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from dangan.dictionary.rules import OPEN_END, Dictionary, Field, Json

_HIDDEN = "***"
_NOW = ("至今", "Present")
_YES_NO = {True: ("是", "Yes"), False: ("否", "No")}


def display(
    field: Field,
    value: Json | None,
    *,
    dictionary: Dictionary,
    language: str = "zh-hans",
    name_of: Callable[[Field, str], str] | None = None,
) -> str:
    """The value in words; ``""`` for nothing. ``name_of`` names units and persons (else UUIDs)."""
    if value is None or value == "":
        return ""
    text, english = str(value), language.startswith("en")
    if field.type == "code":
        text = dictionary.table_of(field).name_of(text, language)
    elif field.type == "boolean":
        text = _YES_NO[bool(value)][english]
    elif field.type == "open_date" and value == OPEN_END:
        text = _NOW[english]
    elif field.type == "money":
        text = f"{Decimal(text):,.2f}"
    elif field.type in ("unit", "subject") and name_of is not None:
        text = name_of(field, text)
    return text


def mask(field: Field, value: Json | None) -> str:
    """What stays of a value under the field's mask; ``""`` for nothing.

    Never longer than the rule says, and nothing at all of a value too short for the rule.
    """
    if value is None or value == "":
        return ""
    return _MASKS.get(field.mask, _all)(str(value))


def _all(_: str) -> str:
    return _HIDDEN


def _ends(first: int, last: int, least: int) -> Callable[[str], str]:
    def masked(text: str) -> str:
        if len(text) < least:
            return _HIDDEN
        return text[:first] + "*" * (len(text) - first - last) + text[-last:]

    return masked


def _name(text: str) -> str:
    return text[0] + "*" * min(max(len(text) - 1, 1), 2)


def _bank(text: str) -> str:
    return _HIDDEN if len(text) < 8 else "****" + text[-4:]


def _email(text: str) -> str:
    local, at, domain = text.rpartition("@")
    return f"{local[0]}***@{domain}" if at and len(local) > 1 else _HIDDEN


def _address(text: str) -> str:
    return text[:6] + _HIDDEN if len(text) > 8 else _HIDDEN


def _year(text: str) -> str:
    return text[:4] + "-**" if len(text) > 4 and text[4] == "-" else _HIDDEN


_MASKS: dict[str, Callable[[str], str]] = {
    "none": lambda text: text,
    "all": _all,
    "name": _name,
    "phone": _ends(3, 4, 11),
    "id_number": _ends(4, 4, 15),
    "bank": _bank,
    "email": _email,
    "address": _address,
    "year": _year,
}
