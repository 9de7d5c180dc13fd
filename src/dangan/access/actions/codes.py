"""One-time codes: how somebody who cannot log in sets a new password that nobody else knows.

A code is made when a second person has agreed, and handed over in two halves; whoever asked
holds one, whoever agreed the other. Only its keyed digest is kept here.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import profiles
from dangan.access.actions.accounts import BadPassword, check_not_recent, keep_old, validate
from dangan.access.actions.login import TRIES, clear_tries, forgive, throttle
from dangan.access.factors.tries import network
from dangan.access.models import Account, ResetCode, Token
from dangan.access.rules import Absent, Actor, refuse
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.vault.queries import token_of

ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
LENGTH = 16
LASTS = timedelta(hours=24)


def issue_code(actor: Actor, *, account: UUID) -> str:
    """A code for the account, good for a day; an earlier one counts no more.

    The present password stays good until the code is used, so that asking for a reset shuts
    nobody out. That two people agreed is the caller's to see to.
    """
    with recording(actor):
        if actor.id == account:
            raise refuse(actor, "account.code", _("自己的账号由另一个人处理"))
        row = Account.objects.select_for_update().filter(pk=account).first()
        if row is None or not row.is_active:
            raise Absent
        code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
        ResetCode.objects.update_or_create(
            account=row,
            defaults={
                "digest": _digest(row.id, code),
                "expires_at": timezone.now() + LASTS,
                "made_by": actor.id,
            },
        )
        actor.trail.add(Event("account.code", subject=row.subject, object=str(row.id)))
    return code


def use_code(actor: Actor, *, login: str, code: str, new: str) -> None:
    """Sets the password ``new`` for whoever has the log-in name and the code.

    Ends every session and token. Raises :class:`BadPassword` with ``field`` ``code`` (the same
    words for an unknown name, a wrong code and one that is over; tries count by name and place,
    so that nobody elsewhere keeps its holder from using it) or ``new`` (the code then stays good).
    """
    place = network(actor.address)
    name = f"{profiles.login_token(login)}|{place}"
    for kind, value, tries in (("reset", name, TRIES), ("resetip", place, TRIES * 4)):
        if throttle(kind, value, tries=tries) is not None:
            raise BadPassword([_("输错次数过多，15 分钟后再试")], "code")
    plain = "".join(code.split()).replace("-", "").upper()
    with recording(actor):
        row = (
            Account.objects.select_for_update()
            .filter(login_token=profiles.login_token(login))
            .first()
        )
        kept = ResetCode.objects.filter(account=row, expires_at__gt=timezone.now()).first()
        digest = bytes(kept.digest) if kept else b""
        right = hmac.compare_digest(_digest(row.id if row else UUID(int=0), plain), digest)
        if row is None or kept is None or not right or not row.is_active:
            actor.trail.add(Event("account.reset", outcome="failed"))
            raise BadPassword([_("账号名或重置码不正确，或重置码已过期")], "code")
        profiles.fill_in([row])
        validate(new, row)
        check_not_recent(row, new)
        keep_old(row)
        row.password = make_password(new)
        row.must_change_password = False
        row.password_changed_at = timezone.now()
        row.generation += 1
        row.save(
            update_fields=["password", "must_change_password", "password_changed_at", "generation"]
        )
        kept.delete()
        Token.objects.filter(account=row).delete()
        clear_tries(row)
        forgive("reset", name)
        actor.trail.add(Event("account.reset", subject=row.subject, object=str(row.id)))


def _digest(account: UUID, code: str) -> bytes:
    """Keyed, and bound to the account."""
    return token_of("account.code", f"{account}|{code}").to_bytes(8, "big", signed=True)
