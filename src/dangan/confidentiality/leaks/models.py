"""The table of leaks. In clear stand states, times of processing, counts and the unit only."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Leak(models.Model):
    """A leak as reported 泄密事件; every word of it is sealed under the system's key."""

    class State(models.TextChoices):
        OPEN = "open", "处置中"
        CLOSED = "closed", "已结案"

    class Severity(models.IntegerChoices):
        MINOR = 1, _("一般")
        MAJOR = 2, _("较大")
        GRAVE = 3, _("重大")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    case = models.UUIDField(null=True)
    number = models.CharField(max_length=24, blank=True)
    by = models.UUIDField()
    unit = models.UUIDField(null=True)
    """The reporter's unit: whose department deals with it."""
    at = models.DateTimeField()
    state = models.CharField(max_length=6, choices=State, default=State.OPEN)
    severity = models.PositiveSmallIntegerField(choices=Severity, null=True)
    people = models.PositiveIntegerField(null=True)
    tell_authority = models.BooleanField(default=False)
    tell_persons = models.BooleanField(default=False)
    tell_by = models.DateTimeField(null=True)
    first_measure_at = models.DateTimeField(null=True)
    """When the first remedy was recorded; the report's own time when it names one."""
    assessed_at = models.DateTimeField(null=True)
    remedied_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)
    concluded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at__isnull=True)
                | Q(state="closed", closed_at__isnull=False),
                name="leak_closed_with_time",
            ),
            models.CheckConstraint(
                condition=Q(severity__isnull=True) | Q(severity__in=[1, 2, 3]),
                name="leak_severity_known",
            ),
        ]
        indexes = [
            models.Index(F("at").desc(), name="leak_newest"),
            models.Index(fields=["by"], name="leak_by"),
        ]

    def __str__(self) -> str:
        return self.number or str(self.id)


class LeakFile(models.Model):
    """A sealed file that came with a report."""

    leak = models.ForeignKey(Leak, models.CASCADE, related_name="files")
    file = models.UUIDField(unique=True)
    by = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.file)
