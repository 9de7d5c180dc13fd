"""What waits for a second person, and what was decided of late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from dangan.access import profiles
from dangan.access.consents.registry import kinds
from dangan.access.models import Account, Consent, ConsentState
from dangan.access.rules import Actor, require

RECENT = 50


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """A request for a deed of two people, as the page shows it."""

    id: UUID
    label: str
    what: str
    account: str
    reason: str
    requested_by: str
    requested_at: datetime
    expires_at: datetime
    state: str
    decided_by: str
    decided_at: datetime | None
    may_decide: bool
    may_withdraw: bool


def consents(actor: Actor) -> tuple[ConsentLine, ...]:
    """What waits, oldest first, then what was decided, newest first. Three statements."""
    require(actor, "consents.view")
    rows = list(Consent.objects.order_by("-requested_at")[:RECENT])
    people = {
        account.pk: account
        for account in Account.objects.filter(
            pk__in={
                person
                for row in rows
                for person in (row.requested_by_id, row.decided_by_id, row.account_id)
                if person
            }
        )
    }
    keys = profiles.fill_in(people.values())
    now = timezone.now()

    def line(row: Consent) -> ConsentLine:
        kind = kinds().get(row.kind)
        waiting = row.state == ConsentState.OPEN and row.expires_at > now
        over = row.state == ConsentState.OPEN and not waiting
        return ConsentLine(
            id=row.id,
            label=str(kind.label) if kind else row.kind,
            what=kind.describe(row.facts) if kind else "",
            account=people[row.account_id].name if row.account_id else "",
            reason=profiles.open_note(keys[row.requested_by_id], "consent", row.id, row.reason),
            requested_by=people[row.requested_by_id].name,
            requested_at=row.requested_at,
            expires_at=row.expires_at,
            state=ConsentState.EXPIRED if over else row.state,
            decided_by=people[row.decided_by_id].name if row.decided_by_id else "",
            decided_at=row.decided_at,
            may_decide=waiting
            and kind is not None
            and actor.may(kind.agrees)
            and actor.id not in {row.requested_by_id, row.account_id},
            may_withdraw=waiting and row.requested_by_id == actor.id,
        )

    lines = [line(row) for row in rows]
    waiting = [item for item in lines if item.state == ConsentState.OPEN]
    return (*reversed(waiting), *(item for item in lines if item.state != ConsentState.OPEN))
