"""Text of cells: normal forms, spaces, what counts as empty."""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from decimal import Decimal

from dangan.dictionary.rules import BadValue, Message

EMPTY = frozenset({"-", "--", "—", "——", "/", "\\", "#N/A", "N/A", "n/a", "NULL", "null"})
NOTHING = EMPTY | {"无", "未填", "空", "None", "none", "暂无"}
_EXCEL_ERRORS = frozenset({"#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"})
_EXACT_FLOAT = 10**15
_LOST_DIGITS = re.compile(r"^\d(\.\d+)?[eE]\+?1[5-9]$")
_INVISIBLE = dict.fromkeys([0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x00AD])
_REFUSED_CATEGORIES = {"Cc", "Cf", "Cs"}

LOST_DIGITS = Message(
    "这一格是数字格式，表格软件只保留前 15 位，后面几位已经丢失。"
    "请先把这一列设为文本格式，再从原件重新填写"
)


def normal(text: str) -> str:
    """``text`` in NFKC, without spaces at the ends and with single spaces inside."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def squeezed(text: str) -> str:
    """``text`` in NFKC without any spaces or invisible characters."""
    if text.isascii():  # NFKC leaves ASCII as it is
        return text if text.isalnum() else "".join(text.split())
    return "".join(unicodedata.normalize("NFKC", text).translate(_INVISIBLE).split())


def text_of(raw: object) -> str:
    """The text of a cell: numbers without ``.0``, dates in ISO form, nothing as ``""``."""
    if isinstance(raw, str):
        text = raw.strip()
        if text[:1] == "#" and text in _EXCEL_ERRORS:
            raise BadValue(Message("这一格是表格的错误值 {value}，请改成真正的内容", value=text))
        return text
    if raw is None:
        return ""
    if isinstance(raw, bool):
        return "是" if raw else "否"
    if isinstance(raw, float):
        return _text_of_float(raw)
    if isinstance(raw, datetime):
        return raw.date().isoformat()
    if isinstance(raw, int | Decimal | date):
        return str(raw)
    raise BadValue(Message("这一格的内容不是文字、数字或日期，请重新填写"))


def _text_of_float(raw: float) -> str:
    if math.isnan(raw):
        return ""
    if math.isinf(raw):
        raise BadValue(Message("数字太大，无法保存，请核对"))
    if raw.is_integer():
        if abs(raw) >= _EXACT_FLOAT:
            raise BadValue(LOST_DIGITS)
        return str(int(raw))
    return repr(raw)


def digits_of(raw: object) -> str:
    """The text of a cell that holds a long number; refuses one whose last digits are lost."""
    text = squeezed(text_of(raw)).lstrip("'")
    if _LOST_DIGITS.match(text):
        raise BadValue(LOST_DIGITS)
    return text


def clean(text: str, *, lines: bool = False) -> str:
    """``text`` in NFC with tidy spaces; refuses control characters.

    With ``lines`` line breaks stay, otherwise they become spaces.
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    text = unicodedata.normalize("NFC", text).translate(_INVISIBLE)
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    if not lines:
        text = " ".join(text.split())
    if not text.isprintable():
        for character in text:
            if character != "\n" and unicodedata.category(character) in _REFUSED_CATEGORIES:
                raise BadValue(Message("含有看不见的控制字符，请删去后重新填写"))
    return text.strip()


def bounded(text: str, limit: int) -> str:
    """``text`` itself; refuses more than ``limit`` characters."""
    if len(text) > limit:
        raise BadValue(
            Message("内容有 {length} 个字，最多 {limit} 个，请缩短", length=len(text), limit=limit)
        )
    return text
