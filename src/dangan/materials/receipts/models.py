"""Tables of receipts, of what is missing, and of papers that must come within a month.

What a paper is stands sealed under the person's key; days of processing and states stand in clear.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.models import Volume


class Receipt(models.Model):
    """收件: a loose paper that came in, until it is filed or sent back."""

    class State(models.TextChoices):
        PENDING = "pending", _("待归档")
        PROBLEM = "problem", _("待处理")
        FILED = "filed", _("已归档")
        RETURNED = "returned", _("已退回")

    volume = models.ForeignKey(Volume, models.PROTECT, related_name="receipts")
    subject = models.UUIDField()
    unit = models.UUIDField(null=True)
    """来件部门: who brought it."""
    received_on = models.DateField()
    at = models.DateTimeField()
    by = models.UUIDField()
    due_on = models.DateField()
    """By when it must be filed: a month after it came into being, or after it came in."""
    late = models.BooleanField(default=False)
    """It came in later than a month after it came into being."""
    state = models.CharField(max_length=8, choices=State, default=State.PENDING)
    sealed = models.BinaryField()
    sealed_note = models.BinaryField(null=True)
    """Why it could not be filed, or was sent back."""
    material = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="receipt_filed_has_material",
                condition=~Q(state="filed") | Q(material__isnull=False),
            ),
            models.CheckConstraint(
                name="receipt_state_known",
                condition=Q(state__in=["pending", "problem", "filed", "returned"]),
            ),
        ]
        indexes = [
            models.Index(fields=["state", "due_on"], name="receipt_by_state"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``SJ`` (收件) – year – running number."""
        return f"SJ-{self.at.year}-{self.pk:05d}"


class Chase(models.Model):
    """催收: papers asked of the department that owes them, by a day."""

    class State(models.TextChoices):
        OPEN = "open", _("催收中")
        CLOSED = "closed", _("已办结")

    unit = models.UUIDField(null=True)
    """Whose people's papers they are: the department, or what stands above it, answers."""
    owner = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    asked_by = models.UUIDField()
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_on"], name="chase_by_state")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``CS`` (催收) – year – running number."""
        return f"CS-{self.asked_at.year}-{self.pk:05d}"


class Wanted(models.Model):
    """One paper of one volume that is asked for, or that is known to be gone for good.

    ``token`` is a keyed digest of volume, rule and occurrence: a gap is asked for once.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待补交")
        SENT = "sent", _("已送出")
        RECEIVED = "received", _("已收到")
        ABSENT = "absent", _("查无此件")
        WAIVED = "waived", _("不再追收")

    chase = models.ForeignKey(Chase, models.PROTECT, null=True, related_name="lines")
    """None: waived without having been asked for."""
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="wanted")
    subject = models.UUIDField()
    token = models.BigIntegerField()
    state = models.CharField(max_length=8, choices=State, default=State.ASKED)
    sealed = models.BinaryField()
    sealed_answer = models.BinaryField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    receipt = models.ForeignKey(Receipt, models.PROTECT, null=True, related_name="answers")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volume", "token"],
                condition=~Q(state="received"),
                name="wanted_once",
            ),
            models.CheckConstraint(
                name="wanted_asked_by_somebody",
                condition=Q(chase__isnull=False) | Q(state="waived"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Expected(models.Model):
    """A paper that an update record lets us expect: a month from the change it must be here."""

    class State(models.TextChoices):
        OPEN = "open", _("未到")
        MET = "met", _("已归档")
        WAIVED = "waived", _("没有纸质材料")

    change = models.BigIntegerField()
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="expected")
    subject = models.UUIDField()
    info_set = models.CharField(max_length=64)
    """Which set changed: it stands in clear in the update record too."""
    came_on = models.DateField()
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["change", "volume", "info_set"], name="expected_once"),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="expected_by_state")]

    def __str__(self) -> str:
        return f"{self.change} {self.info_set}"
