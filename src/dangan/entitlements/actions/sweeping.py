"""What falls due by itself: grants and permits over, notices before, reviews at their end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from django.urls import reverse
from django.utils import timezone

from dangan.access.actions import end_grants
from dangan.access.models import Account, AccountState, Ending, Grant, Permit
from dangan.access.rules import Actor
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.entitlements.actions.reviewing import (
    end_campaign,
    reassign,
    tell_lapsed,
    tell_reviewers,
)
from dangan.entitlements.models import Campaign, PasswordReset, ReviewItem
from dangan.entitlements.rules import remind_on
from dangan.notices.actions import tell
from dangan.organization.calendar.queries import calendar

WARN_DAYS = 3
"""Days before its end a grant's holder is told."""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one sweep did, in counts."""

    lapsed: int = 0
    warned: int = 0
    told: int = 0
    ended: int = 0
    reminded: int = 0


def sweep(actor: Actor) -> SweepReport:
    """Everything that is due now; run again, it finds nothing left to do.

    Rights do not wait for it: a grant or permit whose time is over counts for nothing by the
    next request. The sweep tidies, tells and asks.
    """
    today = timezone.localdate()
    _forget_halves()
    return SweepReport(
        lapsed=_lapse(actor, today),
        warned=_warn(actor, today),
        told=_tell_of_looks(actor),
        ended=_end_reviews(actor, today),
        reminded=_remind(actor, today),
    )


def _lapse(actor: Actor, today: date) -> int:
    with recording(actor):
        over = list(Grant.objects.select_for_update().filter(until__lt=today))
        for grant in over:
            assert grant.until is not None  # noqa: S101 - by the filter
            tell_lapsed(grant, grant.until)
        return end_grants(actor, over, why=Ending.LAPSED)


def _warn(actor: Actor, today: date) -> int:
    with recording(actor):
        soon = list(
            Grant.objects.select_for_update().filter(
                until__gte=today, until__lte=today + timedelta(days=WARN_DAYS), warned=False
            )
        )
        for grant in soon:
            assert grant.until is not None  # noqa: S101 - by the filter
            tell_lapsed(grant, grant.until, "grant.lapsing")
        Grant.objects.filter(pk__in=[grant.pk for grant in soon]).update(warned=True)
        return len(soon)


def _tell_of_looks(actor: Actor) -> int:
    """Tells people whose masked fields were looked at by a permit that is over now."""
    with recording(actor):
        over = list(
            Permit.objects.select_for_update().filter(
                ends__lte=timezone.now(), looks__gt=0, told=False
            )
        )
        looked_at = {permit.subject for permit in over}
        accounts = Account.objects.filter(subject__in=looked_at)
        for account, subject in accounts.values_list("pk", "subject"):
            where = reverse("dossiers:looks", args=[subject])
            tell(accounts=[account], topic="file.viewed", url=where)
        Permit.objects.filter(pk__in=[permit.pk for permit in over]).update(told=True)
        for subject in looked_at:
            actor.trail.add(Event("rights.told", subject=subject))
        return len(looked_at)


def _forget_halves() -> None:
    """Halves of codes that are over are wiped."""
    over = PasswordReset.objects.filter(ends__lt=timezone.now()).exclude(halves=b"")
    over.update(halves=b"")


def _end_reviews(actor: Actor, today: date) -> int:
    over = Campaign.objects.filter(ended_at=None, due__lt=today).values_list("pk", flat=True)
    return sum(end_campaign(actor, campaign=campaign) for campaign in list(over))


def _remind(actor: Actor, today: date) -> int:
    """Reminds reviewers shortly before the end; lines of whoever left go to the next."""
    reminded = 0
    days = calendar()
    with recording(actor):
        for campaign in Campaign.objects.select_for_update().filter(ended_at=None):
            waiting = campaign.items.filter(state=ReviewItem.State.OPEN)
            gone = Account.objects.exclude(state=AccountState.ACTIVE).values_list("pk", flat=True)
            orphaned = waiting.filter(reviewer__in=gone)
            reassign(orphaned, without=list(gone.filter(pk__in=orphaned.values("reviewer"))))
            left = days.working_days_between(today, campaign.due)
            if not remind_on(today, campaign.due, left, campaign.reminded_on):
                continue
            counts = Counter(waiting.values_list("reviewer", flat=True))
            tell_reviewers(campaign, counts, "review.lapsing")
            campaign.reminded_on = today
            campaign.save(update_fields=["reminded_on"])
            reminded += sum(counts.values())
    return reminded
