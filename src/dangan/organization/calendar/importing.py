"""A year's days off from a table or from the wording of the official notice. Pure.

The table has the columns ``date,kind,name``; the notice is the State Council's 关于某年部分节假日
安排的通知, pasted as it stands. Either is taken whole or not at all.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from dangan.dictionary.rules import Message
from dangan.organization.calendar.rules import DayKind, SpecialDay

FIRST_YEAR, LAST_YEAR = 2004, 2100
TEXT_AT_MOST = 60_000
NAME_AT_MOST = 30
SPILL_FROM = 20
"""From this day of December on, a notice may speak of the year before its own."""

HOLIDAYS = {
    "元旦": "New Year's Day",
    "春节": "Spring Festival",
    "清明节": "Tomb-sweeping Day",
    "劳动节": "Labour Day",
    "端午节": "Dragon Boat Festival",
    "中秋节": "Mid-autumn Festival",
    "国庆节": "National Day",
    "抗战胜利纪念日": "Anti-Fascist 70th Day",
}
"""Holidays by their Chinese name, with the name that tables use."""

TOO_LARGE = Message("文件超过 1 MB，一年的放假安排不会这么大")

_KINDS: dict[str, DayKind] = {
    "off": "holiday",
    "holiday": "holiday",
    "放假": "holiday",
    "休": "holiday",
    "work": "workday",
    "workday": "workday",
    "上班": "workday",
    "班": "workday",
}
_HEADINGS = {
    "date": "date",
    "日期": "date",
    "kind": "kind",
    "类型": "kind",
    "name": "name",
    "名称": "name",
    "节日": "name",
}
_WEEKDAYS = "一二三四五六日"


class BadTable(Exception):  # noqa: N818 - an answer to the asker
    """Nothing can be taken over; ``problems`` holds every line's number and reason.

    Line 0 is about the text as a whole.
    """

    def __init__(self, problems: Sequence[tuple[int, Message]]) -> None:
        super().__init__("a table of holidays was refused")
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Table:
    """A year's announced days in order, and what looks odd about them."""

    year: int
    days: tuple[SpecialDay, ...]
    warnings: tuple[Message, ...]

    @property
    def off(self) -> int:
        return sum(item.kind == "holiday" for item in self.days)

    @property
    def worked(self) -> int:
        return len(self.days) - self.off


def read(text: str, year: int) -> Table:
    """The days of ``year`` in a table or notice; raises :class:`BadTable` naming every problem."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise _whole(Message("年份要在 {first} 和 {last} 之间", first=FIRST_YEAR, last=LAST_YEAR))
    if len(text) > TEXT_AT_MOST:
        raise _whole(Message("内容太长，一年的放假安排不会超过 {most} 个字", most=TEXT_AT_MOST))
    if not text.strip():
        raise _whole(Message("没有内容，请粘贴放假安排的通知，或选一个 CSV 文件"))
    lines = list(_notice(text, year) if _is_notice(text) else _rows(text))
    days = _checked(lines, year)
    return Table(year, tuple(days), tuple(_oddities(days, year)))


def decode(data: bytes) -> str:
    """A file's text, UTF-8 or GB 18030; raises :class:`BadTable`."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise _whole(Message("文件编码不是 UTF-8 或 GB 18030"))


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    day: date
    kind: DayKind
    name: str


def _whole(message: Message) -> BadTable:
    return BadTable([(0, message)])


def _rows(text: str) -> Iterator[_Line]:
    """The lines of a table; raises :class:`BadTable` for those that cannot be read."""
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff").strip("\n"), newline=""))
    heading = [_HEADINGS.get(cell.strip().lower(), "") for cell in next(reader, [])]
    if not {"date", "kind"} <= set(heading):
        raise BadTable([(1, Message("第一行要有 date 和 kind 两列，或粘贴官方通知的原文"))])
    problems: list[tuple[int, Message]] = []
    lines: list[_Line] = []
    for number, cells in enumerate(reader, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        row = dict(zip(heading, (cell.strip() for cell in cells), strict=False))
        found = _row(number, row)
        if isinstance(found, Message):
            problems.append((number, found))
        else:
            lines.append(found)
    if problems:
        raise BadTable(problems)
    yield from lines


def _row(number: int, row: dict[str, str]) -> _Line | Message:
    try:
        day = date.fromisoformat(row.get("date", ""))
    except ValueError:
        return Message("日期“{date}”不存在，写成 2027-01-01", date=row.get("date", ""))
    kind = _KINDS.get(row.get("kind", "").lower())
    if kind is None:
        return Message(
            "类型“{kind}”不认识，写 off（放假）或 work（上班）", kind=row.get("kind", "")
        )
    name = row.get("name", "")
    if len(name) > NAME_AT_MOST:
        return Message("名称超过 {most} 个字", most=NAME_AT_MOST)
    return _Line(number, day, kind, HOLIDAYS.get(name, name))


_SECTION = re.compile(r"^\s*[一二三四五六七八九十]+[、.]\s*([^:：。]{2,20}?)\s*[::]", re.MULTILINE)
_SPAN = re.compile(
    r"(?:(?P<y>\d{4})年)?(?P<m>\d{1,2})月(?P<d>\d{1,2})日(?:\((?P<w>[^)]*)\))?"
    r"(?:至(?:(?P<y2>\d{4})年)?(?:(?P<m2>\d{1,2})月)?(?P<d2>\d{1,2})日(?:\((?P<w2>[^)]*)\))?)?"
)
_TOTAL = re.compile(r"(?:共|放假)\s*(\d{1,2})\s*天")


def _is_notice(text: str) -> bool:
    return "放假" in text and "月" in text and bool(_SECTION.search(_plain(text)))


def _plain(text: str) -> str:
    """Full-width signs and figures as half-width ones, so that one pattern fits."""
    return unicodedata.normalize("NFKC", text)


def _notice(text: str, year: int) -> Iterator[_Line]:
    """The days of a notice; raises :class:`BadTable` where it contradicts itself or ``year``."""
    text = _plain(text)
    announced = re.search(r"(\d{4})\s*年\s*(?:部分)?节假日", text)
    if announced and int(announced[1]) != year:
        raise _whole(
            Message("这是 {found} 年的通知，要导入的是 {year} 年", found=announced[1], year=year)
        )
    problems: list[tuple[int, Message]] = []
    starts = list(_SECTION.finditer(text))
    ends = [after.start() for _, after in pairwise(starts)] + [len(text)]
    lines: list[_Line] = []
    for section, end in zip(starts, ends, strict=True):
        number = text.count("\n", 0, section.start(1)) + 1
        body = text[section.end() : end]
        lines += _section(number, section[1], body, year, problems)
    if problems:
        raise BadTable(problems)
    yield from lines


def _section(
    number: int, title: str, body: str, year: int, problems: list[tuple[int, Message]]
) -> Iterator[_Line]:
    """What one holiday's paragraph says; what does not fit goes to ``problems``."""
    name = next((HOLIDAYS[key] for key in HOLIDAYS if key.removesuffix("节") in title), title)
    for sentence in re.split(r"[。;]", body):
        kind: DayKind = "workday" if "上班" in sentence else "holiday"
        if kind == "holiday" and "放假" not in sentence:
            continue
        found: list[date] = []
        for span in _SPAN.finditer(sentence):
            try:
                found += _days(span, year)
            except BadTable as bad:
                problems += [(number, message) for _, message in bad.problems]
        total = _TOTAL.search(sentence)
        if kind == "holiday" and total and found and int(total[1]) != len(found):
            problems.append(
                (
                    number,
                    Message(
                        "{name}写的是 {said} 天，日期算出来是 {count} 天",
                        name=title,
                        said=int(total[1]),
                        count=len(found),
                    ),
                )
            )
        yield from (_Line(number, day, kind, name) for day in found)


def _days(span: re.Match[str], year: int) -> list[date]:
    """The days of ``9月25日（周五）至27日（周日）``; weekdays given must be right."""
    first = _day(span["y"] or year, span["m"], span["d"], span["w"])
    if not span["d2"]:
        return [first]
    last = _day(span["y2"] or first.year, span["m2"] or span["m"], span["d2"], span["w2"])
    if not 0 <= (last - first).days <= 31:
        raise _whole(Message("{first} 至 {last} 不是一段假期", first=first, last=last))
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def _day(year: str | int, month: str, day: str, weekday: str | None) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise _whole(
            Message("{year} 年没有 {month} 月 {day} 日", year=year, month=month, day=day)
        ) from None
    said = re.search(rf"(?:周|星期)([{_WEEKDAYS}])", weekday or "")
    if said and said[1] != _WEEKDAYS[found.weekday()]:
        raise _whole(
            Message(
                "{day} 写的是周{said}，实际是周{real}，请核对年份",
                day=found,
                said=said[1],
                real=_WEEKDAYS[found.weekday()],
            )
        )
    return found


def _checked(lines: Sequence[_Line], year: int) -> list[SpecialDay]:
    """The days in order; raises :class:`BadTable` for doubles and days that cannot be."""
    problems: list[tuple[int, Message]] = []
    first: dict[date, int] = {}
    for line in lines:
        spill = line.day.year == year - 1 and line.day.month == 12 and line.day.day >= SPILL_FROM
        if line.day.year != year and not spill:
            message = Message("{day} 不在 {year} 年，一次导入一年", day=line.day, year=year)
        elif line.day in first:
            message = Message("{day} 与第 {line} 行重复", day=line.day, line=first[line.day])
        elif line.kind == "workday" and line.day.weekday() < 5:
            weekday = _WEEKDAYS[line.day.weekday()]
            message = Message(
                "{day} 是周{weekday}，本来就上班，不用列出", day=line.day, weekday=weekday
            )
        else:
            first[line.day] = line.number
            continue
        problems.append((line.number, message))
    if problems:
        raise BadTable(problems)
    if not lines:
        raise _whole(Message("没有读到任何一天，请核对格式"))
    days = [SpecialDay(line.day, line.kind, line.name) for line in lines]
    return sorted(days, key=lambda item: item.day)


def _oddities(days: Sequence[SpecialDay], year: int) -> Iterator[Message]:
    """What a complete year would have and this one has not."""
    named = {item.name for item in days}
    missing = [
        name
        for name, english in HOLIDAYS.items()
        if name != "抗战胜利纪念日" and english not in named and name not in named
    ]
    if missing and len(missing) < 7:
        yield Message("没有{names}，确认是否漏了", names="、".join(missing))
    off = sum(item.kind == "holiday" for item in days)
    if not 20 <= off <= 45:
        yield Message("{year} 年只有 {off} 天放假，往年在 26 至 33 天之间", year=year, off=off)
