"""The second factor: a code from the telephone that proves who is at the keyboard now.

Asked where a signed-in session is not enough: by the witnesses of a destruction. The secret is
sealed under the account's own key.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.db.models.functions import Now
from django.utils import timezone

from dangan.access import profiles
from dangan.access.actions.accounts import check_own_password
from dangan.access.actions.login import TRIES, forgive, throttle
from dangan.access.models import Account, SecondFactor
from dangan.access.rules import Absent, Actor
from dangan.access.rules.one_time import address, matching_step, new_secret
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault import queries as vault
from dangan.vault.rules import Place, seal, unseal

ISSUER = "dangan"


class WrongCode(Exception):  # noqa: N818 - an answer to the person
    """The code is wrong, used or late; ``message`` says so."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class NotEnrolled(WrongCode):
    """The account has no second factor yet; ``message`` says where to set one up."""

    def __init__(self) -> None:
        super().__init__(Message("你还没有设置两步验证，请先在“账号—两步验证”里设置。"))


@dataclass(frozen=True, slots=True)
class Offer:
    """A new secret to be put into the app; it counts once a code of it was entered."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


def enrolled(account: UUID) -> bool:
    """Whether the account has a second factor in use."""
    return SecondFactor.objects.filter(account=account, confirmed_at__isnull=False).exists()


def begin(actor: Actor, *, password: str) -> Offer:
    """A new secret for the actor's own account; the present one stays in use until it is confirmed.

    Raises :class:`dangan.access.actions.BadPassword` with ``field`` ``current``.
    """
    account = _own(actor)
    check_own_password(account, password)
    secret = new_secret()
    with recording(actor):
        key = profiles.fill_in([account])[account.id]
        SecondFactor.objects.update_or_create(
            account=account,
            defaults={"sealed_offer": seal(key, _place(account.id, "offer"), secret.encode())},
        )
        actor.trail.add(Event("second_factor.begin", object=str(account.id)))
    return Offer(secret, address(secret, account.login, ISSUER))


def confirm(actor: Actor, *, code: str) -> None:
    """The app shows the right code: from now on the new secret counts.

    Raises :class:`WrongCode`; the secret that was in use then stays.
    """
    account = _own(actor)
    _count(account.id)
    with recording(actor):
        row = SecondFactor.objects.select_for_update().filter(account=account).first()
        if row is None or row.sealed_offer is None:
            raise Absent
        key = vault.key_of(account.id)
        secret = unseal(key, _place(account.id, "offer"), bytes(row.sealed_offer)).decode()
        step = matching_step(secret, code, timezone.now(), 0)
        if step is None:
            raise _wrong(actor, account)
        row.sealed = seal(key, _place(account.id, "secret"), secret.encode())
        row.sealed_offer, row.last_step, row.confirmed_at = None, step, Now()
        row.save()
        actor.trail.add(Event("second_factor.set", object=str(account.id)))
    forgive("factor", str(account.id))


def prove(actor: Actor, code: str) -> None:
    """The person at the keyboard has the telephone of this account. Each code is good once.

    Wrong codes are counted, five in a quarter of an hour lock: call it before the transaction of
    the deed, which a wrong code would undo with the count. Raises :class:`NotEnrolled`,
    :class:`WrongCode`.
    """
    account = _own(actor)
    _count(account.id)
    with recording(actor):
        row = SecondFactor.objects.select_for_update().filter(account=account).first()
        if row is None or row.sealed is None:
            raise NotEnrolled
        key = vault.key_of(account.id)
        secret = unseal(key, _place(account.id, "secret"), bytes(row.sealed)).decode()
        step = matching_step(secret, code, timezone.now(), row.last_step)
        if step is None:
            raise _wrong(actor, account)
        row.last_step = step
        row.save(update_fields=["last_step"])
        actor.trail.add(Event("second_factor.prove", object=str(account.id)))
    forgive("factor", str(account.id))


def _own(actor: Actor) -> Account:
    """The account of whoever has signed in; a token or the console proves nobody's presence."""
    row = Account.objects.filter(pk=actor.id).first() if actor.kind == "account" else None
    if row is None:
        raise Absent
    return row


def _count(account: UUID) -> None:
    waiting = throttle("factor", str(account), tries=TRIES)
    if waiting is not None:
        raise WrongCode(waiting)


def _wrong(actor: Actor, account: Account) -> WrongCode:
    actor.trail.add(Event("second_factor.prove", outcome="failed", object=str(account.id)))
    return WrongCode(Message("验证码不对或已用过，请输入应用里现在显示的六位数字。"))


def _place(account: UUID, part: str) -> Place:
    return Place("second_factor", account, info_set=part, row=account)
