"""Tables of special audits. What was found stands sealed under the person's key."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.models import Volume


class SpecialAudit(models.Model):
    """专项审核 of one volume: examined by one person, confirmed by another."""

    class State(models.TextChoices):
        OPEN = "open", _("初审中")
        EXAMINED = "examined", _("待复审")
        CONCLUDED = "concluded", _("已认定")
        CANCELLED = "cancelled", _("已取消")

    volume = models.ForeignKey(Volume, models.PROTECT, related_name="special_audits")
    subject = models.UUIDField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    findings = models.PositiveSmallIntegerField(default=0)
    """How many items differ or are in doubt."""
    catalogue_version = models.PositiveIntegerField(default=0)
    """How many materials the volume had when it was examined: more since then makes it due."""
    begun_at = models.DateTimeField()
    begun_by = models.UUIDField()
    examined_at = models.DateTimeField(null=True)
    examined_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volume"],
                condition=Q(state__in=["open", "examined"]),
                name="specialaudit_one_open",
            ),
            models.CheckConstraint(
                name="specialaudit_two_people",
                condition=~Q(state="concluded") | ~Q(examined_by=models.F("closed_by")),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``ZS`` (专审) – year – running number."""
        return f"ZS-{self.begun_at.year}-{self.pk:05d}"
