"""The authenticator app: its secret, sealed under the account's own key."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db.models.functions import Now
from django.utils import timezone

from dangan.access import profiles
from dangan.access.factors.actions.common import (
    WrongCode,
    count,
    forget,
    own_account,
    place_of_app,
    wrong,
)
from dangan.access.factors.actions.leaving import keep_one
from dangan.access.models import SecondFactor
from dangan.access.rules import Absent, Actor
from dangan.access.rules.one_time import address, matching_step, new_secret
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault import queries as vault
from dangan.vault.rules import seal, unseal

ISSUER = "dangan"


@dataclass(frozen=True, slots=True)
class Offer:
    """A new secret to be put into the app; it counts once a code of it was entered."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


def begin_app(actor: Actor) -> Offer:
    """A secret for a new app of the actor's own account; the present one stays in use meanwhile."""
    account = own_account(actor)
    with recording(actor):
        key = profiles.fill_in([account])[account.id]
        row, _made = SecondFactor.objects.select_for_update().get_or_create(account=account)
        secret = new_secret()
        row.sealed_offer = seal(key, place_of_app(account.id, "offer"), secret.encode())
        row.save(update_fields=["sealed_offer"])
        actor.trail.add(Event("second_factor.begin", object=str(account.id)))
    return Offer(secret, address(secret, account.login, ISSUER))


def confirm_app(actor: Actor, *, code: str) -> None:
    """The app shows the right code: from now on the new secret counts.

    Raises :class:`WrongCode`; the secret that was in use then stays.
    """
    account = own_account(actor)
    count(actor)
    with recording(actor):
        row = SecondFactor.objects.select_for_update().filter(account=account).first()
        if row is None or row.sealed_offer is None:
            raise Absent
        key = vault.key_of(account.id)
        offer = unseal(key, place_of_app(account.id, "offer"), bytes(row.sealed_offer)).decode()
        step = matching_step(offer, code, timezone.now(), 0)
        if step is None:
            raise wrong_code(actor)
        row.sealed = seal(key, place_of_app(account.id, "secret"), offer.encode())
        row.sealed_offer, row.last_step, row.confirmed_at = None, step, Now()
        row.save()
        actor.trail.add(Event("second_factor.set", object=str(account.id), facts={"how": "app"}))
    forget(actor)


def remove_app(actor: Actor) -> None:
    """The app counts no more. Raises :class:`LastFactor` where a second factor is required."""
    account = own_account(actor)
    with recording(actor):
        row = SecondFactor.objects.select_for_update().filter(account=account).first()
        if row is None or row.sealed is None:
            raise Absent
        keep_one(actor, leaving="app")
        row.delete()
        actor.trail.add(Event("second_factor.remove", object=str(account.id), facts={"how": "app"}))


def prove_app(actor: Actor, code: str) -> None:
    """The person at the keyboard has the app of this account. Each code is good once.

    Raises :class:`WrongCode`; the caller has counted the try.
    """
    with recording(actor):
        row = SecondFactor.objects.select_for_update().filter(account=actor.id).first()
        if row is None or row.sealed is None:
            raise wrong_code(actor)
        key = vault.key_of(actor.id)
        secret = unseal(key, place_of_app(actor.id, "secret"), bytes(row.sealed)).decode()
        step = matching_step(secret, code, timezone.now(), row.last_step)
        if step is None:
            raise wrong_code(actor)
        row.last_step = step
        row.save(update_fields=["last_step"])
        event = Event("second_factor.prove", object=str(actor.id), facts={"how": "app"})
        actor.trail.add(event)


def wrong_code(actor: Actor) -> WrongCode:
    """The sentence for a wrong code of the app."""
    return wrong(actor, "app", Message("验证码不对或已用过，请输入应用里现在显示的六位数字。"))
