"""The one door in: a field, a cell, and the stored value that comes of them."""

from __future__ import annotations

import base64
import binascii
import difflib
import re
from collections.abc import Callable
from typing import TypeAlias

from dangan.dictionary.rules import BadValue, CodeTable, Dictionary, Field, Json, Message
from dangan.dictionary.values import contacts, dates, identity, numbers
from dangan.dictionary.values.context import ParseContext
from dangan.dictionary.values.words import EMPTY, NOTHING, bounded, clean, normal, text_of

Parser: TypeAlias = Callable[[Field, object, Dictionary, ParseContext], Json | None]

_UUID = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$")
_TEXT_LIMIT, _LONG_TEXT_LIMIT = 200, 4000
_IMAGE_LIMIT = 400 * 1024
_IMAGE_KINDS = ((b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))
_DATA_URL = re.compile(r"^data:image/(?:jpeg|png);base64,", re.IGNORECASE)
_CHOICES_SHOWN = 8


def parse(
    field: Field, raw: object, *, dictionary: Dictionary, context: ParseContext
) -> Json | None:
    """The stored value of a cell, ``None`` for nothing; raises ``BadValue`` and nothing else."""
    if raw is None or raw == "":
        return None
    return _PARSERS[field.type](field, raw, dictionary, context)


def _text(field: Field, raw: object, _: Dictionary, __: ParseContext) -> str | None:
    if field.check == "name":
        return identity.parse_name(raw, field.max_length)
    if field.check == "number":
        return identity.parse_number(raw, field.max_length)
    if field.check == "postcode":
        return identity.parse_postcode(raw)
    text = clean(text_of(raw))
    if not text or text in EMPTY:
        return None
    return bounded(text, field.max_length or _TEXT_LIMIT)


def _long_text(field: Field, raw: object, _: Dictionary, __: ParseContext) -> str | None:
    text = clean(text_of(raw), lines=True)
    if not text or text in EMPTY:
        return None
    return bounded(text, field.max_length or _LONG_TEXT_LIMIT)


def _code(field: Field, raw: object, dictionary: Dictionary, _: ParseContext) -> str | None:
    table = dictionary.table_of(field)
    if isinstance(raw, str):
        code = table.by_text.get(raw)
        if code is not None:
            return code
    text = normal(text_of(raw))
    code = table.code_of(text) if text else None
    if code is None and text.isascii() and text.isdigit():
        code = _with_leading_zeros(table, text)
    if code is None and text and text not in NOTHING:
        raise BadValue(_unknown_code(table, text))
    return code


def _with_leading_zeros(table: CodeTable, digits: str) -> str | None:
    """A number cell drops the zeros of 01; a code of two or three digits gets them back."""
    for width in (2, 3):
        if digits.zfill(width) in table.by_code:
            return digits.zfill(width)
    return None


def _unknown_code(table: CodeTable, text: str) -> Message:
    names = [item.short or item.name for item in table.choices]
    if len(names) > _CHOICES_SHOWN:
        names = difflib.get_close_matches(text, names, n=3, cutoff=0.4)
    if not names:
        return Message(
            "“{value}”不在代码表“{table}”里，请从表中选一项", value=text[:40], table=table.label
        )
    return Message(
        "“{value}”不在代码表“{table}”里，可以填：{choices}",
        value=text[:40],
        table=table.label,
        choices="、".join(names),
    )


def _unit(_: Field, raw: object, __: Dictionary, context: ParseContext) -> str | None:
    return _reference(raw, context.resolve_unit, Message("部门"))


def _subject(_: Field, raw: object, __: Dictionary, context: ParseContext) -> str | None:
    return _reference(raw, context.resolve_subject, Message("人员"))


def _reference(raw: object, resolve: Callable[[str], str] | None, kind: Message) -> str | None:
    text = normal(text_of(raw))
    if not text or text in NOTHING:
        return None
    if _UUID.match(text.lower()):
        return text.lower()
    if resolve is None:
        raise BadValue(Message("“{value}”找不到对应的{kind}，请核对", value=text[:60], kind=kind))
    return resolve(text)


def _image(_: Field, raw: object, __: Dictionary, ___: ParseContext) -> str | None:
    """A portrait as a ``data:`` URL, made from bytes or taken as one. The content decides the
    kind, not the name: only JPEG and PNG are taken."""
    content = raw if isinstance(raw, bytes) else _decoded(text_of(raw))
    if content is None:
        return None
    if len(content) > _IMAGE_LIMIT:
        raise BadValue(
            Message(
                "照片有 {size} KB，最多 {limit} KB，请缩小后再传",
                size=len(content) // 1024,
                limit=_IMAGE_LIMIT // 1024,
            )
        )
    for start, kind in _IMAGE_KINDS:
        if content.startswith(start):
            return f"data:{kind};base64,{base64.b64encode(content).decode()}"
    raise BadValue(Message("照片只能是 JPEG 或 PNG 图片，请换一张"))


def _decoded(text: str) -> bytes | None:
    if not text or text in NOTHING:
        return None
    try:
        return base64.b64decode(_DATA_URL.sub("", text), validate=True)
    except (binascii.Error, ValueError):
        return b""


_PARSERS: dict[str, Parser] = {
    "text": _text,
    "long_text": _long_text,
    "date": lambda _, raw, __, ___: dates.parse_date(raw),
    "partial_date": lambda _, raw, __, ___: dates.parse_partial_date(raw),
    "open_date": lambda _, raw, __, ___: dates.parse_open_date(raw),
    "code": _code,
    "integer": lambda _, raw, __, ___: numbers.parse_integer(raw),
    "decimal": lambda _, raw, __, ___: numbers.parse_decimal(raw),
    "money": lambda _, raw, __, ___: numbers.parse_money(raw),
    "boolean": lambda _, raw, __, ___: numbers.parse_boolean(raw),
    "phone": lambda _, raw, __, ___: contacts.parse_phone(raw),
    "email": lambda _, raw, __, ___: contacts.parse_email(raw),
    "id_number": lambda _, raw, __, context: identity.parse_id_number(raw, context),
    "bank_account": lambda _, raw, __, ___: numbers.parse_bank_account(raw),
    "unit": _unit,
    "subject": _subject,
    "image": _image,
    "url": lambda field, raw, _, __: contacts.parse_url(raw, field.max_length),
}
