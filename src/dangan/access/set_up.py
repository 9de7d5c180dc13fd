"""The first start: a code on the console makes the first administrator, who appoints two more.

Nothing is installed with an account. While there is none, whoever starts the service gets a
one-time code; with it one person makes the account that manages the others, and appoints the
security and the audit administrator. These choose their passwords with codes of their own. Then
the page is gone for good.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from dangan.access import actions, profiles
from dangan.access.actions.codes import ALPHABET, LENGTH
from dangan.access.models import Account, EndedGrant, Grant, SetUp
from dangan.access.queries import system_actor
from dangan.access.rules import Absent, Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.queries import token_of

LASTS = timedelta(hours=24)
TRIES = 10
SYSTEM_ROLE = "it"
APPOINTED = ("security_admin", "auditor")


class SetUpProblem(Exception):  # noqa: N818 - an answer to the person
    """A step of the first start cannot be done so; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


@dataclass(frozen=True, slots=True)
class Appointed:
    """An administrator to appoint, or appointed. ``ready``: they have chosen a password."""

    role: str
    account: UUID | None
    name: str
    login: str
    ready: bool


def renew_code() -> str | None:
    """A new code, good for a day; an earlier one counts no more. None once there are accounts.

    Only a keyed digest is kept: the code stands on the console and nowhere else.
    """
    if Account.objects.exists():
        return None
    code = "".join(secrets.choice(ALPHABET) for _place in range(LENGTH))
    system = system_actor()
    with recording(system):
        SetUp.objects.update_or_create(
            id=1,
            defaults={"digest": _digest(code), "expires_at": timezone.now() + LASTS},
        )
        system.trail.add(Event("setup.code"))
    return "-".join(code[at : at + 4] for at in range(0, LENGTH, 4))


def waiting() -> bool:
    """Whether the first administrator is still to be made. One statement, two while it is so."""
    row = SetUp.objects.filter(first__isnull=True, done_at__isnull=True)
    return row.exists() and not Account.objects.exists()


def make_first(actor: Actor, *, code: str, login: str, name: str, password: str) -> Account:
    """The account that manages the others. Of two browsers with the code, one makes it.

    Raises :class:`SetUpProblem`, :class:`~dangan.access.actions.AccountProblem`,
    :class:`~dangan.access.actions.BadPassword`; :class:`Absent` once it has been made.
    """
    locked = actions.throttle("setup", actor.address, tries=TRIES)
    if locked is not None:
        raise SetUpProblem(locked)
    system = system_actor()
    with recording(actor):
        row = SetUp.objects.select_for_update().filter(id=1).first()
        if row is None or row.first_id or row.done_at or Account.objects.exists():
            raise Absent
        if not _right(row, code):
            actor.trail.add(Event("setup.first", outcome="failed"))
            raise SetUpProblem(
                Message("安装码不正确或已过期。它显示在启动服务的控制台上，重新启动会换一个新的")
            )
        made = actions.create_account(
            system,
            login=login,
            name=name,
            roles=[(SYSTEM_ROLE, None)],
            password=password,
            must_change=False,
        )
        row.first_id, row.digest, row.expires_at = made.id, None, None
        row.save()
        actor.trail.add(Event("setup.first", object=str(made.id)))
    actions.forgive("setup", actor.address)
    return Account.objects.get(pk=made.id)


def appointments(actor: Actor) -> tuple[Appointed, ...]:
    """The two to appoint, for the first administrator alone; :class:`Absent` once it is over."""
    row = SetUp.objects.filter(id=1).first()
    _first_only(actor, row)
    held = {role: _holder(role) for role in APPOINTED}
    profiles.fill_in([account for account in held.values() if account is not None])
    found = tuple(_appointed(role, held[role]) for role in APPOINTED)
    if all(item.ready for item in found):
        close(actor)
        raise Absent
    return found


def appoint(actor: Actor, *, role: str, login: str, name: str) -> str:
    """Makes the account of another administrator; returns the code they set their password with.

    For one that has been made and has no password yet: another code. Raises
    :class:`~dangan.access.actions.AccountProblem`, :class:`Absent`.
    """
    system = system_actor()
    with recording(actor):
        row = SetUp.objects.select_for_update().filter(id=1).first()
        _first_only(actor, row)
        if role not in APPOINTED:
            raise Absent
        holder = _holder(role)
        if _settled(role, holder):
            raise SetUpProblem(Message("这位管理员已设置密码"))
        if holder is not None:
            account = holder.id
        else:
            made = actions.create_account(
                system, login=login, name=name, roles=[(role, None)], must_change=True
            )
            account = made.id
            Account.objects.filter(pk=account).update(password=make_password(None))
        code = actions.issue_code(system, account=account)
        actor.trail.add(Event("setup.appoint", object=str(account), facts={"role": role}))
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def close(actor: Actor) -> None:
    """The first start is over for good."""
    with recording(actor):
        if SetUp.objects.filter(id=1, done_at__isnull=True).update(done_at=timezone.now()):
            actor.trail.add(Event("setup.close"))


def unfinished(actor: Actor) -> bool:
    """Whether this is the first administrator, who has others to appoint still. One statement."""
    return SetUp.objects.filter(first=actor.id, done_at__isnull=True).exists()


def _holder(role: str) -> Account | None:
    """Who holds the role: whoever has a password, if there are several."""
    grants = Grant.objects.filter(role=role).select_related("account").order_by("at", "id")
    held = [grant.account for grant in grants]
    ready = (account for account in held if account.has_usable_password())
    return next(ready, held[0] if held else None)


def _settled(role: str, holder: Account | None) -> bool:
    """Whether somebody has come into the role. From then on it takes two people to give it, and a
    code for whoever else gets it, although the page was never looked at again."""
    if holder is not None and holder.has_usable_password():
        return True
    return EndedGrant.objects.filter(role=role).exists()


def _appointed(role: str, account: Account | None) -> Appointed:
    ready = _settled(role, account)
    if account is None:
        return Appointed(role, None, "", "", ready=ready)
    return Appointed(role, account.id, account.name, account.login, ready=ready)


def _first_only(actor: Actor, row: SetUp | None) -> None:
    if row is None or row.done_at is not None or row.first_id != actor.id:
        raise Absent


def _right(row: SetUp, code: str) -> bool:
    plain = "".join(code.split()).replace("-", "").upper()
    live = row.expires_at is not None and row.expires_at > timezone.now()
    return (
        live and row.digest is not None and hmac.compare_digest(bytes(row.digest), _digest(plain))
    )


def _digest(code: str) -> bytes:
    return token_of("setup.code", code).to_bytes(8, "big", signed=True)
