"""Personal access tokens: shown once, kept as a hash, never wider than their owner's rights."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import profiles
from dangan.access.models import Token
from dangan.access.queries import TOKEN_PREFIX, token_digest, token_scopes
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.queries import key_of

LONGEST = timedelta(days=365)


class TokenProblem(Exception):  # noqa: N818 - an answer to the asker
    """A token cannot be made so; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


@dataclass(frozen=True, slots=True)
class NewToken:
    """A new token in clear, which is kept nowhere."""

    id: UUID
    raw: str = field(repr=False)


def create_token(actor: Actor, *, label: str, scopes: Collection[str], days: int) -> NewToken:
    """A token for the actor's own account, at most a year. Raises :class:`TokenProblem`."""
    with recording(actor):
        require(actor, "tokens.own")
        if actor.kind != "account":
            raise refuse(actor, "tokens.own", _("令牌只能由本人登录后创建"))
        label = " ".join(label.split())
        if not label or len(label) > 60:
            raise TokenProblem(Message("给令牌起个名字，最多 60 个字"))
        if not scopes:
            raise TokenProblem(Message("至少选一项权限"))
        if set(scopes) - set(token_scopes(actor)):
            raise TokenProblem(Message("令牌的权限不能超过你自己的权限"))
        if not 1 <= days <= LONGEST.days:
            raise TokenProblem(Message("有效期为 1 至 {most} 天", most=LONGEST.days))
        raw = TOKEN_PREFIX + secrets.token_urlsafe(32)
        token = Token(
            id=uuid4(),
            account_id=actor.id,
            digest=token_digest(raw),
            scopes=sorted(scopes),
            expires_at=timezone.now() + timedelta(days=days),
        )
        token.label = profiles.seal_note(key_of(actor.id), "token", token.id, label)
        token.save(force_insert=True)
        facts = {"scopes": sorted(scopes), "days": days}
        actor.trail.add(Event("token.create", object=str(token.id), facts=facts))
    return NewToken(token.id, raw)


def revoke_token(actor: Actor, *, token: UUID) -> None:
    """Ends a token: one's own, or any by whoever manages accounts."""
    with recording(actor):
        row = Token.objects.select_for_update().filter(pk=token).first()
        if row is None or (row.account_id != actor.id and not actor.may("accounts.manage")):
            raise Absent
        row.delete()
        actor.trail.add(Event("token.revoke", object=str(token)))
