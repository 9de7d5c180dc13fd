"""The identity card 居民身份证, front and back."""

from __future__ import annotations

import re

from dangan.materials.reading.rules.recognition.dates import DAY_DATE, iso
from dangan.materials.reading.rules.recognition.joined import NOTHING, Joined, Span
from dangan.materials.reading.rules.recognition.values import (
    Value,
    birth_of,
    checked,
    id_value,
    sex_of,
    value,
)

NUMBER = re.compile(r"(?<!\d)([1-9][\dOoIl]{16}[\dXx×OoIl])(?![\dA-Za-z])")
_FRONT = ("姓名", "性别", "民族", "出生", "住址", "公民身份号码")
_DATE = re.compile(f"({DAY_DATE})")
_SEX = re.compile("([男女])")
_VALID = re.compile(r"有效期限?(\d{4}[.-]\d{2}[.-]\d{2}[-—至~]+(?:\d{4}[.-]\d{2}[.-]\d{2}|长期))")


def is_front(page: Joined) -> bool:
    """The number's label, or most of the other labels together with a number."""
    if "身份号码" in page.text:
        return True
    labels = sum(label in page.text for label in _FRONT[:5])
    return labels >= 3 and NUMBER.search(page.text) is not None


def is_back(page: Joined) -> bool:
    return "签发机关" in page.text or ("居民身份证" in page.text and "有效期" in page.text)


def front(page: Joined) -> list[Value]:
    """Name, sex, ethnic group, birth, address, number; birth and sex beside what the number
    says."""
    parts = page.between([*_FRONT, "中华人民共和国", "签发机关"])
    number, facts = id_value(page.find(NUMBER))
    birth = _inside(parts.get("出生"), _DATE)
    sex = _inside(parts.get("性别"), _SEX)
    found = [number] if number.text else []
    if name := parts.get("姓名"):
        found.append(value("name", name))
    if sex:
        found.append(checked(value("sex", sex), sex_of(facts)))
    if ethnicity := parts.get("民族"):
        found.append(value("ethnicity", ethnicity))
    if birth:
        read = value("birth_date", birth, iso(birth.text))
        found.append(checked(read, birth_of(facts)))
    elif facts:
        derived = Value("birth_date", facts.birth.isoformat(), number.lines, number.confidence)
        found.append(derived)
    if address := parts.get("住址"):
        found.append(value("household_address", address))
    return found


def back(page: Joined) -> list[Value]:
    """Issuing authority and validity: no field holds them, they help who looks."""
    parts = page.between(["签发机关", "有效期限", "有效期"])
    return [
        value("authority", parts.get("签发机关", NOTHING)),
        value("validity", page.find(_VALID)),
    ]


def _inside(span: Span | None, pattern: re.Pattern[str]) -> Span | None:
    """The part of a span that matches."""
    found = pattern.search(span.text) if span else None
    return Span(found.group(1), span.lines, span.score) if found and span else None
