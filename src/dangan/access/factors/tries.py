"""How often a password may be guessed, and why guessing locks nobody else out.

A lock on the name alone would let anybody keep its owner out by typing five wrong passwords; a
lock on the address alone lets many addresses guess one name. So what is counted is a name at a
place, and places differ in how well they are known:

- **A browser that has signed in under this name before** (the random cookie of
  :mod:`dangan.access.sessions.devices`) is a place of its own: five failures in a quarter of an
  hour. Whatever others do, from the same office or the whole internet, does not touch it.
- **Any other browser** is its address (of IPv6 the /64 that one household has): five failures
  for one name, thirty for all names together.
- **The name itself**, counted over all such addresses: from the twentieth failure within an hour
  on, an address has one try instead of five; from the hundredth on, unknown places wait. That is
  the bound NIST SP 800-63B § 5.2.2 sets, and what slows many addresses down. The owner still
  comes in, from a known browser always, from a new one at the first try.

Names that do not exist are counted the same way. A try is counted before the password is looked
at, so that tries at the same time count too; the right password clears the place, not the name.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils import timezone

from dangan.access.factors.models import Try
from dangan.access.sessions.models import Device
from dangan.vault.queries import token_of

TRIES = 5
TRIES_UNDER_ATTACK = 1
WINDOW = LOCKED_FOR = timedelta(minutes=15)
ATTACKED_FROM, CLOSED_FROM = 20, 100
"""Failures under one name within :data:`HOUR`, anywhere but in known browsers."""
HOUR = timedelta(hours=1)
KEPT = timedelta(days=1)

ANYWHERE = 0
"""The place that stands for all places together."""
NOBODY = UUID(int=0)

_RESERVE = """
INSERT INTO factors_try AS t (login, origin, failures, since, locked_until)
VALUES (%(login)s, %(origin)s, 1, %(now)s,
  CASE WHEN %(tries)s <= 1 THEN %(until)s::timestamptz END)
ON CONFLICT (login, origin) DO UPDATE SET
  failures = CASE WHEN t.since < %(start)s OR t.locked_until <= %(now)s THEN 1
             ELSE t.failures + 1 END,
  since = CASE WHEN t.since < %(start)s OR t.locked_until <= %(now)s THEN %(now)s
          ELSE t.since END,
  locked_until = CASE
    WHEN %(tries)s <= 1
      OR (t.since >= %(start)s AND t.locked_until IS NULL AND t.failures + 1 >= %(tries)s)
    THEN %(until)s::timestamptz END
WHERE t.locked_until IS NULL OR t.locked_until <= %(now)s
RETURNING failures
"""


@dataclass(frozen=True, slots=True)
class Count:
    """What is left after a try was counted: ``left`` more, or None while the place waits.

    ``familiar``: a browser that the account has signed in with before.
    """

    left: int | None
    minutes: int = 0
    familiar: bool = False


def count(login: int, *, account: UUID | None, address: str, browser: str) -> Count:
    """Counts a try under the name with the token ``login``, before its password is looked at.

    ``browser`` is what its cookie says; it only counts if the account knows it.
    """
    if _knows(account, browser):
        return replace(_count_at(login, _browser(browser), TRIES), familiar=True)
    place = _place(address)
    if _locked(login, place):
        # Otherwise one address that goes on while it waits would close the name to all others.
        return Count(None, _waiting(login, place))
    everywhere = _reserve(login, ANYWHERE, CLOSED_FROM, HOUR)
    if everywhere is None:
        return Count(None, _waiting(login, ANYWHERE))
    allowed = TRIES if everywhere <= ATTACKED_FROM else TRIES_UNDER_ATTACK
    return _count_at(login, place, allowed)


def count_here(login: int) -> Count:
    """Counts a try at the own password within a session: of its own, it locks no log-in."""
    return _count_at(login, token_of("place", "session"), TRIES)


def forgive(login: int, *, account: UUID, address: str, browser: str) -> None:
    """The password was right: this place begins anew, and this try was none at the name."""
    if _knows(account, browser):
        Try.objects.filter(login=login, origin=_browser(browser)).delete()
        return
    Try.objects.filter(login=login, origin=_place(address)).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE factors_try SET failures = greatest(failures - 1, 0), locked_until = NULL"
            " WHERE login = %s AND origin = %s",
            [login, ANYWHERE],
        )


def forgive_here(login: int) -> None:
    """The own password was right within a session."""
    Try.objects.filter(login=login, origin=token_of("place", "session")).delete()


def clear(login: int) -> None:
    """Forgets every failed try under a name: somebody has unlocked or reset the account."""
    Try.objects.filter(login=login).delete()


def tidy() -> None:
    """Forgets what is long over."""
    Try.objects.filter(since__lt=timezone.now() - KEPT).delete()


def network(address: str) -> str:
    """The part of an address that one household or office has: of IPv6 the first half.

    An IPv4 address written as IPv6 is itself: in their first half all of these are alike.
    """
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    if isinstance(found, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found)


def _knows(account: UUID | None, browser: str) -> bool:
    """Whether the account has signed in with this browser; an unknown name takes as long."""
    token = token_of("device", f"{account or NOBODY}|{browser}")
    return Device.objects.filter(account=account or NOBODY, token=token).exists()


def _place(address: str) -> int:
    return token_of("place", f"address {network(address)}") or 1


def _browser(browser: str) -> int:
    return token_of("place", f"browser {browser}") or 1


def _count_at(login: int, origin: int, tries: int) -> Count:
    failures = _reserve(login, origin, tries, WINDOW)
    if failures is None:
        return Count(None, _waiting(login, origin))
    return Count(max(0, tries - failures))


def _reserve(login: int, origin: int, tries: int, window: timedelta) -> int | None:
    """The number of failures if this try fails too; None while locked."""
    now = timezone.now()
    parameters: dict[str, Any] = {
        "login": login,
        "origin": origin,
        "now": now,
        "start": now - window,
        "until": now + (LOCKED_FOR if origin != ANYWHERE else HOUR),
        "tries": tries,
    }
    with connection.cursor() as cursor:
        cursor.execute(_RESERVE, parameters)
        row = cursor.fetchone()
    return row[0] if row else None


def _locked(login: int, origin: int) -> bool:
    return Try.objects.filter(login=login, origin=origin, locked_until__gt=timezone.now()).exists()


def _waiting(login: int, origin: int) -> int:
    """Minutes until the place may try again."""
    until = (
        Try.objects.filter(login=login, origin=origin)
        .values_list("locked_until", flat=True)
        .first()
    )
    left = (until - timezone.now()) if until else LOCKED_FOR
    return max(1, -(-int(left.total_seconds()) // 60))
