"""Certificates of graduation 毕业证书 and of degrees 学位证书."""

from __future__ import annotations

import re

from dangan.materials.reading.rules.recognition.dates import DAY_DATE, MONTH_DATE, iso, number
from dangan.materials.reading.rules.recognition.joined import NOTHING, Joined, Span
from dangan.materials.reading.rules.recognition.values import Value, value

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff·"
_SCHOOL = f"[{_HAN}()]{{2,24}}?(?:大学|学院|学校|研究院|研究所|党校)"
_DATES = f"(?:{DAY_DATE}|{MONTH_DATE})"

_NAME = re.compile(f"(?:学生|学员|研究生|持证人)([{_HAN}]{{2,12}}?)[,、]?(?:性别|[男女],|,)")
_DEGREE_NAME = re.compile(f"证书([{_HAN}]{{2,12}}?),?(?:性别)?,?[男女],")
_PERIOD = re.compile(f"(?P<start>{_DATES})[至到—~-]+(?P<end>{_DATES})")
_MAJOR = re.compile(
    f"(?:本校|我校|本院|我院|大学|学院)(?P<major>[{_HAN}()]{{2,30}}?)(?:学科)?[(]?专业"
)
_MAJOR_AFTER = re.compile(f"专业:(?P<major>[{_HAN}()]{{2,30}}?)(?:[,。]|学制|层次|学习|$)")
_LENGTH = re.compile("([二三四五六七八2-8])年制")
_LEVEL = re.compile(
    "(博士研究生|硕士研究生|研究生|专科起点的?本科|专升本|本科|高职|专科|中等专业|中专|高中)"
)
_SCHOOL_AFTER = re.compile(f"校名?:({_SCHOOL})")
_LAST_SCHOOL = re.compile(f"(?:学位|毕业)[。.]?(?:校名:?)?({_SCHOOL})")
_ANY_SCHOOL = re.compile(f"(?:在|证书)({_SCHOOL})")
_CERTIFICATE = re.compile("(?:证书编号|编号|证书号码):?([0-9A-Z]{8,24})")
_AWARDS = re.compile(f"授予([{_HAN}]{{2,12}}?(?:学士|硕士|博士)(?:专业)?(?:学位)?)")
_DATE = re.compile(f"({DAY_DATE})")
_FORM = re.compile("(非全日制|全日制|函授|业余|夜大|网络教育|自学考试|脱产|开放教育)")
_BROAD_FORM = re.compile("(成人高等教育|普通高等教育)")
_ORDINARY = re.compile("(普通高等学校)")
_LEVELS = {
    "研究生": "硕士研究生",
    "专科起点本科": "大学本科",
    "专科起点的本科": "大学本科",
    "专升本": "大学本科",
    "本科": "大学本科",
    "高职": "大学专科",
    "专科": "大学专科",
    "中等专业": "中专",
}
"""As the code table writes them."""

_FORMS = {"脱产": "全日制"}
_ASSUMED = 70
"""For what the form of a certificate implies rather than says."""


def is_degree(page: Joined) -> bool:
    return "学位证书" in page.text or bool(_AWARDS.search(page.text))


def is_graduation(page: Joined) -> bool:
    return "毕业证书" in page.text or ("准予毕业" in page.text and "证书" in page.text)


def graduation(page: Joined) -> list[Value]:
    """School, subject, level, form, from and to, length, number; whose it is."""
    start, end = page.find(_PERIOD, "start"), page.find(_PERIOD, "end")
    length = page.find(_LENGTH)
    level = page.find(_LEVEL)
    return [
        value("_name", page.find(_NAME)),
        value("start", start, iso(start.text)[:7]),
        value("end", end, iso(end.text)[:7]),
        value("school", _first(page, _LAST_SCHOOL, _SCHOOL_AFTER, _ANY_SCHOOL)),
        value("major", _major(page)),
        value("level", level, _LEVELS.get(level.text, level.text)),
        _form(page),
        value("length", length, f"{number(length.text[:1])}年" if length.text else ""),
        value("certificate_number", page.find_in_line(_CERTIFICATE)),
    ]


def degree(page: Joined) -> list[Value]:
    """Degree, when and by whom it was given, subject, number; whose it is."""
    awarded = page.find(_DATE, last=True)
    given = page.find(_AWARDS)
    return [
        value("_name", _first(page, _NAME, _DEGREE_NAME)),
        value("degree", given, _degree_name(given.text)),
        value("awarded", awarded, iso(awarded.text)),
        value("awarded_by", _first(page, _LAST_SCHOOL, _ANY_SCHOOL, _SCHOOL_AFTER)),
        value("major", _major(page)),
        value("certificate_number", page.find_in_line(_CERTIFICATE)),
    ]


def _major(page: Joined) -> Span:
    found = page.find(_MAJOR, "major")
    return found if found.text else page.find(_MAJOR_AFTER, "major")


def _form(page: Joined) -> Value:
    said = _first(page, _FORM, _BROAD_FORM)
    if said.text:
        return value("study_form", said, _FORMS.get(said.text, said.text))
    ordinary = page.find(_ORDINARY)
    return value("study_form", ordinary, "全日制" if ordinary.text else "", most=_ASSUMED)


def _degree_name(text: str) -> str:
    """``工学硕士`` → ``工学硕士学位``, as the code table writes it."""
    return f"{text}学位" if text and not text.endswith("学位") else text


def _first(page: Joined, *patterns: re.Pattern[str]) -> Span:
    for pattern in patterns:
        found = page.find(pattern)
        if found.text:
            return found
    return NOTHING
