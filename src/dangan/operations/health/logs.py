"""What the programs say while they run: one line an event, as text or as JSON, and no values.

A value in a message may be personal: a name in an address, ``Key (…)=(…)`` in an error of the
database, whatever somebody typed in the text of an exception. So of an exception only its kind and
the places it passed are told, and of libraries, which know nothing of this, only where they spoke
and the fixed part of what they said. Our own rooms word their messages themselves, from clear
identifiers and counts.

Imported by the settings: knows nothing of Django.
"""

from __future__ import annotations

import json
import logging
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from pathlib import Path
from types import TracebackType
from typing import Any

REQUEST: ContextVar[str] = ContextVar("request", default="")
"""The number of the request being answered; the audit trail has the same."""
JOB: ContextVar[str] = ContextVar("job", default="")
"""The number of the background job being run."""

_OURS = ("dangan", "py.warnings")
_SPEAKING = ("granian", "_granian")
"""Libraries whose messages hold process numbers and addresses of this machine at most."""
_MOST_FRAMES = 12
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")


def facts_of(record: logging.LogRecord) -> dict[str, Any]:
    """What may be told of a record, by name, in the order of telling."""
    told: dict[str, Any] = {
        "at": _moment(record.created),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": _message(record),
        "request": REQUEST.get(),
        "job": JOB.get() or _job_of(record),
    }
    told |= getattr(record, "facts", {})
    if record.exc_info and record.exc_info[1] is not None:
        told["error"] = [_told(error) for error in _chain(record.exc_info[1])]
    return {name: value for name, value in told.items() if value not in ("", None)}


_BREAKS = {number: f"\\x{number:02x}" for number in (*range(32), 127, 133)} | {
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


_BREAKS_IN_JSON = {number: f"\\u{number:04x}" for number in (127, 133, 0x2028, 0x2029)}


class Line(logging.Formatter):
    """``time LEVEL logger message name=value …`` for people at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        told = facts_of(record)
        head = [told.pop("at"), told.pop("level").upper(), told.pop("logger")]
        message, errors = told.pop("message", ""), told.pop("error", [])
        rest = [f"{name}={value}" for name, value in told.items()]
        # One record is one line: nothing in it can look like another.
        lines = [" ".join([*head, message, *rest]).rstrip().translate(_BREAKS)]
        for error in errors:
            lines += [f"  {error['kind']}", *(f"    {place}" for place in error["places"])]
        return "\n".join(lines)


class Json(logging.Formatter):
    """One JSON object a line, for programs that gather logs."""

    def format(self, record: logging.LogRecord) -> str:
        told = json.dumps(facts_of(record), ensure_ascii=False, default=str)
        return told.translate(_BREAKS_IN_JSON)


class Once(logging.Filter):
    """Without Django's own line on an answer of 4xx or 5xx: :mod:`.middleware` tells it better."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.name != "django.request" or record.exc_info is not None


def settings(form: str) -> dict[str, Any]:
    """Django's ``LOGGING``. Every logger speaks through the one handler that holds to the rule;
    requests are told one by one in JSON, where a program reads them."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"told": {"()": Json if form == "json" else Line}},
        "filters": {"once": {"()": Once}},
        "handlers": {
            "console": {"class": "logging.StreamHandler", "formatter": "told", "filters": ["once"]}
        },
        "root": {"handlers": ["console"], "level": "WARNING"},
        "loggers": {
            "dangan": {"level": "INFO"},
            "dangan.request": {"level": "INFO" if form == "json" else "ERROR"},
            # Django's own handlers would print addresses and mail reports with values.
            "django": {"handlers": [], "level": "WARNING"},
            "django.server": {"handlers": [], "level": "WARNING"},
        },
    }


def library_settings(form: str) -> dict[str, Any]:
    """The same for the web server, which sets its loggers up by itself."""
    loggers = {"handlers": ["console"], "level": "WARNING", "propagate": False}
    return settings(form) | {"loggers": {"_granian": dict(loggers), "granian.access": loggers}}


def catch_what_nobody_catches() -> None:
    """Have the interpreter tell of errors that end a thread or a program in the same words."""
    log = logging.getLogger("dangan.uncaught")

    def ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, KeyboardInterrupt):
            log.critical("the program ended", exc_info=(kind, error, trace))

    def thread_ended(given: threading.ExceptHookArgs) -> None:
        if given.exc_value is not None:
            log.error(
                "a thread ended", exc_info=(given.exc_type, given.exc_value, given.exc_traceback)
            )

    def dropped(given: sys.UnraisableHookArgs) -> None:
        if given.exc_value is not None:
            log.error(
                "an error went nowhere",
                exc_info=(given.exc_type, given.exc_value, given.exc_traceback),
            )

    sys.excepthook, threading.excepthook, sys.unraisablehook = ended, thread_ended, dropped


# --- what may be told ------------------------------------------------------------------------


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in (*_OURS, *_SPEAKING):
        return record.getMessage()
    fixed = str(record.msg) if record.args else ""
    action = getattr(record, "action", "")  # what procrastinate calls it
    return f"{fixed or action} ({record.module}:{record.lineno})".strip()


def _job_of(record: logging.LogRecord) -> str:
    job = getattr(record, "job", None)
    return f"{job.get('task_name')}[{job.get('id')}]" if isinstance(job, Mapping) else ""


def _told(error: BaseException) -> dict[str, Any]:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    state = getattr(error, "sqlstate", None)
    if isinstance(state, str) and _SQLSTATE.fullmatch(state):
        kind += f" [{state}]"
    return {"kind": kind, "places": list(_places(error))}


def _places(error: BaseException) -> Iterator[str]:
    frames = []
    trace = error.__traceback__
    while trace is not None:
        frames.append((trace.tb_frame.f_code, trace.tb_lineno))
        trace = trace.tb_next
    for code, line in frames[-_MOST_FRAMES:]:
        path = Path(code.co_filename)
        yield f"{'/'.join(path.parts[-3:])}:{line} {code.co_name}"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what it came from, outermost first; each once."""
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _moment(created: float) -> str:
    moment = time.localtime(created)
    offset = time.strftime("%z", moment)
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", moment)
    return f"{whole}.{int(created % 1 * 1000):03d}{offset[:3]}:{offset[3:]}"
