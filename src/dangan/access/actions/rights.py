"""Giving and taking roles: asked by one person, decided by another, never about oneself.

A request runs as a case; :mod:`dangan.access.requests` names the room that runs it. What takes
effect, and that two people took part in it, is decided here and held by the table's constraints.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import profiles, registry, requests, units
from dangan.access.actions.ending import end_grants
from dangan.access.models import (
    Account,
    AccountState,
    Ending,
    Grant,
    Origin,
    Permit,
    RequestState,
    RightsRequest,
)
from dangan.access.queries import not_over
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.queries import key_of

LONGEST_REASON = 300
ENDED = Message("这个账号已结束，不能再得到权限")
"""An ended account that is opened again comes back without any role given meanwhile."""


class RightsProblem(Exception):  # noqa: N818 - an answer to the asker
    """A role cannot be given or taken so; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


@dataclass(frozen=True, slots=True)
class Wish:
    """A role to give to an account, or take from it, for the branch under ``unit``."""

    account: UUID
    role: str
    verb: Literal["grant", "revoke"] = "grant"
    unit: UUID | None = None
    until: date | None = None


class Decide(Protocol):
    """What the verbs that decide a request have alike."""

    def __call__(self, actor: Actor, *, request: UUID) -> None: ...


def request_change(actor: Actor, wish: Wish, *, reason: str) -> UUID:
    """Opens a request; returns its identifier. Raises :class:`RightsProblem`."""
    with recording(actor):
        require(actor, "rights.request")
        _within(actor, "rights.request", wish.unit)
        return open_request(actor, wish, reason=reason)


def open_request(actor: Actor, wish: Wish, *, reason: str) -> UUID:
    """As :func:`request_change`, inside the caller's transaction and after its own checks."""
    if actor.id == wish.account:
        raise refuse(actor, "rights.request", _("自己的权限要由别人申请"))
    reason = " ".join(reason.split())
    if not reason or len(reason) > LONGEST_REASON:
        raise RightsProblem(Message("写明申请理由，最多 {most} 个字", most=LONGEST_REASON))
    account = lock_account_row(wish.account)
    check_wish(account, wish)
    request = RightsRequest(
        id=uuid4(),
        account=account,
        verb=wish.verb,
        role=wish.role,
        unit=wish.unit,
        until=wish.until,
        requested_by=actor.id,
    )
    key = key_of(account.id)
    request.reason = profiles.seal_note(key, "rights", request.id, reason)
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:
        raise RightsProblem(Message("同样的申请正在等待审批")) from None
    note(actor, "rights.request", account, wish)
    requests.desk().opened(actor, request, reason)
    return request.id


def approve_request(actor: Actor, *, request: UUID) -> None:
    """The actor agrees; the role counts when nobody else has to. Raises :class:`RightsProblem`."""
    with recording(actor):
        requests.desk().decide(actor, _deciding(actor, request), "agree")


def decline_request(actor: Actor, *, request: UUID) -> None:
    """The actor refuses: the request ends without effect."""
    with recording(actor):
        requests.desk().decide(actor, _deciding(actor, request), "refuse")


def withdraw_request(actor: Actor, *, request: UUID) -> None:
    """Takes back the actor's own request while nobody has decided."""
    with recording(actor):
        require(actor, "rights.request")
        row = _open_row(request)
        if row.requested_by != actor.id:
            raise refuse(actor, "rights.withdraw", _("只有申请人能收回申请"))
        requests.desk().decide(actor, row, "withdraw")


def carry_out_request(actor: Actor, *, request: UUID, number: str = "") -> None:
    """Lets an agreed request take effect; the account's sessions end.

    ``actor`` is whoever agreed last, and must be one who may approve rights there, other than
    who asked and who gains. Raises :class:`RightsProblem` and :class:`Refused`.
    """
    with recording(actor):
        row = _deciding(actor, request)
        wish = _wish(row)
        check_wish(row.account, wish)
        if wish.verb == "grant":
            _add(actor, wish, origin=Origin.REQUEST, number=number)
        else:
            _remove(actor, wish, number=number)
        _end_sessions(wish.account)
        _settle(actor, row, RequestState.APPROVED)
        note(actor, "rights.approve", row.account, wish)


def close_request(actor: Actor, *, request: UUID, state: RequestState) -> None:
    """A request that was refused or withdrawn changes nothing; one already closed stays so."""
    with recording(actor):
        row = RightsRequest.objects.select_for_update().filter(pk=request).first()
        if row is None or row.state != RequestState.OPEN:
            return
        _settle(actor, row, state)
        action = "rights.refuse" if state == RequestState.DECLINED else "rights.withdraw"
        note(actor, action, row.account, _wish(row))


def grant_role(
    actor: Actor, *, account: UUID, role: str, unit: UUID | None = None, until: date | None = None
) -> None:
    """Gives a role at once: the console's way, for setting up. Raises :class:`RightsProblem`."""
    with recording(actor):
        apply_grant(actor, Wish(account=account, role=role, unit=unit, until=until))


def revoke_role(actor: Actor, *, account: UUID, role: str, unit: UUID | None = None) -> None:
    """Takes a role at once: the console's way. Raises :class:`RightsProblem`."""
    with recording(actor):
        _console_only(actor)
        wish = Wish(account=account, role=role, verb="revoke", unit=unit)
        row = lock_account_row(account)
        check_wish(row, wish)
        _remove(actor, wish)
        _end_sessions(account)
        note(actor, "rights.revoke", row, wish)


def apply_grant(actor: Actor, wish: Wish) -> None:
    """Gives a role inside the caller's transaction, without a request: the console only."""
    _console_only(actor)
    account = lock_account_row(wish.account)
    check_wish(account, wish)
    _add(actor, wish)
    _end_sessions(wish.account)
    note(actor, "rights.grant", account, wish)


def _console_only(actor: Actor) -> None:
    if actor.kind not in {"console", "system"}:
        raise refuse(actor, "rights.approve", _("授予角色要先申请，由另一个人审批"))


def lock_account_row(account: UUID) -> Account:
    """The account, locked so that two roles in conflict cannot be given at the same time."""
    row = Account.objects.select_for_update().filter(pk=account).first()
    if row is None:
        raise Absent
    return row


def check_wish(account: Account, wish: Wish) -> None:
    """Raises :class:`RightsProblem` when the wish makes no sense or roles would conflict."""
    matrix = registry.matrix()
    role = matrix.roles.get(wish.role)
    held = Grant.objects.filter(account=account)
    if wish.verb == "revoke":
        if not held.filter(role=wish.role, unit=wish.unit).exists():
            raise RightsProblem(Message("这个账号没有该角色，可能已被收回"))
        return
    if account.state == AccountState.ENDED:
        raise RightsProblem(ENDED)
    if role is None or not role.grantable:
        raise RightsProblem(Message("没有这个角色，或它不能授予"))
    if wish.unit is not None and not units.label(wish.unit):
        raise RightsProblem(Message("部门不存在，请重新选择"))
    if wish.unit is None and any(rule.reach in {"unit", "subtree"} for rule in role.field_rules):
        raise RightsProblem(Message("“{role}”要选定部门", role=role.label))
    if wish.until is not None and wish.until < timezone.localdate():
        raise RightsProblem(Message("截止日期已过"))
    current = set(held.filter(not_over(timezone.localdate())).values_list("role", flat=True))
    problem = matrix.conflict(current, wish.role)
    if problem is None and _looks_by_permit(account):
        problem = matrix.forbids([wish.role], "read")
    if problem is not None:
        raise RightsProblem(problem)


def _looks_by_permit(account: Account) -> bool:
    """Whether the account may look at somebody by a permit that is not over."""
    return Permit.objects.filter(account=account, ends__gt=timezone.now()).exists()


def _deciding(actor: Actor, request: UUID) -> RightsRequest:
    """The open request, if ``actor`` may decide it: another person than who asked and who gains."""
    require(actor, "rights.approve")
    row = _open_row(request)
    if row.requested_by == actor.id:
        raise refuse(actor, "rights.approve", _("申请人不能审批自己的申请，请另一个人审批"))
    if row.account_id == actor.id:
        raise refuse(actor, "rights.approve", _("自己的权限由另一个人审批"))
    _within(actor, "rights.approve", row.unit)
    return row


def _within(actor: Actor, permission: str, unit: UUID | None) -> None:
    """Whoever asks or decides for one branch does so for that branch only."""
    if not actor.may_at(permission, units.path(unit)):
        raise refuse(actor, permission, _("这个部门不在你的管理范围内"))


def _open_row(request: UUID) -> RightsRequest:
    row = (
        RightsRequest.objects.select_for_update(of=("self", "account"))
        .select_related("account")
        .filter(pk=request)
        .first()
    )
    if row is None:
        raise Absent
    if row.state != RequestState.OPEN:
        raise RightsProblem(Message("这项申请已经办结"))
    return row


def _wish(row: RightsRequest) -> Wish:
    verb: Literal["grant", "revoke"] = "revoke" if row.verb == "revoke" else "grant"
    return Wish(row.account_id, row.role, verb, row.unit, row.until)


def _add(actor: Actor, wish: Wish, *, origin: Origin = Origin.SETUP, number: str = "") -> None:
    """Adds the grant for good, or moves the end of one already held."""
    Grant.objects.update_or_create(
        account_id=wish.account,
        role=wish.role,
        unit=wish.unit,
        begins=None,
        defaults={
            "granted_by": actor.id,
            "until": wish.until,
            "origin": origin,
            "number": number,
        },
    )


def _remove(actor: Actor, wish: Wish, *, number: str = "") -> None:
    held = Grant.objects.filter(account_id=wish.account, role=wish.role, unit=wish.unit)
    end_grants(actor, held, why=Ending.REVOKED, number=number)


def _end_sessions(account: UUID) -> None:
    Account.objects.filter(pk=account).update(generation=F("generation") + 1)


def _settle(actor: Actor, row: RightsRequest, state: RequestState) -> None:
    row.state, row.decided_by, row.decided_at = state, actor.id, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at"])


def note(actor: Actor, action: str, account: Account, wish: Wish) -> None:
    facts = {
        "verb": wish.verb,
        "role": wish.role,
        "unit": str(wish.unit) if wish.unit else None,
        "until": wish.until.isoformat() if wish.until else None,
    }
    actor.trail.add(Event(action, subject=account.subject, object=str(account.id), facts=facts))
