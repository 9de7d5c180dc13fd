"""Which second factors an account has, and whether it must have one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import connection

from dangan.access import registry
from dangan.access.factors.credentials import open_key
from dangan.access.factors.models import SecurityKey
from dangan.access.factors.rules import Enrolment, must_enrol
from dangan.access.models import Account, SecondFactor
from dangan.access.passwords import policy
from dangan.access.rules import Actor
from dangan.vault.queries import key_of


@dataclass(frozen=True, slots=True)
class KeyLine:
    """A security key as its owner sees it."""

    id: UUID
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwnPassword:
    """A password as its owner sees it; ``kept`` is False for one that another place knows."""

    kept: bool
    changed: bool
    """Whether its owner has ever chosen it: otherwise an administrator did."""
    since: datetime
    until: datetime | None


_ENROLMENT = """
SELECT
  EXISTS (SELECT 1 FROM access_secondfactor WHERE account_id = %(who)s AND sealed IS NOT NULL),
  (SELECT count(*) FROM factors_securitykey WHERE account_id = %(who)s),
  (SELECT count(*) FROM factors_recoverycode WHERE account_id = %(who)s AND used_at IS NULL)
"""


def enrolment(account: UUID) -> Enrolment:
    """The second factors of an account, in one statement. Counts only: no rights are asked."""
    with connection.cursor() as cursor:
        cursor.execute(_ENROLMENT, {"who": account})
        app, keys, codes = cursor.fetchone()
    return Enrolment(app, keys, codes)


def required_of(actor: Actor) -> bool:
    """Whether the actor must have a second factor here (``DANGAN_SECOND_FACTOR``)."""
    common = registry.role(registry.EMPLOYEE)
    if not settings.DANGAN.factors_required or common is None:
        return False
    return must_enrol(actor, common)


def own_keys(actor: Actor) -> tuple[KeyLine, ...]:
    """The actor's own security keys, oldest first."""
    rows = list(SecurityKey.objects.filter(account=actor.id).order_by("added_at", "id"))
    opener = key_of(actor.id) if rows else None
    return tuple(
        KeyLine(row.id, open_key(opener, row).name, row.added_at, row.used_at)
        for row in rows
        if opener is not None
    )


def own_password(actor: Actor) -> OwnPassword:
    """Since when the actor's own password is in use, and until when it may be."""
    row = Account.objects.get(pk=actor.id)
    since = row.password_changed_at or row.created_at
    lasts = policy().lasts
    return OwnPassword(
        kept=row.has_usable_password(),
        changed=row.password_changed_at is not None,
        since=since,
        until=since + lasts if lasts else None,
    )


def app_since(actor: Actor) -> datetime | None:
    """Since when the actor's own authenticator app counts; None without one."""
    return (
        SecondFactor.objects.filter(account=actor.id, sealed__isnull=False)
        .values_list("confirmed_at", flat=True)
        .first()
    )
