"""Tables of the organisation: units, and what changed about them from which day on."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Unit(models.Model):
    """A unit 组织单元. Everything that can change about it stands in its versions."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(
        max_length=10,
        choices=(
            ("group", "group"),
            ("company", "company"),
            ("department", "department"),
            ("team", "team"),
        ),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="organization_unit_kind_known",
                condition=models.Q(kind__in=["group", "company", "department", "team"]),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class UnitVersion(models.Model):
    """What became different for a unit on a day: the columns named in ``changed``.

    Rows are only added. On one day the later row wins.
    """

    id = models.BigAutoField(primary_key=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="versions")
    valid_from = models.DateField()
    changed = ArrayField(models.CharField(max_length=8))
    name = models.CharField(max_length=60, default="")
    code = models.CharField(max_length=40, default="")
    parent = models.UUIDField(null=True)
    head = models.UUIDField(null=True)
    closed = models.BooleanField(default=False)
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.UUIDField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="organization_unitversion_changes_something",
                condition=models.Q(changed__len__gte=1),
            ),
            models.CheckConstraint(
                name="organization_unitversion_not_own_parent",
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("unit")),
            ),
        )
        indexes = (models.Index(fields=["valid_from", "id"], name="organization_version_order"),)

    def __str__(self) -> str:
        return str(self.pk)


class TreeVersion(models.Model):
    """One row: goes up with every change, so that processes know when to read the tree anew."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField()

    class Meta:
        db_table = "organization_version"
        constraints = (
            models.CheckConstraint(name="organization_version_one", condition=models.Q(id=1)),
        )

    def __str__(self) -> str:
        return str(self.version)


class Holiday(models.Model):
    """One announced day of the working calendar: off, or a weekend worked instead.

    ``year`` is that of the notice, which replaces what the program knows of that year. The days
    around New Year may fall into the year before.
    """

    day = models.DateField(primary_key=True)
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=7, choices=(("holiday", "holiday"), ("workday", "workday")))
    name = models.CharField(max_length=30, default="")
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.UUIDField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="organization_holiday_kind_known",
                condition=models.Q(kind__in=["holiday", "workday"]),
            ),
        )

    def __str__(self) -> str:
        return str(self.day)


class CalendarVersion(models.Model):
    """One row: goes up with every change of the working calendar."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    version = models.BigIntegerField()

    class Meta:
        db_table = "organization_calendar_version"
        constraints = (
            models.CheckConstraint(name="organization_calendar_one", condition=models.Q(id=1)),
        )

    def __str__(self) -> str:
        return str(self.version)
