"""Citizen identity numbers 公民身份号码 (modelled on GB 11643), and people's names.

Numbers of 18 characters carry a check digit (ISO 7064 MOD 11-2). Numbers of 15 digits, given out
until 1999, are expanded. Residence permits of Hong Kong, Macao and Taiwan residents (81/82/83 …)
and of foreigners (9 …) are built the same way. Regions are never an error here: tables of regions
are always out of date.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from operator import mul

from dangan.dictionary.rules import BadValue, Message
from dangan.dictionary.values.context import ParseContext
from dangan.dictionary.values.words import NOTHING, bounded, digits_of, squeezed, text_of

_SHAPE = re.compile(r"^[1-9]\d{16}[\dX]$", re.ASCII)
_OLD_SHAPE = re.compile(r"^[1-9]\d{14}$", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_EARLIEST_BIRTH = date(1900, 1, 1)

MALE, FEMALE = "1", "2"
"""Codes of GB/T 2261.1."""


@dataclass(frozen=True, slots=True)
class IdFacts:
    """What a valid number says. ``sex`` is a code of GB/T 2261.1, ``region`` six digits."""

    birth: date
    sex: str
    region: str


def id_facts(number: str) -> IdFacts:
    """The facts in a stored (valid, 18 characters) identity number."""
    return IdFacts(
        birth=date(int(number[6:10]), int(number[10:12]), int(number[12:14])),
        sex=MALE if int(number[16]) % 2 else FEMALE,
        region=number[:6],
    )


def check_digit(first_seventeen: str) -> str:
    """The eighteenth character that belongs to seventeen digits."""
    return _CHECK_DIGITS[sum(map(mul, map(int, first_seventeen), _WEIGHTS)) % 11]


def parse_id_number(raw: object, context: ParseContext) -> str | None:
    """An identity number of 18 characters with an upper-case X; ``None`` for an empty cell."""
    text = digits_of(raw).upper()
    if not text or text in NOTHING:
        return None
    old = bool(_OLD_SHAPE.match(text))
    if old:
        text = text[:6] + "19" + text[6:]
        text += check_digit(text)
    elif not _SHAPE.match(text):
        raise BadValue(_why_not(text))
    _check_birth(text, context.today, old=old)
    expected = check_digit(text[:17])
    if text[17] != expected:
        raise BadValue(
            Message(
                "身份证号校验位不对，按前 17 位算最后一位应为 {expected}，请逐位核对",
                expected=expected,
            )
        )
    if old:
        context.warnings.append(
            Message("身份证号是 15 位旧号码，已按规则补为 {number}，请与本人核对", number=text)
        )
    return text


def _check_birth(number: str, today: date, *, old: bool) -> None:
    written = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
    try:
        birth = date.fromisoformat(written)
    except ValueError:
        raise BadValue(_no_birth(written, old=old)) from None
    if birth > today:
        raise BadValue(Message("身份证号里的出生日期 {birth} 晚于今天，请逐位核对", birth=written))
    if birth < _EARLIEST_BIRTH:
        raise BadValue(Message("身份证号里的出生日期 {birth} 过早，请逐位核对", birth=written))


def _no_birth(written: str, *, old: bool) -> Message:
    if old:
        return Message(
            "身份证号只有 15 位，作为旧号码看，其中的出生日期 {birth} 也不存在，请核对是否缺位",
            birth=written,
        )
    return Message("身份证号里的出生日期 {birth} 不存在，请逐位核对", birth=written)


def _why_not(text: str) -> Message:
    if len(text) not in (15, 18):
        return Message("身份证号应为 18 位，这里是 {length} 位，请核对", length=len(text))
    return Message("身份证号只能是数字，最后一位可以是 X，请核对")


_HAN = r"\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_ALL_HAN = re.compile(f"^[{_HAN}]{{1,20}}$")
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}·])\\s+|\\s+(?=[{_HAN}·])")
_DOTS = str.maketrans(dict.fromkeys("•・‧∙⋅●．", "·"))
_NAME_LIMIT = 50


def parse_name(raw: object, limit: int | None = None) -> str | None:
    """A person's name. Spaces inside a Chinese name go; the dot of minority names is one ``·``."""
    text = text_of(raw)
    if _ALL_HAN.match(text):
        return unicodedata.normalize("NFC", text)
    text = unicodedata.normalize("NFKC", text.translate(_DOTS))
    text = _BETWEEN_HAN.sub("", " ".join(text.split()))
    if not text or text in NOTHING:
        return None
    for character in text:
        _check_name_character(character)
    if not any(character.isalpha() for character in text):
        raise BadValue(Message("“{value}”不像姓名，请核对", value=text))
    return bounded(text, limit or _NAME_LIMIT)


def _check_name_character(character: str) -> None:
    if character.isdigit() and character != "〇":
        raise BadValue(Message("姓名里不能有数字，请核对"))
    category = unicodedata.category(character)
    if category[0] not in "LM" and category != "Co" and character not in "〇 ·.'’-()":
        raise BadValue(Message("姓名里不能有“{character}”，请核对", character=character))


def parse_number(raw: object, limit: int | None) -> str | None:
    """An employee or document number: letters, digits, ``-``, ``_``, ``/``, ``.``, no spaces."""
    text = squeezed(digits_of(raw))
    if not text or text in NOTHING:
        return None
    if not all(character.isalnum() or character in "-_/.()第号" for character in text):
        raise BadValue(Message("编号只能用字母、数字和 - _ / . 这几种符号，请核对"))
    return bounded(text, limit or 64)


def parse_postcode(raw: object) -> str | None:
    """A postcode of six digits; a number cell that lost its leading zero gets it back."""
    text = digits_of(raw)
    if not text or text in NOTHING:
        return None
    if isinstance(raw, int | float):
        text = text.zfill(6)
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        raise BadValue(Message("邮政编码应为 6 位数字，请核对"))
    return text
