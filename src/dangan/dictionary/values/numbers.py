"""Counts, amounts, yes and no, bank accounts."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from dangan.dictionary.rules import BadValue, Message
from dangan.dictionary.values.words import NOTHING, digits_of, squeezed, text_of

_YES = frozenset({"是", "有", "对", "y", "yes", "true", "1", "√", "✓", "✔", "已"})
_NO = frozenset({"否", "无", "不", "没有", "不是", "n", "no", "false", "0", "×", "✗", "未"})
_LARGEST_INTEGER = 2**53
_CURRENCY = re.compile(r"^(?:¥|￥|rmb|cny|人民币)|(?:元整?|rmb|cny)$", re.IGNORECASE)
_PLAIN = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)$", re.ASCII)
_GROUPED = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$", re.ASCII)
_BANK = re.compile(r"^\d{8,32}$", re.ASCII)


def parse_integer(raw: object) -> int | None:
    """A whole number between -2**53 and 2**53, which JSON keeps exactly."""
    number = _number(raw, Message("整数"))
    if number is None:
        return None
    if number != number.to_integral_value():
        raise BadValue(Message("“{value}”不是整数，请核对", value=f"{number:f}"))
    if abs(number) > _LARGEST_INTEGER:
        raise BadValue(Message("数字太大，无法保存，请核对"))
    return int(number)


def parse_decimal(raw: object) -> str | None:
    """A decimal number of at most 15 digits before and 6 after the point, as text."""
    number = _number(raw, Message("数字"))
    if number is None:
        return None
    if isinstance(raw, float):
        number = round(number, 6)
    if abs(number) >= 10**15 or number != round(number, 6):
        raise BadValue(Message("数字太长，整数最多 15 位、小数最多 6 位，请核对"))
    text = f"{number:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def parse_money(raw: object) -> str | None:
    """An amount in yuan with two decimals, as text. ``1.5万`` is 15000.00."""
    number = _number(raw, Message("金额"))
    if number is None:
        return None
    if isinstance(raw, float):
        number = round(number, 2)
    if number < 0:
        raise BadValue(Message("金额不能是负数，请核对"))
    if number >= 10**12:
        raise BadValue(Message("金额太大，请核对单位是不是元"))
    if number != round(number, 2):
        raise BadValue(Message("金额最多写到分（两位小数），请核对"))
    return f"{abs(number):.2f}"


def _number(raw: object, kind: Message) -> Decimal | None:
    text = _CURRENCY.sub("", squeezed(text_of(raw)))
    if not text or text in NOTHING:
        return None
    factor = 1
    if text[-1:] == "万":
        text, factor = text[:-1], 10_000
    if _GROUPED.match(text):
        text = text.replace(",", "")
    try:
        plain = _PLAIN.match(text) or isinstance(raw, float | Decimal)
        number = Decimal(text) * factor if plain and len(text) <= 40 else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise BadValue(Message("“{value}”不是{kind}，请核对", value=text[:40], kind=kind))
    return number


def parse_boolean(raw: object) -> bool | None:
    """是 or 否, in the usual spellings."""
    if isinstance(raw, bool):
        return raw
    text = squeezed(text_of(raw)).casefold()
    if text in _YES:
        return True
    if text in _NO:
        return False
    if not text or text in NOTHING:
        return None
    raise BadValue(Message("“{value}”要写成“是”或“否”", value=text[:40]))


def parse_bank_account(raw: object) -> str | None:
    """The digits of a bank account."""
    text = digits_of(raw).replace("-", "")
    if not text or text in NOTHING:
        return None
    if not (text.isascii() and _BANK.match(text)):
        raise BadValue(Message("银行账号应为 8 到 32 位数字，请核对"))
    return text
