"""Access reviews as their pages show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from dangan.access import units
from dangan.access.models import Grant
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.entitlements import reaching
from dangan.entitlements.models import Campaign, ReviewItem
from dangan.entitlements.reviewers import Survey
from dangan.entitlements.sealing import open_verdicts

SHOWN = 50


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """A review in the list."""

    id: UUID
    where: str
    why: str
    opened_at: datetime
    opened_by: str
    due: date
    ended: bool
    total: int
    open: int
    confirmed: int
    revoked: int
    lapsed: int

    @property
    def percent(self) -> int:
        """How much is answered or over, in hundredths."""
        return 100 * (self.total - self.open) // self.total if self.total else 100


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One grant under review."""

    id: UUID
    name: str
    role: str
    role_label: str
    role_help: str
    unit_label: str
    until: date | None
    origin: str
    flags: tuple[str, ...]
    reviewer: str
    state: str
    decided_at: datetime | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReviewerLine:
    """How far one reviewer has come."""

    name: str
    total: int
    open: int


@dataclass(frozen=True, slots=True)
class CampaignView:
    """One review: progress by reviewer and all its lines."""

    line: CampaignLine
    reviewers: tuple[ReviewerLine, ...]
    items: tuple[ItemLine, ...]
    more: bool
    state: str


@dataclass(frozen=True, slots=True)
class MyReview:
    """What one reviewer is asked: lines of one role together, so that they can be confirmed at
    once."""

    due: date
    where: str
    groups: tuple[tuple[str, str, tuple[ItemLine, ...]], ...]
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A remarkable grant."""

    account: UUID
    name: str
    role_label: str
    unit_label: str
    reached: int
    flags: tuple[str, ...]
    reviewer: str


def waiting(actor: Actor) -> int | None:
    """How many lines wait for the actor, None for none; one statement."""
    found = ReviewItem.objects.filter(
        reviewer=actor.id, state=ReviewItem.State.OPEN, campaign__ended_at=None
    ).count()
    return found or None


def campaigns(actor: Actor) -> tuple[CampaignLine, ...]:
    """Reviews, newest first."""
    require(actor, "reviews.manage")
    rows = list(_counted().order_by("-opened_at")[:SHOWN])
    names = names_of_accounts({row.opened_by for row in rows})
    return tuple(_line(row, names.get(row.opened_by, "")) for row in rows)


def campaign_view(
    actor: Actor, campaign: UUID, *, state: str = "", limit: int = 200
) -> CampaignView:
    """One review with its lines, those of ``state`` only where given; raises :class:`Absent`."""
    require(actor, "reviews.manage")
    row = _counted().filter(pk=campaign).first()
    if row is None:
        raise Absent
    found = row.items.order_by("state", "role", "id")
    if state in ReviewItem.State.values:
        found = found.filter(state=state)
    items = list(found[: limit + 1])
    more, items = len(items) > limit, items[:limit]
    by_reviewer = list(
        row.items.values_list("reviewer").annotate(
            total=Count("id"), open=Count("id", filter=Q(state="open"))
        )
    )
    names = names_of_accounts(
        {row.opened_by}
        | {item.account for item in items}
        | {item.reviewer for item in items}
        | {reviewer for reviewer, _total, _open in by_reviewer}
    )
    actor.trail.add(Event("review.view", object=str(campaign), facts={"count": len(items)}))
    return CampaignView(
        line=_line(row, names.get(row.opened_by, "")),
        reviewers=tuple(
            ReviewerLine(names.get(reviewer, ""), total, left)
            for reviewer, total, left in sorted(by_reviewer, key=lambda line: -line[2])
        ),
        items=_items(items, names),
        more=more,
        state=state,
    )


def my_reviews(actor: Actor) -> tuple[MyReview, ...]:
    """What the actor is asked to confirm or revoke, by review and role."""
    require(actor, "reviews.answer")
    rows = list(
        ReviewItem.objects.filter(reviewer=actor.id, campaign__ended_at=None)
        .select_related("campaign")
        .order_by("campaign__due", "role", "id")
    )
    if not rows:
        return ()
    names = names_of_accounts({row.account for row in rows})
    lines = dict(zip((row.id for row in rows), _items(rows, names), strict=True))
    actor.trail.add(Event("review.view", object="mine", facts={"count": len(rows)}))
    asked: dict[Campaign, list[ReviewItem]] = {}
    for row in rows:
        asked.setdefault(row.campaign, []).append(row)
    return tuple(_mine(campaign, items, lines) for campaign, items in asked.items())


def _mine(campaign: Campaign, rows: Sequence[ReviewItem], lines: dict[UUID, ItemLine]) -> MyReview:
    groups: dict[str, list[ItemLine]] = {}
    for row in rows:
        if row.state == ReviewItem.State.OPEN:
            groups.setdefault(row.role, []).append(lines[row.id])
    return MyReview(
        due=campaign.due,
        where=_where(campaign),
        groups=tuple(
            (reaching.role_label(role), reaching.role_help(role), tuple(items))
            for role, items in groups.items()
        ),
        done=sum(row.state != ReviewItem.State.OPEN for row in rows),
        total=len(rows),
    )


def report(actor: Actor) -> tuple[ReportLine, ...]:
    """Every grant that is over-broad, for the whole company, unused or conflicting, worst first."""
    require(actor, "reviews.manage")
    found = [item for item in Survey().found() if item.flags or item.reviewer is None]
    people = {item.grant.account_id for item in found}
    people |= {item.reviewer for item in found if item.reviewer}
    names = names_of_accounts(people)
    actor.trail.add(Event("review.view", object="report", facts={"count": len(found)}))
    lines = [
        ReportLine(
            account=item.grant.account_id,
            name=names.get(item.grant.account_id, ""),
            role_label=reaching.role_label(item.grant.role),
            unit_label=units.label(item.grant.unit) if item.grant.unit else "",
            reached=item.reached,
            flags=item.flags,
            reviewer=names.get(item.reviewer, "") if item.reviewer else "",
        )
        for item in found
    ]
    return tuple(
        sorted(
            lines, key=lambda line: ("conflict" not in line.flags, -len(line.flags), -line.reached)
        )
    )


def _counted() -> QuerySet[Campaign]:
    def count(state: str) -> Count:
        return Count("items", filter=Q(items__state=state))

    return Campaign.objects.annotate(
        total=Count("items"),
        open_items=count("open"),
        confirmed=count("confirmed"),
        revoked=count("revoked"),
        lapsed=count("lapsed"),
    )


def _line(row: Any, opened_by: str) -> CampaignLine:
    return CampaignLine(
        id=row.id,
        where=_where(row),
        why=row.why,
        opened_at=row.opened_at,
        opened_by=opened_by,
        due=row.due,
        ended=row.ended_at is not None,
        total=row.total,
        open=row.open_items,
        confirmed=row.confirmed,
        revoked=row.revoked,
        lapsed=row.lapsed,
    )


def _where(campaign: Campaign) -> str:
    if campaign.why == "transfer":
        return _("调岗后保留的全公司授权")
    return units.label(campaign.unit) if campaign.unit else _("全公司")


def _items(rows: Iterable[ReviewItem], names: Mapping[UUID, str]) -> tuple[ItemLine, ...]:
    rows = list(rows)
    grants = Grant.objects.in_bulk([row.grant for row in rows])
    reasons = open_verdicts(rows)
    return tuple(
        ItemLine(
            id=row.id,
            name=names.get(row.account, ""),
            role=row.role,
            role_label=reaching.role_label(row.role),
            role_help=reaching.role_help(row.role),
            unit_label=units.label(row.unit) if row.unit else "",
            until=grants[row.grant].until if row.grant in grants else None,
            origin=grants[row.grant].origin if row.grant in grants else "",
            flags=tuple(row.flags),
            reviewer=names.get(row.reviewer, ""),
            state=row.state,
            decided_at=row.decided_at,
            reason=reasons.get(row.id, ""),
        )
        for row in rows
    )
