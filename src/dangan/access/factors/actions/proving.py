"""Proving that the owner of the account sits at the keyboard."""

from __future__ import annotations

from dangan.access.actions.accounts import BadPassword, check_own_password
from dangan.access.factors.actions.app import prove_app
from dangan.access.factors.actions.codes import is_code, prove_code
from dangan.access.factors.actions.common import NotEnrolled, WrongCode, count, forget, own_account
from dangan.access.factors.actions.keys import prove_key
from dangan.access.factors.queries import enrolment
from dangan.access.factors.rules import FactorKind
from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message


def prove(actor: Actor, *, code: str = "", answer: str = "", session: str = "") -> FactorKind:
    """The actor has a second factor of their account at hand; says which.

    ``code`` is what the app shows now, or a recovery code; ``answer`` what a security key
    signed in the browser with the key ``session``. Raises :class:`NotEnrolled` and
    :class:`WrongCode`, whose ``message`` is the sentence to show. Call it before the transaction
    of the deed, which a wrong code would undo with its count.
    """
    own_account(actor)
    held = enrolment(actor.id)
    if not held.any:
        raise NotEnrolled
    if answer:
        prove_key(actor, answer=answer, session=session)
        return "key"
    if not code.strip():
        raise WrongCode(Message("请输入验证码或恢复码。"))
    count(actor)
    if is_code(code):
        prove_code(actor, code)
        forget(actor)
        return "code"
    if not held.app:
        raise NotEnrolled
    prove_app(actor, code)
    forget(actor)
    return "app"


def prove_password(actor: Actor, *, password: str) -> None:
    """The password once more, for whoever has no second factor. Raises :class:`WrongCode`."""
    account = own_account(actor)
    if enrolment(actor.id).any:
        raise WrongCode(Message("你设置了两步验证，请用它确认。"))
    try:
        check_own_password(account, password)
    except BadPassword as error:
        event = Event("second_factor.prove", outcome="failed", object=str(actor.id),
                      facts={"how": "password"})  # fmt: skip
        actor.trail.add(event)
        raise WrongCode(Message(error.messages[0])) from None
    event = Event("second_factor.prove", object=str(actor.id), facts={"how": "password"})
    actor.trail.add(event)
