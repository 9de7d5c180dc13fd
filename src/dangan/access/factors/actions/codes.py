"""Recovery codes: ten for the day the telephone is lost, shown once, each good once."""

from __future__ import annotations

import secrets

from django.db.models.functions import Now

from dangan.access.factors.actions.common import WrongCode, own_account, wrong
from dangan.access.factors.models import RecoveryCode
from dangan.access.factors.rules import CODES
from dangan.access.models import Account
from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.queries import token_of

ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
GROUPS, GROUP = 3, 4
"""Twelve characters: 59 random bits, which need no slow hash (ASVS 5.0 § 6.5.2 asks for 20)."""


def make_codes(actor: Actor) -> tuple[str, ...]:
    """Ten new codes, kept nowhere in clear; earlier ones count no more."""
    account = own_account(actor)
    with recording(actor):
        # Two pages at once must not leave twenty codes.
        Account.objects.select_for_update().get(pk=account.pk)
        RecoveryCode.objects.filter(account=account).delete()
        made = tuple(_new() for _number in range(CODES))
        RecoveryCode.objects.bulk_create(
            RecoveryCode(account=account, digest=_digest(actor, code)) for code in made
        )
        actor.trail.add(
            Event("second_factor.codes", object=str(account.id), facts={"count": CODES})
        )
    return made


def is_code(text: str) -> bool:
    """Whether this has the form of a recovery code: the app's are digits only."""
    return len(_plain(text)) == GROUPS * GROUP


def prove_code(actor: Actor, code: str) -> None:
    """Uses up a code; raises :class:`WrongCode`. The caller has counted the try."""
    with recording(actor):
        unused = RecoveryCode.objects.filter(
            account=actor.id, digest=_digest(actor, code), used_at__isnull=True
        )
        if not unused.update(used_at=Now()):  # one statement: of two at once, one is first
            raise _wrong(actor)
        event = Event("second_factor.prove", object=str(actor.id), facts={"how": "code"})
        actor.trail.add(event)


def _wrong(actor: Actor) -> WrongCode:
    return wrong(actor, "code", Message("恢复码不对或已用过，每个只能用一次。"))


def _new() -> str:
    letters = "".join(secrets.choice(ALPHABET) for _place in range(GROUPS * GROUP))
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def _plain(code: str) -> str:
    return "".join(character for character in code.upper() if character.isalnum())


def _digest(actor: Actor, code: str) -> int:
    """Keyed, and bound to the account."""
    return token_of("recovery.code", f"{actor.id}|{_plain(code)}")
