"""Tables of reminders. What falls due is sealed; in clear stand random ids, versions and days of
processing, and that something of somebody is due before long."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Line(models.Model):
    """The dates of one dossier that may fall due, sealed under the person's key.

    ``version`` is the dossier's when it was read; ``soon`` says that something stands in the
    list, so that the page opens few of many.
    """

    subject = models.UUIDField(primary_key=True)
    version = models.BigIntegerField()
    soon = models.BooleanField(default=False)
    sealed = models.BinaryField()

    class Meta:
        indexes = (
            models.Index(
                fields=["subject"], name="reminders_line_soon", condition=models.Q(soon=True)
            ),
        )

    def __str__(self) -> str:
        return str(self.subject)


class Told(models.Model):
    """That one reminder was told: a keyed token of whose, what, which day and which lead."""

    token = models.BigIntegerField(primary_key=True)
    on = models.DateField(db_index=True)

    def __str__(self) -> str:
        return str(self.token)


class Sweep(models.Model):
    """One day's work, done once: a row is written with what it told."""

    day = models.DateField(primary_key=True)
    at = models.DateTimeField()
    told = models.PositiveIntegerField()

    def __str__(self) -> str:
        return str(self.day)


class Choice(models.Model):
    """How the organisation wants one kind: on or off, and how long before."""

    kind = models.CharField(max_length=20, primary_key=True)
    on = models.BooleanField()
    leads = ArrayField(models.PositiveSmallIntegerField())

    def __str__(self) -> str:
        return self.kind


class Ages(models.Model):
    """One row: the retirement age before the reform taken for women who are no workers."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    women = models.PositiveSmallIntegerField(default=55)

    class Meta:
        constraints = (
            models.CheckConstraint(name="reminders_ages_one", condition=models.Q(id=1)),
            models.CheckConstraint(
                name="reminders_ages_women", condition=models.Q(women__in=[50, 55])
            ),
        )

    def __str__(self) -> str:
        return str(self.women)
