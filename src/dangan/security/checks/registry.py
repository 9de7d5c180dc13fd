"""Checks of the configuration: each room registers those of its own part."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final, Literal

from django.db import connection, transaction
from django.utils.functional import Promise

from dangan.dictionary.rules import Message

State = Literal["ok", "warn", "bad"]
OK: Final = "ok"
WARN: Final = "warn"
BAD: Final = "bad"

Group = Literal[
    "secrets", "web", "accounts", "database", "machine", "log", "work", "data", "backup", "program"
]

_log = logging.getLogger("dangan.security")


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing stands. ``text`` says what is, ``hint`` what to do; Chinese templates, which
    pages put into the reader's language (:func:`dangan.ui.messages.say`). Never personal."""

    state: State
    text: Message
    hint: Message | None = None


def ok(text: str, **params: object) -> Finding:
    """All is well with this."""
    return Finding(OK, Message(text, **params))


def warn(text: str, hint: str, **params: object) -> Finding:
    """Works, but weaker than it should be; ``params`` fill both sentences."""
    return Finding(WARN, Message(text, **params), Message(hint, **params))


def bad(text: str, hint: str, **params: object) -> Finding:
    """A door stands open, or something that protects does not work."""
    return Finding(BAD, Message(text, **params), Message(hint, **params))


@dataclass(frozen=True, slots=True)
class Check:
    """One question to the installation. ``run`` reads the real thing, changes nothing, and takes
    no longer than a few seconds; where it raises, the check counts as bad."""

    key: str
    group: Group
    label: str | Promise
    run: Callable[[], Finding]


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check and what it found."""

    check: Check
    finding: Finding
    seconds: float


_checks: dict[str, Check] = {}


def register(check: Check) -> None:
    """Adds a check; the same key again replaces it. Called from ``AppConfig.ready``."""
    _checks[check.key] = check


def checks() -> tuple[Check, ...]:
    """All registered checks by group."""
    groups: list[str] = list(Group.__args__)  # type: ignore[attr-defined]  # a Literal's values
    return tuple(sorted(_checks.values(), key=lambda one: (groups.index(one.group), one.key)))


def run_all(keys: Collection[str] | None = None) -> tuple[Outcome, ...]:
    """Runs all checks, or those named, one after the other; none that fails stops the next."""
    return tuple(_run(one) for one in checks() if keys is None or one.key in keys)


def _run(check: Check) -> Outcome:
    began = time.monotonic()
    try:
        with transaction.atomic(savepoint=connection.in_atomic_block):
            finding = check.run()
    except Exception as error:
        # Its message may quote a setting: only its kind is told.
        _log.warning("check %s failed: %s", check.key, type(error).__name__)
        finding = bad(
            "这一项没有查成（{kind}）",
            "看服务日志里 dangan.security 的记录，排除故障后重新检查",
            kind=type(error).__name__,
        )
    return Outcome(check, finding, time.monotonic() - began)
