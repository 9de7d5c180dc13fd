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
from dangan.access.factors import tries
from dangan.access.models import Account, Throttle
from dangan.access.passwords import expired, is_current
from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.queries import token_of

TRIES = tries.TRIES
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


def log_in(actor: Actor, *, login: str, password: str, browser: str = "") -> LogIn:
    """Checks a log-in name and password; the caller then goes on to the second step.

    Tries are counted by name and place (:mod:`dangan.access.factors.tries`) and by address;
    ``browser`` is the cookie by which a browser is known again. A password whose time is over
    must be changed next; a hash made with other parameters is made anew.
    """
    decoy = _decoy()
    name = profiles.login_token(login)
    account = Account.objects.filter(login_token=name).first()
    known = account.id if account else None
    count = tries.count(name, account=known, address=actor.address, browser=browser)
    origin = token_of("address", tries.network(actor.address))
    if count.left is None:
        return _refused(actor, None, _later(count.minutes))
    if not count.familiar and _reserve("address", origin, TRIES_OF_ADDRESS) is None:
        return _refused(actor, None, _wait("address", origin))
    fits = check_password(password, account.password if account else decoy)
    verdict = elsewhere.judge(account, login=login, password=password, fits=fits)
    if account is None or not verdict.right:
        return _refused(actor, account, verdict.message or _wrong(count.left))
    tries.forgive(name, account=account.id, address=actor.address, browser=browser)
    if not count.familiar:
        _forgive(origin)
    if not account.is_active:
        message = Message("账号已停用，资料没有变化。请联系管理员")
        return _refused(actor, account, message)
    if fits:
        _renew(account, password)
    return LogIn(account=account)


def _renew(account: Account, password: str) -> None:
    """The hash by today's parameters (sessions under the old one end), and the end of its time."""
    if not is_current(account.password):
        account.password = make_password(password)
        account.save(update_fields=["password"])
    since = account.password_changed_at or account.created_at
    if not account.must_change_password and expired(since, timezone.now()):
        account.must_change_password = True
        account.save(update_fields=["must_change_password"])


def log_out(actor: Actor) -> None:
    """Notes the end of a session."""
    actor.trail.add(Event("login.out", object=str(actor.id)))


def count_try(account: Account) -> bool:
    """Counts a try at the password of an account already logged in; False while locked.

    Call it outside a transaction that a wrong password would undo.
    """
    return tries.count_here(account.login_token).left is not None


def clear_tries(account: Account) -> None:
    """Forgets the failed tries at an account's log-in name, from wherever."""
    tries.clear(account.login_token)


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
        return Message("账号或密码不正确，{minutes} 分钟后再试", minutes=_minutes(LOCKED_FOR))
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


def _later(minutes: int) -> Message:
    return Message("输错次数过多，{minutes} 分钟后再试", minutes=minutes)


def _wait(kind: str, token: int) -> Message:
    until = (
        Throttle.objects.filter(kind=kind, token=token)
        .values_list("locked_until", flat=True)
        .first()
    )
    left = (until - timezone.now()) if until else LOCKED_FOR
    return _later(_minutes(left))


def _minutes(span: timedelta) -> int:
    return max(1, -(-int(span.total_seconds()) // 60))


def _forgive(origin: int) -> None:
    """A right password takes this try off the address's; counts long over go."""
    tries.tidy()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM access_throttle WHERE since < %s", [timezone.now() - timedelta(days=1)]
        )
        cursor.execute(
            "UPDATE access_throttle SET failures = greatest(failures - 1, 0)"
            " WHERE kind = 'address' AND token = %s",
            [origin],
        )
