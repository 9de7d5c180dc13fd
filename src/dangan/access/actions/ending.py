"""Ending rights at once: at departure, at transfer, by a review, or when their time is over.

These verbs join the caller's transaction or open one, and end in it whatever the rights hang on:
sessions, access tokens, grants, permits, and what rooms above keep for the account. Whether the
departure or the transfer is right has been decided by the case that calls them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.utils import timezone

from dangan.access import leaving
from dangan.access.models import Account, AccountState, EndedGrant, Ending, Grant, Permit, Token
from dangan.access.rules import Absent, Actor, refuse
from dangan.audit.actions import recording
from dangan.audit.rules import Event


def end_account(actor: Actor, *, account: UUID, reason: str, number: str = "") -> None:
    """Nobody logs in with the account any more: its person has left.

    Ends every session, token, grant and permit. Only ``reopen_account`` opens it again, with
    no right but the employee's own. Ending an ended account changes nothing. ``number`` names
    the case that decided it. Raises :class:`Absent`, and :class:`Refused` for the actor's own.
    """
    with recording(actor):
        if actor.id == account:
            raise refuse(actor, "account.end", "one's own account is ended by somebody else")
        row = _locked(account)
        if row.state == AccountState.ENDED:
            return
        row.state = AccountState.ENDED
        row.save(update_fields=["state"])
        grants = end_grants(actor, row.grants.all(), why=Ending.DEPARTURE, number=number)
        _cut_off(row)
        leaving.tell(actor, account, "departure")
        _note(actor, "account.end", row, reason, {"grants": grants, "number": number})


def end_grants_outside(
    actor: Actor,
    *,
    account: UUID,
    unit_path: tuple[UUID, ...],
    reason: str,
    number: str = "",
) -> tuple[UUID, ...]:
    """On a transfer: what was given for elsewhere ends, and every session and token with it.

    Grants for a unit that is not on ``unit_path`` (root first, the new unit last), temporary
    grants and permits end: they were given for the former post. Grants for the whole company
    stay; they are given back as account-wide leftovers so that a review can ask for them anew.
    A head's own rights follow the organisation by themselves. Raises :class:`Absent`.
    """
    with recording(actor):
        row = _locked(account)
        held = list(row.grants.all())
        outside = [
            grant
            for grant in held
            if grant.begins is not None
            or (grant.unit is not None and grant.unit not in set(unit_path))
        ]
        ended = end_grants(actor, outside, why=Ending.TRANSFER, number=number)
        _cut_off(row)
        leaving.tell(actor, account, "transfer")
        _note(actor, "account.move", row, reason, {"grants": ended, "number": number})
        gone = {grant.id for grant in outside}
        return tuple(grant.id for grant in held if grant.id not in gone)


def end_grants(actor: Actor, grants: Iterable[Grant], *, why: Ending, number: str = "") -> int:
    """Ends these grants inside the caller's transaction; says how many.

    What ended and why stays on the account's page. Sessions need not end: rights are read anew
    with every request.
    """
    grants = list(grants)
    EndedGrant.objects.bulk_create(
        EndedGrant(
            account_id=grant.account_id,
            role=grant.role,
            unit=grant.unit,
            why=why,
            by=actor.id,
            number=number,
        )
        for grant in grants
    )
    Grant.objects.filter(pk__in=[grant.pk for grant in grants]).delete()
    for grant in grants:
        facts = {"role": grant.role, "unit": str(grant.unit) if grant.unit else None, "why": why}
        actor.trail.add(Event("rights.end", object=str(grant.account_id), facts=facts))
    return len(grants)


def end_permits(accounts: Collection[UUID]) -> None:
    """Permits of these accounts count no more from now on; they stay on record."""
    now = timezone.now()
    live = Permit.objects.filter(account__in=accounts, ends__gt=now)
    live.filter(begins__gte=now).delete()
    live.filter(begins__lt=now).update(ends=now)


def _cut_off(row: Account) -> None:
    """Sessions and tokens end; a token must not come back to life with the account."""
    row.generation += 1
    row.save(update_fields=["generation"])
    Token.objects.filter(account=row).delete()
    end_permits([row.id])


def _locked(account: UUID) -> Account:
    row = Account.objects.select_for_update().filter(pk=account).first()
    if row is None:
        raise Absent
    return row


def _note(actor: Actor, action: str, row: Account, reason: str, facts: dict[str, object]) -> None:
    event = Event(action, subject=row.subject, object=str(row.id), reason=reason, facts=facts)
    actor.trail.add(event)
