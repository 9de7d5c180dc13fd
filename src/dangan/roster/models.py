"""Tables of the roster: one sealed line per person, and the layouts of those lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.db import models

if TYPE_CHECKING:
    _Number = models.Field[int, int]
else:
    _Number = models.Field


class TransactionId(_Number):
    """PostgreSQL's ``xid8``: the number of a transaction, never used twice."""

    def db_type(self, connection: Any) -> str:
        del connection
        return "xid8"


class Layout(models.Model):
    """Which paths the texts of a sealed line stand for."""

    paths = ArrayField(models.TextField())
    digest = models.BinaryField(max_length=32)

    class Meta:
        db_table = "roster_layout"
        constraints = [models.UniqueConstraint(fields=["digest"], name="roster_layout_once")]

    def __str__(self) -> str:
        return f"roster layout {self.pk}"


class Entry(models.Model):
    """One person's line; a removed person leaves a line without body, so that all processes learn.

    ``xid`` is the transaction that wrote the line last: what a snapshot did not yet show is new.
    """

    subject = models.UUIDField(primary_key=True)
    unit = models.UUIDField(null=True)
    state = models.CharField(max_length=16)
    xid = TransactionId(db_default=models.Func(function="pg_current_xact_id"))
    sealed = models.BinaryField(null=True)

    class Meta:
        db_table = "roster_entry"
        indexes = [models.Index(fields=["xid"], name="roster_entry_xid")]

    def __str__(self) -> str:
        return f"roster entry {self.pk}"
