"""Telephone numbers, e-mail addresses, web addresses."""

from __future__ import annotations

import re

import phonenumbers

from dangan.dictionary.rules import BadValue, Message
from dangan.dictionary.values.words import NOTHING, bounded, digits_of, squeezed, text_of

_MOBILE = re.compile(r"^(?:\+?0{0,2}86)?(1[3-9]\d{9})$", re.ASCII)
_SEPARATORS = str.maketrans("", "", "-–—−().·")
_EXTENSION = re.compile(r"(?:转|分机号?|ext\.?|#|x)(\d{1,6})$", re.IGNORECASE)
_SEVERAL = re.compile(r"\d{7,}[/、,;，；|]\D*\d{5,}")
_LONGEST = 200
"""Characters of a cell with several numbers at most: more is none, and would keep patterns busy."""
_EMAIL = re.compile(
    r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}$"
)
_URL = re.compile(r"^https?://[^\s/$.?#<>\"'][^\s<>\"']*$", re.IGNORECASE)


def parse_phone(raw: object) -> str | None:
    """Mainland mobiles as 11 digits, landlines as ``010-88886666转8``, others as ``+1…``."""
    text = digits_of(raw)
    match = _MOBILE.match(text) or _MOBILE.match(text.translate(_SEPARATORS))
    if match:
        return match[1]
    if not text or text in NOTHING:
        return None
    if len(text) > _LONGEST:
        raise _no_phone(f"{text[:20]}…")
    if _SEVERAL.search(text):
        raise BadValue(Message("一格只写一个号码，请把“{value}”分开填写", value=text))
    return _other_phone(text)


def _other_phone(text: str) -> str:
    extension = _EXTENSION.search(text)
    main = text[: extension.start()] if extension else text
    if not main.isascii() or re.search(r"[A-Za-z]", main):
        raise _no_phone(text)
    try:
        number = phonenumbers.parse(re.sub(r"^00", "+", main), "CN")
    except phonenumbers.NumberParseException:
        raise _no_phone(text) from None
    if not phonenumbers.is_valid_number(number):
        if len(main.translate(_SEPARATORS)) in (7, 8) and main[:1] != "1":
            raise BadValue(Message("“{value}”缺少区号，请写成 010-88886666 这样", value=text))
        raise _no_phone(text)
    tail = f"转{extension[1]}" if extension else ""
    return _written(number) + tail


def _no_phone(text: str) -> BadValue:
    return BadValue(
        Message("“{value}”不是电话号码，请写 11 位手机号，或带区号的座机号", value=text)
    )


def _written(number: phonenumbers.PhoneNumber) -> str:
    if number.country_code != 86:
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    national = phonenumbers.national_significant_number(number)
    area = phonenumbers.length_of_geographical_area_code(number)
    return f"0{national[:area]}-{national[area:]}" if area else national


def parse_email(raw: object) -> str | None:
    """An e-mail address, its domain in lower case."""
    text = squeezed(text_of(raw)).removeprefix("mailto:")
    if not text or text in NOTHING:
        return None
    if not _EMAIL.match(text) or ".." in text or len(text) > 254:
        raise BadValue(
            Message("“{value}”不是电子邮箱，请写成 name@example.com 这样", value=text[:60])
        )
    local, _, domain = text.rpartition("@")
    return f"{local}@{domain.lower()}"


def parse_url(raw: object, limit: int | None) -> str | None:
    """A web address that begins with http or https; nothing else is ever made a link."""
    text = squeezed(text_of(raw))
    if not text or text in NOTHING:
        return None
    if not _URL.match(text):
        raise BadValue(Message("网址要以 http:// 或 https:// 开头，请核对"))
    return bounded(text, limit or 500)
