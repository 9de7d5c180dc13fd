"""Effects of agreed cases: temporary roles, leave to look, hand-over of administrative roles.

Each joins the caller's transaction. That another person agreed has been seen to by the case and
is held by the caller's table; here roles in conflict and makeshift periods are refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db.models import F
from django.utils import timezone

from dangan.access import registry
from dangan.access.actions.ending import end_grants
from dangan.access.actions.rights import (
    ENDED,
    RightsProblem,
    Wish,
    check_wish,
    lock_account_row,
    note,
)
from dangan.access.models import Account, AccountState, Ending, Grant, Origin, Permit, Token
from dangan.access.queries import not_over
from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.vault.queries import key_of
from dangan.vault.rules import Place, seal


def give_temporary(actor: Actor, wish: Wish, *, begins: date, number: str) -> None:
    """A role from ``begins`` to ``wish.until``, both counted; it lapses by itself.

    Raises :class:`RightsProblem`: the period is over, the role is held already for good, or it
    conflicts with one that is held then or later.
    """
    with recording(actor):
        account = lock_account_row(wish.account)
        check_wish(account, wish)
        held = Grant.objects.filter(not_over(begins), account=account, role=wish.role)
        if held.filter(unit=wish.unit, begins__isnull=True).exists():
            raise RightsProblem(Message("已经有这个角色，不用临时授权"))
        Grant.objects.update_or_create(
            account=account,
            role=wish.role,
            unit=wish.unit,
            begins=begins,
            defaults={
                "granted_by": actor.id,
                "until": wish.until,
                "origin": Origin.TEMPORARY,
                "number": number,
            },
        )
        note(actor, "rights.temporary", account, wish)


def give_permits(
    actor: Actor,
    *,
    account: UUID,
    subject: UUID,
    fields: Mapping[str, Sequence[str]],
    begins: datetime,
    ends: datetime,
    purpose: str,
    case: UUID | None,
    number: str,
) -> None:
    """Leave to lift the masks of these fields (by set) of one person until ``ends``.

    Raises :class:`RightsProblem` for an account that must read no dossiers or has ended.
    """
    with recording(actor):
        row = lock_account_row(account)
        if row.state == AccountState.ENDED:
            raise RightsProblem(ENDED)
        roles = Grant.objects.filter(not_over(timezone.localdate()), account=row)
        problem = registry.matrix().forbids(roles.values_list("role", flat=True), "read")
        if problem is not None:
            raise RightsProblem(problem)
        key = key_of(subject)
        for info_set, keys in fields.items():
            permit = Permit(
                id=uuid4(),
                account=row,
                subject=subject,
                info_set=info_set,
                fields=list(keys),
                action="reveal",
                begins=begins,
                ends=ends,
                case=case,
                number=number,
                granted_by=actor.id,
            )
            place = Place("permit", subject, info_set, permit.id)
            permit.purpose = seal(key, place, purpose.encode())
            permit.save(force_insert=True)
        facts = {"sets": sorted(fields), "number": number, "until": ends.isoformat()}
        actor.trail.add(Event("rights.permit", subject=subject, object=str(account), facts=facts))


def use_permit(actor: Actor, subject: UUID, info_set: str, field: str) -> str:
    """Notes that a mask was lifted, if a permit speaks of it; the number of its case, or empty.

    The person concerned is told of the looks when the permit is over.
    """
    for permit in actor.permits:
        if permit.subject == subject and permit.covers(info_set, field):
            live = Permit.objects.filter(
                account=actor.id, subject=subject, info_set=info_set, number=permit.number
            )
            live.filter(ends__gt=timezone.now()).update(looks=F("looks") + 1)
            return permit.number
    return ""


def hand_over(
    actor: Actor,
    *,
    giver: UUID,
    taker: UUID,
    roles: Sequence[tuple[str, UUID | None]],
    number: str,
) -> None:
    """These roles end for ``giver`` and begin for ``taker``; no password passes hands.

    Sessions of both end, and tokens of the giver. Raises :class:`RightsProblem` when a role is
    held no more or conflicts with one of the taker's.
    """
    with recording(actor):
        first, second = sorted((giver, taker))
        rows = {first: lock_account_row(first), second: lock_account_row(second)}
        for role, unit in roles:
            held = Grant.objects.filter(account=giver, role=role, unit=unit, begins__isnull=True)
            if not held.exists():
                raise RightsProblem(Message("交出的角色已不在原账号上，请重新申请"))
            wish = Wish(taker, role, unit=unit)
            check_wish(rows[taker], wish)
            end_grants(actor, held, why=Ending.HANDOVER, number=number)
            Grant.objects.update_or_create(
                account=rows[taker],
                role=role,
                unit=unit,
                begins=None,
                defaults={
                    "granted_by": actor.id,
                    "until": None,
                    "origin": Origin.HANDOVER,
                    "number": number,
                },
            )
            note(actor, "rights.handover", rows[taker], wish)
        Account.objects.filter(pk__in=(giver, taker)).update(generation=F("generation") + 1)
        Token.objects.filter(account=giver).delete()
