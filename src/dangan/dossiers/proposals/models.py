"""Tables of proposed changes. What is proposed is sealed under the person's key."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q


class Proposal(models.Model):
    """Rows of one dossier as somebody would have them 信息变更.

    Of an ``open`` one the case knows more: whether it is being decided or waits for its day.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "未提交"
        OPEN = "open", "审批中"
        RETURNED = "returned", "已退回"
        EFFECTIVE = "effective", "已生效"
        REFUSED = "refused", "已拒绝"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid4)
    subject = models.ForeignKey(
        "dossiers.Subject", models.PROTECT, related_name="proposals", db_index=False
    )  # proposal_of_subject serves
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    opened_by = models.UUIDField()
    opened_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    effective = models.DateField(null=True)
    case = models.UUIDField(null=True, db_index=True)
    case_number = models.CharField(max_length=32, blank=True, default="")
    change = models.ForeignKey("dossiers.Change", models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    sealed_body = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "opened_by"],
                condition=Q(state="draft"),
                name="proposal_one_draft",
            ),
            models.CheckConstraint(
                name="proposal_state_known",
                condition=Q(
                    state__in=["draft", "open", "returned", "effective", "refused", "withdrawn"]
                ),
            ),
        ]
        indexes = [
            models.Index(F("subject"), F("opened_at").desc(), name="proposal_of_subject"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class ProposalClaim(models.Model):
    """A row that an open proposal changes: nobody else may change it meanwhile."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="claims")
    row = models.UUIDField()
    """The row, or for the row that a set without any would get the one made of both."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["row"], name="proposal_claim_once")]

    def __str__(self) -> str:
        return str(self.row)


class RouteTable(models.Model):
    """The routes in force: the newest version; none means the built-in table."""

    version = models.PositiveIntegerField(primary_key=True)
    body = models.JSONField()
    by = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.version)
