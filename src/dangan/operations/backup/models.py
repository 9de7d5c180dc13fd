"""Back-ups as they are known here, proofs that they can be restored, and restores of this line.

In clear: names made of a time and chance, places without passwords, counts, digests, states.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Backup(models.Model):
    """One run. What counts as a back-up is the manifest at its place; this row tells of it."""

    class State(models.TextChoices):
        RUNNING = "running", _("进行中")
        DONE = "done", _("已完成")
        FAILED = "failed", _("未完成")
        PRUNED = "pruned", _("已清理")

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=40, unique=True)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    by = models.UUIDField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    instant = models.DateTimeField(null=True)
    """The one moment that database, files and keys are of."""
    place = models.CharField(max_length=300)
    keys_place = models.CharField(max_length=300)
    size = models.PositiveBigIntegerField(default=0)
    """Bytes of the encrypted database."""
    rows = models.PositiveBigIntegerField(default=0)
    files = models.PositiveBigIntegerField(default=0)
    files_sent = models.PositiveBigIntegerField(default=0)
    files_missing = models.PositiveIntegerField(default=0)
    log_size = models.PositiveBigIntegerField(default=0)
    manifest = models.CharField(max_length=64, blank=True)
    """SHA-256 of the signed manifest."""
    demo = models.BooleanField(default=False)
    problem = models.CharField(max_length=600, blank=True)
    pruned_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="backup_done_whole",
                condition=~Q(state="done") | Q(instant__isnull=False, finished_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="backup_one_at_a_time", fields=["state"], condition=Q(state="running")
            ),
        ]
        indexes = [models.Index(fields=["-started_at"], name="backup_newest")]

    def __str__(self) -> str:
        return self.name


class Proof(models.Model):
    """A back-up was restored somewhere and looked through; ``report`` is the signed document."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    backup = models.ForeignKey(Backup, models.PROTECT, related_name="proofs")
    at = models.DateTimeField()
    ok = models.BooleanField()
    took = models.FloatField()
    report = models.TextField()
    digest = models.CharField(max_length=64, unique=True)
    imported_by = models.UUIDField()
    imported_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="proof_newest")]

    def __str__(self) -> str:
        return f"{self.backup_id} {self.at}"


class Restoration(models.Model):
    """This database was restored: up to ``size`` leaves its log is that of the line before."""

    at = models.DateTimeField()
    backup = models.CharField(max_length=40)
    instant = models.DateTimeField()
    size = models.PositiveBigIntegerField()
    root = models.BinaryField()
    public_key = models.CharField(max_length=300)
    """What signed the line before."""
    lost_size = models.PositiveBigIntegerField(default=0)
    """The largest tree of the line before that somebody has a signed checkpoint of."""

    def __str__(self) -> str:
        return f"{self.backup} {self.size}"
