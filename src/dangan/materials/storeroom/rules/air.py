"""Temperature and humidity: reading a table of readings, and what is out of bounds. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from dangan.dictionary.rules import Message

MOST_LINES = 100_000
_TIMES = (
    "%Y-%m-%d %H:%M:%S",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%dT%H:%M:%S",
    "%Y-%m-%dT%H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d %H:%M",
)
_TEMPERATURE = (Decimal(-40), Decimal(80))
_HUMIDITY = (Decimal(0), Decimal(100))
_HEADED = {"时间", "time", "日期", "date", "datetime"}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What the archive room has set: lowest and highest, ℃ and per cent."""

    temperature: tuple[float, float]
    humidity: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading; ``at`` as it was written, in the organisation's time."""

    at: datetime
    temperature: Decimal
    humidity: Decimal


def decoded(data: bytes) -> str | None:
    """The text of a CSV file from a logger or a spreadsheet (UTF-8, GB 18030); None for neither."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def parse(text: str) -> tuple[list[Reading], list[Message]]:
    """Readings of a table with the columns time, ℃ and %, and one sentence for each line that is
    none, naming it. A first line of column names is passed over, empty lines too."""
    good: list[Reading] = []
    bad: list[Message] = []
    for number, cells in enumerate(_rows(text), 1):
        if not any(cell.strip() for cell in cells):
            continue
        if number == 1 and cells[0].strip().lower() in _HEADED:
            continue
        if number > MOST_LINES:
            bad.append(Message("超过 {most} 行，请分几次导入。", most=MOST_LINES))
            break
        found = _line(number, cells)
        (good if isinstance(found, Reading) else bad).append(found)  # type: ignore[arg-type]  # the list chosen fits
    return good, bad


def _rows(text: str) -> list[list[str]]:
    head = text[:2000]
    separator = max(",;\t", key=head.count)
    lines = text.replace("\0", "").splitlines()
    return list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))


def _line(number: int, cells: Sequence[str]) -> Reading | Message:
    if len(cells) < 3:
        return Message("第 {line} 行不足三列，应是时间、温度、湿度。", line=number)
    at = _time(cells[0])
    if at is None:
        return Message(
            "第 {line} 行的时间“{given}”看不懂，应如 2026-11-20 09:00。",
            line=number,
            given=cells[0].strip()[:30],
        )
    temperature = decimal_of(cells[1])
    if temperature is None or not _TEMPERATURE[0] <= temperature <= _TEMPERATURE[1]:
        return Message(
            "第 {line} 行的温度“{given}”不对，应在 −40 到 80 之间。",
            line=number,
            given=cells[1].strip()[:30],
        )
    humidity = decimal_of(cells[2])
    if humidity is None or not _HUMIDITY[0] <= humidity <= _HUMIDITY[1]:
        return Message(
            "第 {line} 行的湿度“{given}”不对，应在 0 到 100 之间。",
            line=number,
            given=cells[2].strip()[:30],
        )
    return Reading(at, temperature, humidity)


def _time(text: str) -> datetime | None:
    for form in _TIMES:
        try:
            return datetime.strptime(text.strip(), form)
        except ValueError:
            continue
    return None


def decimal_of(text: str) -> Decimal | None:
    """A number with one place; None for what is none."""
    try:
        value = Decimal(text.strip().removesuffix("℃").removesuffix("%").strip())
    except InvalidOperation:
        return None
    return value.quantize(Decimal("0.1")) if value.is_finite() and abs(value) < 1000 else None


def out_of_bounds(bounds: Bounds, temperature: Decimal, humidity: Decimal) -> tuple[str, ...]:
    """Which limits a reading breaks: ``hot``, ``cold``, ``damp``, ``dry``."""
    found = []
    if temperature > Decimal(str(bounds.temperature[1])):
        found.append("hot")
    if temperature < Decimal(str(bounds.temperature[0])):
        found.append("cold")
    if humidity > Decimal(str(bounds.humidity[1])):
        found.append("damp")
    if humidity < Decimal(str(bounds.humidity[0])):
        found.append("dry")
    return tuple(found)


BREACHES = {
    "hot": Message("温度偏高"),
    "cold": Message("温度偏低"),
    "damp": Message("湿度偏高"),
    "dry": Message("湿度偏低"),
}
