"""Tables of loans. In clear stand random identifiers, states, days and counts.

Who borrows from outside, why, and what was found on return are sealed under the key of the person
whose file it is.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.models import Volume

OUT = ("lent", "lost")
"""States of a loan in which the paper is not in the archive room: the volume stands ``lent``."""


class Request(models.Model):
    """借阅申请: volumes of one person, for one borrower; carried by a case (JY-…)."""

    class State(models.TextChoices):
        OPEN = "open", _("审批中")
        RETURNED = "returned", _("已退回")
        AGREED = "agreed", _("已同意")
        REFUSED = "refused", _("已拒绝")
        WITHDRAWN = "withdrawn", _("已撤回")

    id = models.UUIDField(primary_key=True, default=uuid4)
    subject = models.UUIDField(db_index=True)
    borrower = models.UUIDField(null=True, db_index=True)
    """The account that borrows; None for somebody from outside, whose particulars are sealed."""
    requested_by = models.UUIDField(db_index=True)
    at = models.DateTimeField()
    days = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()
    """``rules.bodies.RequestBody``."""
    version = models.PositiveIntegerField(default=1)
    letter = models.UUIDField(null=True)
    """The letter of introduction 介绍信, a sealed file."""
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    case = models.UUIDField(null=True, unique=True)
    number = models.CharField(max_length=24, default="")
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "loans_request"
        constraints = [
            models.CheckConstraint(name="loanrequest_days", condition=Q(days__gte=1, days__lte=60)),
            models.CheckConstraint(
                name="loanrequest_agreed_by_case",
                condition=~Q(state="agreed") | Q(case__isnull=False, agreed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.id)


class Loan(models.Model):
    """One volume of a request: the line of the register 借阅台账."""

    class State(models.TextChoices):
        ASKED = "asked", _("审批中")
        READY = "ready", _("待领取")
        LENT = "lent", _("借出")
        RETURNED = "returned", _("已归还")
        LOST = "lost", _("遗失")
        CANCELLED = "cancelled", _("未借出")

    class Signing(models.TextChoices):
        NONE = "", _("未签收")
        LOGIN = "login", _("本人登录签收")
        DRAWN = "drawn", _("手写签名")

    class Extension(models.TextChoices):
        NONE = "", _("未续借")
        ASKED = "asked", _("申请续借")
        AGREED = "agreed", _("已续借")
        REFUSED = "refused", _("不同意续借")

    id = models.UUIDField(primary_key=True, default=uuid4)
    request = models.ForeignKey(Request, models.PROTECT, related_name="loans")
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="loans")
    subject = models.UUIDField()
    materials = models.JSONField(null=True)
    """The chosen materials' identifiers; None: the whole volume."""
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    signing = models.CharField(max_length=6, choices=Signing, default=Signing.NONE, blank=True)
    signed_at = models.DateTimeField(null=True)
    signature = models.UUIDField(null=True)
    """A drawn signature, a sealed file."""
    handed_at = models.DateTimeField(null=True)
    handed_by = models.UUIDField(null=True)
    due = models.DateField(null=True)
    """The last day of the term; overdue from the day after."""
    extension = models.CharField(
        max_length=8, choices=Extension, default=Extension.NONE, blank=True
    )
    extension_days = models.PositiveSmallIntegerField(default=0)
    extension_at = models.DateTimeField(null=True)
    extension_by = models.UUIDField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.UUIDField(null=True)
    lost_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        db_table = "loans_loan"
        constraints = [
            models.UniqueConstraint(
                fields=["volume"], condition=Q(state__in=OUT), name="loan_one_borrower_at_a_time"
            ),
            models.UniqueConstraint(fields=["request", "volume"], name="loan_volume_once"),
            models.CheckConstraint(
                name="loan_lent_is_signed_and_due",
                condition=~Q(state__in=("lent", "lost", "returned"))
                | (
                    Q(handed_at__isnull=False, handed_by__isnull=False, due__isnull=False)
                    & ~Q(signing="")
                ),
            ),
            models.CheckConstraint(
                name="loan_ended_when_returned",
                condition=~Q(state="returned") | Q(ended_at__isnull=False, ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="loan_drawn_has_picture",
                condition=Q(signing="drawn", signature__isnull=False)
                | (~Q(signing="drawn") & Q(signature__isnull=True)),
            ),
        ]
        indexes = [
            models.Index(F("state"), F("due"), name="loan_due"),
            models.Index(F("handed_at").desc(nulls_last=True), F("id"), name="loan_register"),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Check(models.Model):
    """A material looked through on return 逐页核对; what was found is sealed."""

    class Outcome(models.TextChoices):
        COMPLETE = "complete", _("齐全")
        MISSING = "missing", _("缺页")
        DAMAGED = "damaged", _("破损")
        ADDED = "added", _("多页")

    loan = models.ForeignKey(Loan, models.PROTECT, related_name="checks")
    material = models.UUIDField()
    outcome = models.CharField(max_length=10, choices=Outcome)
    pages = models.PositiveSmallIntegerField()
    """How many pages were counted."""
    sealed_note = models.BinaryField(default=b"")
    at = models.DateTimeField()
    by = models.UUIDField()
    settled_at = models.DateTimeField(null=True)
    """When somebody had dealt with the finding."""
    settled_by = models.UUIDField(null=True)

    class Meta:
        db_table = "loans_check"
        constraints = [
            models.UniqueConstraint(fields=["loan", "material"], name="loancheck_once"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.material}"


class Told(models.Model):
    """What was reminded of and when: the table sees to it that nothing is told twice."""

    loan = models.ForeignKey(Loan, models.CASCADE, related_name="told")
    kind = models.CharField(max_length=8)
    """before, due, overdue"""
    on = models.DateField()

    class Meta:
        db_table = "loans_told"
        constraints = [
            models.UniqueConstraint(fields=["loan", "kind", "on"], name="loantold_once"),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.kind} {self.on}"
