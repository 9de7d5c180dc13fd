"""Search results as a file: .csv for a spreadsheet, .jsonl for a programme."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice

from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.audit.queries import LoggedEvent
from dangan.reports.audit_log.wording import Line, lines

CHUNK = 500
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|")
"""What spreadsheets read as the beginning of a formula; Chinese ones also in full width."""


def as_csv(events: Iterator[LoggedEvent]) -> Iterator[str]:
    """UTF-8 with a byte order mark, which spreadsheets need to read Chinese."""
    yield "\ufeff" + _csv([_heads()])
    for part in _worded(events):
        yield _csv([_row(line) for line in part])


def as_json_lines(events: Iterator[LoggedEvent]) -> Iterator[str]:
    """One JSON object a line, keys in English, times in ISO 8601."""
    for part in _worded(events):
        yield "".join(json.dumps(_object(line), ensure_ascii=False) + "\n" for line in part)


def _worded(events: Iterator[LoggedEvent]) -> Iterator[list[Line]]:
    while part := list(islice(events, CHUNK)):
        yield lines(part, size=0)


def _heads() -> list[str]:
    return [
        _("序号"),
        _("时间"),
        _("谁"),
        _("身份"),
        _("动作"),
        _("内容"),
        _("对谁"),
        _("结果"),
        _("为何"),
        _("来自"),
        _("请求"),
    ]


def _row(line: Line) -> list[str]:
    event = line.event
    return [
        str(event.id),
        f"{timezone.localtime(event.at):%Y-%m-%d %H:%M:%S.%f}"[:-3],
        line.who,
        line.kind,
        line.verb,
        " ".join(part for part in (line.what, line.amount) if part),
        line.whom,
        line.refused or _("已完成"),
        event.reason,
        event.address,
        str(event.request),
    ]


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def _safe(cell: str) -> str:
    """A reason somebody typed must not become a formula in the auditor's spreadsheet."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _object(line: Line) -> dict[str, object]:
    event = line.event
    return {
        "event": event.id,
        "leaf": event.leaf,
        "at": event.at.isoformat(),
        "request": str(event.request),
        "actor": str(event.actor),
        "actor_name": line.who,
        "kind": event.kind,
        "action": event.action,
        "outcome": event.outcome,
        "subject": event.subject and str(event.subject),
        "subject_name": line.whom,
        "object": event.object,
        "facts": dict(event.facts),
        "reason": event.reason,
        "address": event.address,
    }
