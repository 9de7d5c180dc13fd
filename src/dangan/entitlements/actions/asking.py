"""Asking for rights: each verb stores what is wanted and sends its case on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import actions as access
from dangan.access import registry
from dangan.access.actions.rights import check_wish
from dangan.access.models import Account, Grant
from dangan.access.queries import not_over
from dangan.access.rules import Absent, Actor, Showing, field_showings, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.dossiers.queries import open_subject
from dangan.entitlements import reaching, starting
from dangan.entitlements.models import Handover, PasswordReset, RevealWish, TemporaryWish, Wish
from dangan.entitlements.rules import checked_hours, checked_period, checked_reason
from dangan.entitlements.rules.asking import BadWish
from dangan.entitlements.sealing import seal_reason
from dangan.workflow.models import Case
from dangan.workflow.problems import CannotStart

W = TypeVar("W", bound=Wish)


def ask_temporary(
    actor: Actor, *, role: str, unit: UUID | None, begins: date, until: date, reason: str
) -> TemporaryWish:
    """Asks for a role for oneself from one day to another, both counted.

    Raises :class:`BadWish`: no purpose, a period that cannot be, a role in conflict with one
    held (三员), one held already or asked for already.
    """
    with recording(actor):
        require(actor, "grants.request")
        words = checked_reason(reason)
        checked_period(begins, until, timezone.localdate(), settings.DANGAN.temporary_days)
        account = _account(actor.id)
        try:
            check_wish(account, access.Wish(actor.id, role, unit=unit, until=until))
        except access.RightsProblem as problem:
            raise BadWish(problem.message, "role") from None
        held = Grant.objects.filter(not_over(begins), account=account, role=role, unit=unit)
        if held.filter(begins__isnull=True).exists():
            raise BadWish(Message("你已经有这个角色，不用申请"), "role")
        wish = TemporaryWish(
            id=uuid4(),
            account=actor.id,
            requested_by=actor.id,
            role=role,
            unit=unit,
            begins=begins,
            until=until,
        )
        return _send(actor, wish, words, starting.open_temporary)


def ask_reveal(
    actor: Actor, *, subject: UUID, fields: Mapping[str, Sequence[str]], hours: int, reason: str
) -> RevealWish:
    """Asks to see these fields (by set) of one person in clear for some hours.

    The person must be within the actor's sight, the fields not plain to the actor already.
    Raises :class:`Absent`, :class:`Refused` and :class:`BadWish`.
    """
    with recording(actor):
        require(actor, "grants.request")
        words = checked_reason(reason)
        checked_hours(hours)
        opened = open_subject(actor, subject)
        if actor.subject == subject:
            raise BadWish(Message("自己的档案不用申请；看不到的内容请联系人事"), "fields")
        forbidden = registry.matrix().forbids([grant.role.key for grant in actor.grants], "read")
        if forbidden is not None:
            raise refuse(actor, "grants.request", str(forbidden), subject=subject)
        wanted: dict[str, list[str]] = {}
        for key, asked in fields.items():
            info_set = opened.dictionary.sets.get(key)
            if info_set is None:
                raise Absent
            showings = field_showings(actor, subject, opened.unit_path, info_set)
            known = [item for item in dict.fromkeys(asked) if item in info_set.by_key]
            if len(known) != len(set(asked)):
                raise Absent
            wanted[key] = [item for item in known if showings.get(item) is not Showing.PLAIN]
        wanted = {key: items for key, items in wanted.items() if items}
        if not wanted:
            raise BadWish(Message("选择要查看的字段；已经能看的不用申请"), "fields")
        wish = RevealWish(
            id=uuid4(),
            account=actor.id,
            requested_by=actor.id,
            subject=subject,
            fields=wanted,
            hours=hours,
        )
        return _send(actor, wish, words, starting.open_reveal)


def ask_handover(
    actor: Actor,
    *,
    giver: UUID,
    taker: UUID,
    roles: Sequence[tuple[str, UUID | None]],
    reason: str,
) -> Handover:
    """Asks that administrative roles of one account move to another.

    Nobody asks for themselves: the actor may give, never take. Raises :class:`BadWish`.
    """
    with recording(actor):
        require(actor, "rights.request")
        if actor.id == taker:
            raise refuse(actor, "rights.request", _("自己的权限要由别人申请"))
        words = checked_reason(reason)
        _account(giver)
        account = _account(taker)
        if giver == taker:
            raise BadWish(Message("接手的账号不能是原账号"), "taker")
        if not account.is_active:
            raise BadWish(Message("接手的账号已停用，请另选"), "taker")
        if not roles:
            raise BadWish(Message("选择要交接的角色"), "roles")
        held = Grant.objects.filter(account=giver, begins__isnull=True)
        for role, unit in roles:
            if (
                not reaching.is_administrative(role)
                or not held.filter(role=role, unit=unit).exists()
            ):
                raise BadWish(Message("只能交接原账号现有的管理角色"), "roles")
            try:
                check_wish(account, access.Wish(taker, role, unit=unit))
            except access.RightsProblem as problem:
                raise BadWish(problem.message, "taker") from None
        wish = Handover(
            id=uuid4(),
            account=taker,
            giver=giver,
            requested_by=actor.id,
            roles=[[role, str(unit) if unit else None] for role, unit in roles],
        )
        return _send(actor, wish, words, starting.open_handover)


def ask_reset(actor: Actor, *, account: UUID, reason: str) -> PasswordReset:
    """Asks that somebody else's password be set anew; another person must agree.

    Then both hold half of a one-time code, and neither can log in as the other person.
    Raises :class:`BadWish`.
    """
    with recording(actor):
        require(actor, "accounts.manage")
        if actor.id == account:
            raise refuse(actor, "account.reset", _("自己的账号由另一位管理员处理"))
        words = checked_reason(reason)
        row = _account(account)
        if not row.is_active:
            raise BadWish(Message("账号已停用，请先启用"))
        wish = PasswordReset(id=uuid4(), account=account, requested_by=actor.id)
        return _send(actor, wish, words, starting.open_reset)


def _send(actor: Actor, wish: W, words: str, opens: Callable[[Actor, W], Case]) -> W:
    """Stores the wish with its sealed reason and opens its case."""
    wish.reason = seal_reason(wish, words)
    try:
        with transaction.atomic():
            wish.save(force_insert=True)
    except IntegrityError:
        raise BadWish(Message("同样的申请正在等待审批")) from None
    try:
        case = opens(actor, wish)
    except CannotStart as problem:
        raise BadWish(problem.message) from None
    facts = {"kind": wish.place, "number": case.number}
    actor.trail.add(Event("rights.ask", object=str(wish.account), facts=facts))
    return wish


def _account(account: UUID) -> Account:
    row = Account.objects.filter(pk=account).first()
    if row is None:
        raise Absent
    return row
