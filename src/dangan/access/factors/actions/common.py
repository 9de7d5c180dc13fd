"""What the verbs of this room share: whose factors, how often one may guess, what is said."""

from __future__ import annotations

from uuid import UUID

from dangan.access.actions.login import forgive, throttle
from dangan.access.factors import tries
from dangan.access.models import Account
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.rules import Place

TRIES, TRIES_ANYWHERE = 5, 20
"""Wrong codes within a quarter of an hour, from one address and from all together.

Only somebody who knows the password comes this far; of a million codes three are right at a
time, so that twenty tries a quarter hour take a year to be right with one chance in two."""


class WrongCode(Exception):  # noqa: N818 - an answer to the person
    """The proof is wrong, used or late; ``message`` says so."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class NotEnrolled(WrongCode):
    """The account has no such factor; ``message`` says where to set one up."""

    def __init__(self) -> None:
        super().__init__(Message("你还没有设置两步验证，请先在“登录安全”里设置。"))


def own_account(actor: Actor) -> Account:
    """The account of whoever has signed in; a token or the console proves nobody's presence."""
    row = Account.objects.filter(pk=actor.id).first() if actor.kind == "account" else None
    if row is None:
        raise Absent
    return row


def count(actor: Actor) -> None:
    """Counts a try at a code of the actor's; raises :class:`WrongCode` while that must wait.

    By address, so that somebody elsewhere who knows the password keeps its owner out less; and
    altogether, since a code has six digits only.
    """
    for kind, value, most in _counters(actor):
        waiting = throttle(kind, value, tries=most)
        if waiting is not None:
            raise WrongCode(waiting)


def forget(actor: Actor) -> None:
    """The proof was right: the tries before it count no more."""
    for kind, value, _most in _counters(actor):
        forgive(kind, value)


def _counters(actor: Actor) -> tuple[tuple[str, str, int], ...]:
    here = f"{actor.id}|{tries.network(actor.address)}"
    return (("factor", here, TRIES), ("factors", str(actor.id), TRIES_ANYWHERE))


def wrong(actor: Actor, how: str, message: Message) -> WrongCode:
    """Notes the failure and gives the exception to raise."""
    actor.trail.add(
        Event("second_factor.prove", outcome="failed", object=str(actor.id), facts={"how": how})
    )
    return WrongCode(message)


def place_of_app(account: UUID, part: str) -> Place:
    """Where the secret of an app is sealed: ``secret``, or ``offer`` until its first code."""
    return Place("second_factor", account, info_set=part, row=account)
