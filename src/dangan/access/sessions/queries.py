"""Which sessions an account has, and in which browsers."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from dangan.access.models import Account
from dangan.access.rules import Absent, Actor, require
from dangan.access.sessions.models import Session
from dangan.access.sessions.store import SessionStore, digest_of
from dangan.audit.rules import Event
from dangan.vault.queries import keys_of
from dangan.vault.rules import Place, unseal


@dataclass(frozen=True, slots=True)
class Kept:
    """A session in force, as it is kept."""

    row: Session
    data: dict[str, Any]
    began: datetime
    seen: datetime


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session as its owner sees it. ``present``: the one that asks."""

    id: UUID
    began: datetime
    seen: datetime
    browser: str
    system: str
    address: str
    how: str
    present: bool


def live(account: Account) -> list[Kept]:
    """The sessions of an account that would let somebody in now. One statement."""
    rows = Session.objects.filter(account=account, expires_at__gt=timezone.now())
    kept = []
    for row in rows:
        data = SessionStore().decode(row.data)
        item = Kept(row, data, _moment(data.get("began")), _moment(data.get("seen")))
        if too_old(data.get("began"), timezone.now()) or not _matches(account, data):
            continue
        kept.append(item)
    return kept


def too_old(began: int | None, now: datetime) -> bool:
    """Whether a session that began then is over, however busy it is."""
    most = timedelta(hours=settings.DANGAN.session_hours)
    return began is not None and now - _moment(began) > most


def own(actor: Actor, *, present: str) -> tuple[SessionLine, ...]:
    """The actor's sessions, the present one first, then the last seen. ``present`` is its key."""
    account = Account.objects.filter(pk=actor.id).first()
    if account is None:
        raise Absent
    return _lines(account, digest_of(present))


def of_account(actor: Actor, account_id: UUID) -> tuple[SessionLine, ...]:
    """Another's sessions, for whoever may end them; the look is logged."""
    require(actor, "sessions.end")
    account = Account.objects.filter(pk=account_id).first()
    if account is None:
        raise Absent
    actor.trail.add(Event("session.list", subject=account.subject, object=str(account_id)))
    return _lines(account, "")


def _lines(account: Account, present: str) -> tuple[SessionLine, ...]:
    kept = live(account)
    key = keys_of([account.pk], skip_destroyed=True).get(account.pk) if kept else None
    lines = []
    for item in kept:
        sealed = base64.b64decode(item.data.get("device", ""))
        body = (
            json.loads(unseal(key, Place("session", account.pk), sealed)) if key and sealed else {}
        )
        lines.append(
            SessionLine(
                id=item.row.id,
                began=item.began,
                seen=item.seen,
                browser=body.get("browser", ""),
                system=body.get("system", ""),
                address=body.get("address", ""),
                how=str(item.data.get("proved_by", "")),
                present=item.row.key == present,
            )
        )
    return tuple(sorted(lines, key=lambda line: (not line.present, -line.seen.timestamp())))


def _matches(account: Account, data: dict[str, Any]) -> bool:
    given = str(data.get(HASH_SESSION_KEY, ""))
    hashes = (account.get_session_auth_hash(), *account.get_session_auth_fallback_hash())
    return any(constant_time_compare(given, known) for known in hashes)


def _moment(seconds: int | None) -> datetime:
    return datetime.fromtimestamp(seconds or 0, UTC)
