"""Halves of one-time codes: one for who asked, one for who agreed, none for anybody else."""

from __future__ import annotations

import json

from django.utils import timezone

from dangan.access import actions as access
from dangan.access.actions.codes import LASTS
from dangan.access.models import ResetCode
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.entitlements.models import PasswordReset, Wish
from dangan.entitlements.rules import halves_of
from dangan.vault.queries import key_of, keys_of
from dangan.vault.rules import Place, seal, unseal
from dangan.workflow.handling import CannotTakeEffect


def issue(actor: Actor, wish: PasswordReset) -> None:
    """Makes the code and keeps its halves sealed for their two holders; saves the wish."""
    try:
        code = access.issue_code(actor, account=wish.account)
    except Absent:
        raise CannotTakeEffect(Message("账号已停用或已结束，不能重置密码；请先启用账号")) from None
    key = key_of(wish.account)
    body = json.dumps(halves_of(code)).encode()
    wish.halves = seal(key, Place("reset", wish.account, "halves", wish.id), body)
    wish.ends = timezone.now() + LASTS
    wish.save(update_fields=["halves", "ends"])


def half_for(actor: Actor, wish: PasswordReset) -> str:
    """The actor's half while the code is good; empty for everybody else. The look is logged."""
    if wish.state != Wish.State.GRANTED or not wish.halves or not usable(wish):
        return ""
    if actor.id not in {wish.requested_by, wish.decided_by}:
        return ""
    keys = keys_of([wish.account], skip_destroyed=True)
    if wish.account not in keys:
        return ""
    place = Place("reset", wish.account, "halves", wish.id)
    first, second = _pair(unseal(keys[wish.account], place, bytes(wish.halves)))
    actor.trail.add(Event("account.half", object=str(wish.account)))
    return first if actor.id == wish.requested_by else second


def _pair(body: bytes) -> tuple[str, str]:
    first, second = json.loads(body)
    return str(first), str(second)


def usable(wish: PasswordReset) -> bool:
    """Whether the code has been neither used nor replaced, and its day is not over."""
    now = timezone.now()
    return (
        wish.ends is not None
        and wish.ends > now
        and ResetCode.objects.filter(account=wish.account, expires_at__gt=now).exists()
    )
