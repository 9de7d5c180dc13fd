"""Logging in: the same time and the same words whether or not the account exists."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.db import connection
from django.utils import timezone

from dangan.access import elsewhere, profiles
from dangan.access.models import Account, Throttle
from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.queries import token_of

TRIES = 5
TRIES_OF_ADDRESS = 30
WINDOW = timedelta(minutes=15)
LOCKED_FOR = timedelta(minutes=15)

_RESERVE = """
INSERT INTO access_throttle AS t (kind, token, failures, since, locked_until)
VALUES (%(kind)s, %(token)s, 1, %(now)s, NULL)
ON CONFLICT (kind, token) DO UPDATE SET
  failures = CASE WHEN t.since < %(start)s OR t.locked_until <= %(now)s THEN 1
             ELSE t.failures + 1 END,
  since = CASE WHEN t.since < %(start)s OR t.locked_until <= %(now)s THEN %(now)s
          ELSE t.since END,
  locked_until = CASE
    WHEN t.since >= %(start)s AND t.locked_until IS NULL AND t.failures + 1 >= %(tries)s
    THEN %(until)s END
WHERE t.locked_until IS NULL OR t.locked_until <= %(now)s
RETURNING failures
"""
"""Counts a try before the password is looked at, so that tries at the same time count too."""


@dataclass(frozen=True, slots=True)
class LogIn:
    """What came of a try: the account, or the sentence to show."""

    account: Account | None = None
    message: Message | None = None


def log_in(actor: Actor, *, login: str, password: str) -> LogIn:
    """Checks a log-in name and password; five failures within a quarter hour lock for another.

    The count is kept by log-in name, known or not, and by address. A success is in the log
    before this returns; the caller then starts the session.
    """
    decoy = _decoy()
    name = profiles.login_token(login)
    origin = token_of("address", actor.address)
    if _reserve("address", origin, TRIES_OF_ADDRESS) is None:
        return _refused(actor, None, _wait("address", origin))
    failures = _reserve("login", name, TRIES)
    if failures is None:
        return _refused(actor, None, _wait("login", name))
    account = Account.objects.filter(login_token=name).first()
    fits = check_password(password, account.password if account else decoy)
    verdict = elsewhere.judge(account, login=login, password=password, fits=fits)
    if account is None or not verdict.right:
        return _refused(actor, account, verdict.message or _wrong(TRIES - failures))
    _forgive(name, origin)
    if not account.is_active:
        message = Message("账号已停用，资料没有变化。请联系管理员")
        return _refused(actor, account, message)
    actor.trail.actor, actor.trail.kind = account.id, "account"
    with recording(actor):
        actor.trail.add(Event("login.done", subject=account.subject, object=str(account.id)))
    return LogIn(account=account)


def log_out(actor: Actor) -> None:
    """Notes the end of a session."""
    actor.trail.add(Event("login.out", object=str(actor.id)))


def count_try(account: Account) -> bool:
    """Counts a try at the password of an account already logged in; False while locked.

    Call it outside a transaction that a wrong password would undo.
    """
    return _reserve("login", account.login_token, TRIES) is not None


def clear_tries(account: Account) -> None:
    """Forgets the failed tries at an account's log-in name."""
    Throttle.objects.filter(kind="login", token=account.login_token).delete()


def throttle(kind: str, value: str, *, tries: int) -> Message | None:
    """Counts a try at something else that can be guessed; the sentence to show while locked.

    Call it outside a transaction that a wrong guess would undo, and :func:`forgive` a right one.
    """
    token = token_of(kind, value)
    return None if _reserve(kind, token, tries) is not None else _wait(kind, token)


def forgive(kind: str, value: str) -> None:
    """Forgets the failed tries that :func:`throttle` counted."""
    Throttle.objects.filter(kind=kind, token=token_of(kind, value)).delete()


@cache
def _decoy() -> str:
    """A hash nobody knows the password of, so that an unknown name takes as long to refuse."""
    return make_password(secrets.token_urlsafe(16))


def _refused(actor: Actor, account: Account | None, message: Message) -> LogIn:
    event = Event(
        "login.failed",
        outcome="failed",
        subject=account.subject if account else None,
        object=str(account.id) if account else "",
    )
    actor.trail.add(event)
    return LogIn(message=message)


def _wrong(left: int) -> Message:
    if left <= 0:
        return Message("账号或密码不正确。已连续输错 {tries} 次，{minutes} 分钟后再试",
                       tries=TRIES, minutes=_minutes(LOCKED_FOR))  # fmt: skip
    return Message("账号或密码不正确，还可以试 {left} 次", left=left)


def _reserve(kind: str, token: int, tries: int) -> int | None:
    """The number of failures if this try fails too; None while locked."""
    now = timezone.now()
    parameters: dict[str, Any] = {
        "kind": kind,
        "token": token,
        "now": now,
        "start": now - WINDOW,
        "until": now + LOCKED_FOR,
        "tries": tries,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, parameters)
        row = cursor.fetchone()
    return row[0] if row else None


def _wait(kind: str, token: int) -> Message:
    until = (
        Throttle.objects.filter(kind=kind, token=token)
        .values_list("locked_until", flat=True)
        .first()
    )
    left = (until - timezone.now()) if until else LOCKED_FOR
    return Message("输错次数过多，{minutes} 分钟后再试", minutes=_minutes(left))


def _minutes(span: timedelta) -> int:
    return max(1, -(-int(span.total_seconds()) // 60))


def _forgive(name: int, origin: int) -> None:
    """A right password clears the name's count and takes this try off the address's."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM access_throttle WHERE (kind = 'login' AND token = %s) OR since < %s",
            [name, now - timedelta(days=1)],
        )
        cursor.execute(
            "UPDATE access_throttle SET failures = greatest(failures - 1, 0)"
            " WHERE kind = 'address' AND token = %s",
            [origin],
        )
