"""Tables of the reading room. What was read, and what titles say, is sealed.

In clear are identifiers, states, times, and per entry a set of 16-bit keyed numbers of pairs of
characters; docs/decisions/0024-reading-scans.md says what those numbers give away.
"""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Control(models.Model):
    """One row: whether reading rests."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    paused_at = models.DateTimeField(null=True)
    paused_by = models.UUIDField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="reading_one_control", condition=Q(id=1))]

    def __str__(self) -> str:
        return "paused" if self.paused_at else "running"


class Reading(models.Model):
    """One page of a scan and what was read on it; it keeps the page's identifier."""

    class State(models.TextChoices):
        QUEUED = "queued", _("待识别")
        DONE = "done", _("已识别")
        FAILED = "failed", _("识别失败")

    class Reason(models.TextChoices):
        """Why a page could not be read, as far as it may be told in clear."""

        NONE = "", ""
        UNREADABLE = "unreadable", _("图像打不开")
        TOO_LARGE = "too_large", _("图像过大")
        ENGINE = "engine", _("识别程序出错")

    page = models.UUIDField(primary_key=True)
    material = models.UUIDField()
    volume = models.UUIDField()
    subject = models.UUIDField(db_index=True)
    picture = models.CharField(max_length=64)
    """Which picture was read or shall be: file, page of the file, rotation."""
    state = models.CharField(max_length=8, choices=State, default=State.QUEUED)
    reason = models.CharField(max_length=12, choices=Reason, default=Reason.NONE, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    due_at = models.DateTimeField()
    """When it may be tried next."""
    read_at = models.DateTimeField(null=True)
    milliseconds = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=0)
    """Counts the readings of this page; part of the seal."""
    sealed = models.BinaryField(null=True)
    """The lines with their boxes (``rules.lines``)."""
    digest = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="reading_state_known", condition=Q(state__in=["queued", "done", "failed"])
            ),
            models.CheckConstraint(
                name="reading_done_has_text",
                condition=~Q(state="done") | Q(sealed__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="reading_queue"),
            models.Index(fields=["volume", "state"], name="reading_of_volume"),
            models.Index(fields=["material"], name="reading_of_material"),
        ]

    def __str__(self) -> str:
        return str(self.page)


class Entry(models.Model):
    """What a search finds: the title of a material, or the text of one page."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    """The page's identifier, or of a title the material's."""
    title = models.BooleanField()
    material = models.UUIDField(db_index=True)
    subject = models.UUIDField(db_index=True)
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    """The folded text, all in one, to check candidates by."""
    grams = ArrayField(models.SmallIntegerField())

    class Meta:
        indexes = [
            GinIndex(fields=["grams"], condition=Q(title=True), name="entry_title_grams"),
            GinIndex(fields=["grams"], condition=Q(title=False), name="entry_page_grams"),
        ]

    def __str__(self) -> str:
        return str(self.id)
