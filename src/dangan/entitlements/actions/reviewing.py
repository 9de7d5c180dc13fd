"""Access reviews: open a campaign, answer its lines, end it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import date
from typing import Literal
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone

from dangan.access.actions import end_grants
from dangan.access.leaving import Why
from dangan.access.models import Account, Ending, Grant
from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary.rules import Message
from dangan.entitlements import reaching
from dangan.entitlements.models import Campaign, ReviewItem
from dangan.entitlements.reviewers import Found, Survey
from dangan.entitlements.rules.asking import BadWish, checked_reason
from dangan.entitlements.sealing import seal_verdict
from dangan.notices.actions import tell
from dangan.organization import queries as organization
from dangan.organization.calendar.queries import calendar

Verdict = Literal["confirm", "revoke"]
AFTER_TRANSFER = 5
"""Working days in which rights kept through a transfer must be confirmed."""


def open_campaign(actor: Actor, *, unit: UUID | None, due: date) -> Campaign:
    """Asks about every grant in a branch (None: the whole company) until ``due``.

    Raises :class:`BadWish`: the day is past or no working day, or nothing is to be asked.
    """
    with recording(actor):
        require(actor, "reviews.manage")
        if unit is not None and unit not in organization.tree().nodes:
            raise BadWish(Message("部门不存在，请重新选择"), "unit")
        if due <= timezone.localdate():
            raise BadWish(Message("截止日期要晚于今天"), "due")
        if not calendar().is_working_day(due):
            raise BadWish(Message("{day} 不是工作日，请另选一天", day=due.isoformat()), "due")
        campaign = Campaign(id=uuid4(), unit=unit, why="campaign", opened_by=actor.id, due=due)
        return _begin(actor, campaign, Survey(unit=unit).found())


def review_after_transfer(actor: Actor, account: UUID) -> None:
    """Rights for the whole company that somebody keeps through a transfer are asked about anew.

    Their leader, or who runs reviews, answers: the new head may not know them yet.
    """
    survey = Survey(account=account)
    found = [
        Found(
            item.grant,
            item.flags,
            item.reached,
            survey.reviewer(item.grant.account, item.grant.role, None, sensitive=True),
        )
        for item in survey.found()
        if item.grant.unit is None
    ]
    if not any(item.reviewer for item in found):
        return
    due = calendar().add_working_days(timezone.localdate(), AFTER_TRANSFER)
    campaign = Campaign(id=uuid4(), account=account, why="transfer", opened_by=actor.id, due=due)
    _begin(actor, campaign, found)


def _begin(actor: Actor, campaign: Campaign, found: Sequence[Found]) -> Campaign:
    asked = [item for item in found if item.reviewer is not None]
    if not asked:
        raise BadWish(Message("这个范围内没有可以复核的授权"), "unit")
    campaign.save(force_insert=True)
    ReviewItem.objects.bulk_create(
        ReviewItem(
            campaign=campaign,
            grant=item.grant.id,
            account=item.grant.account_id,
            role=item.grant.role,
            unit=item.grant.unit,
            reviewer=item.reviewer,
            flags=list(item.flags),
        )
        for item in asked
        if item.reviewer is not None
    )
    counts = Counter(item.reviewer for item in asked if item.reviewer is not None)
    tell_reviewers(campaign, counts, "review.open")
    facts = {
        "unit": str(campaign.unit) if campaign.unit else None,
        "why": campaign.why,
        "due": campaign.due.isoformat(),
        "grants": len(asked),
        "unasked": len(found) - len(asked),
    }
    actor.trail.add(Event("review.open", object=str(campaign.id), facts=facts))
    return campaign


def tell_reviewers(campaign: Campaign, counts: Counter[UUID], topic: str) -> None:
    """Tells each reviewer how many lines wait."""
    where = organization.tree().label(campaign.unit) if campaign.unit else ""
    for reviewer, count in counts.items():
        facts: dict[str, str | int] = {
            "label": f"权限复核（{where or '全公司'}）",
            "label_en": f"Access review ({where or 'whole company'})",
            "count": count,
            "date": campaign.due.isoformat(),
        }
        tell(accounts=[reviewer], topic=topic, url=reverse("entitlements:my_reviews"), facts=facts)


def decide_items(actor: Actor, *, items: Sequence[UUID], verdict: Verdict, reason: str = "") -> int:
    """Confirms or revokes these lines; says how many.

    A revocation needs a reason, and so does confirming what is flagged; it ends the grant at
    once. All or nothing. Raises :class:`Absent` for lines that are not the actor's to answer,
    :class:`BadWish` without a reason or when a line is answered already.
    """
    with recording(actor):
        require(actor, "reviews.answer")
        rows = list(
            ReviewItem.objects.select_for_update(of=("self",))
            .select_related("campaign")
            .filter(pk__in=items, reviewer=actor.id)
            .order_by("id")
        )
        if not rows or len(rows) != len(set(items)):
            raise Absent
        if any(row.account == actor.id for row in rows):
            raise refuse(actor, "reviews.answer", "nobody reviews their own rights")
        _check_open(rows)
        words = reason.strip()
        if verdict == "revoke" or words or any(row.flags for row in rows):
            words = checked_reason(words)
        for row in rows:
            row.state = (
                ReviewItem.State.REVOKED if verdict == "revoke" else ReviewItem.State.CONFIRMED
            )
            row.decided_at = timezone.now()
            row.reason = seal_verdict(row, words) if words else b""
            row.save(update_fields=["state", "decided_at", "reason"])
            facts = {"role": row.role, "unit": str(row.unit) if row.unit else None}
            actor.trail.add(Event(f"review.{verdict}", object=str(row.account), facts=facts))
        if verdict == "revoke":
            _end(actor, rows)
        return len(rows)


def _check_open(rows: Sequence[ReviewItem]) -> None:
    if any(row.state != ReviewItem.State.OPEN or row.campaign.ended_at for row in rows):
        raise BadWish(Message("选中的授权里有已经办结的，请刷新后再试"))


def _end(actor: Actor, rows: Collection[ReviewItem]) -> list[Grant]:
    """Ends the grants behind these lines; gives those that were still there."""
    grants = list(
        Grant.objects.select_for_update(of=("self",)).filter(pk__in=[row.grant for row in rows])
    )
    end_grants(actor, grants, why=Ending.REVIEW)
    return grants


def end_campaign(actor: Actor, *, campaign: UUID) -> int:
    """The time is over: what nobody confirmed lapses; says how many grants.

    They come back only by a request. Their holders are told. Ending twice changes nothing.
    """
    with recording(actor):
        require(actor, "reviews.manage")
        row = Campaign.objects.select_for_update().filter(pk=campaign).first()
        if row is None:
            raise Absent
        if row.ended_at is not None:
            return 0
        open_rows = list(row.items.filter(state=ReviewItem.State.OPEN))
        ended = _end(actor, open_rows)
        there = {grant.id for grant in ended}
        now = timezone.now()
        for item in open_rows:
            item.state = ReviewItem.State.LAPSED if item.grant in there else ReviewItem.State.GONE
            item.decided_at = now
        ReviewItem.objects.bulk_update(open_rows, ["state", "decided_at"])
        row.ended_at = now
        row.save(update_fields=["ended_at"])
        for grant in ended:
            tell_lapsed(grant, row.due)
        actor.trail.add(Event("review.end", object=str(row.id), facts={"lapsed": len(ended)}))
        return len(ended)


def tell_lapsed(grant: Grant, day: date, topic: str = "grant.lapsed") -> None:
    """Tells a holder that a role has lapsed, or will."""
    label = reaching.role_label(grant.role)
    tell(
        accounts=[grant.account_id],
        topic=topic,
        url=reverse("entitlements:mine"),
        facts={"label": label, "label_en": label, "date": day.isoformat()},
    )


def on_leaving(actor: Actor, account: UUID, why: Why) -> None:
    """Reviews that the account was to answer go to somebody else; a mover's rights are asked
    about anew (see :mod:`dangan.access.leaving`)."""
    if why == "transfer":
        review_after_transfer(actor, account)
    waiting = ReviewItem.objects.select_for_update(of=("self",)).filter(
        state=ReviewItem.State.OPEN, campaign__ended_at=None
    )
    waiting.filter(account=account).exclude(
        grant__in=Grant.objects.filter(account=account).values("id")
    ).update(state=ReviewItem.State.GONE, decided_at=timezone.now())
    if why == "departure":
        reassign(waiting.filter(reviewer=account), without=[account])


def reassign(items: Collection[ReviewItem], *, without: Sequence[UUID]) -> int:
    """Gives open lines to the next who may answer; those nobody may answer stay. Says how many."""
    items = list(items)
    if not items:
        return 0
    survey = Survey()
    holders = {row.id: row for row in Account.objects.filter(pk__in=[i.account for i in items])}
    moved: dict[Campaign, Counter[UUID]] = {}
    for item in items:
        chosen = survey.reviewer(holders[item.account], item.role, item.unit, without)
        if chosen is not None and chosen != item.reviewer:
            item.reviewer = chosen
            item.save(update_fields=["reviewer"])
            moved.setdefault(item.campaign, Counter())[chosen] += 1
    for campaign, counts in moved.items():
        tell_reviewers(campaign, counts, "review.open")
    return sum(counts.total() for counts in moved.values())
