"""Tables of access reviews: a campaign, and one line for every grant it asks about."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q


class Campaign(models.Model):
    """A review of rights 权限复核, of one branch or of the whole company, until ``due``.

    ``why`` says whether it was begun on a page or by a transfer, which asks about one account.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.UUIDField(null=True)
    account = models.UUIDField(null=True)
    why = models.CharField(
        max_length=8, choices=(("campaign", "campaign"), ("transfer", "transfer"))
    )
    opened_by = models.UUIDField()
    opened_at = models.DateTimeField(auto_now_add=True)
    due = models.DateField()
    reminded_on = models.DateField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(
                fields=["due"], condition=Q(ended_at__isnull=True), name="entitlements_review_due"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class ReviewItem(models.Model):
    """One grant in a review: who is asked, and what they said.

    Role and unit are kept here too, for the grant may be gone when the answer is read. Nobody
    answers for themselves: the table refuses it.
    """

    class State(models.TextChoices):
        OPEN = "open", "待复核"
        CONFIRMED = "confirmed", "已确认"
        REVOKED = "revoked", "已收回"
        LAPSED = "lapsed", "逾期收回"
        GONE = "gone", "授权已结束"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="items")
    grant = models.UUIDField()
    account = models.UUIDField()
    role = models.CharField(max_length=40)
    unit = models.UUIDField(null=True)
    reviewer = models.UUIDField()
    flags = models.JSONField(default=list)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    decided_at = models.DateTimeField(null=True)
    reason = models.BinaryField(default=b"")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="entitlements_reviewitem_once", fields=["campaign", "grant"]
            ),
            models.CheckConstraint(
                name="entitlements_reviewitem_never_own", condition=~Q(reviewer=F("account"))
            ),
        )
        indexes = (
            models.Index(fields=["reviewer", "state"], name="entitlements_review_mine"),
            models.Index(fields=["account"], name="entitlements_review_account"),
        )

    def __str__(self) -> str:
        return str(self.id)
