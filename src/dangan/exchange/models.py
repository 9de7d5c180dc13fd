"""Tables of exchange. What was uploaded and what was said about it is sealed."""

from __future__ import annotations

from datetime import timedelta

from django.db import models
from django.utils import timezone

SILENT_FOR = timedelta(seconds=45)
"""A running job that has said nothing for this long has lost its worker."""


class ImportJob(models.Model):
    """An import begun on the page. In clear are states, counts and times only.

    The job has a data key of its own: when the key goes, the file and the report go.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "待确认列"
        CHECK_QUEUED = "check_queued", "等待检查"
        CHECKING = "checking", "正在检查"
        CHECKED = "checked", "待导入"
        RUN_QUEUED = "run_queued", "等待导入"
        RUNNING = "running", "正在导入"
        DONE = "done", "已完成"
        UNUSABLE = "unusable", "文件不可用"
        STOPPED = "stopped", "已停止"
        FAILED = "failed", "中断"

    id = models.UUIDField(primary_key=True)
    owner = models.UUIDField()
    state = models.CharField(max_length=16, choices=State, default=State.UPLOADED)
    mode = models.CharField(max_length=8, default="all")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    beat_at = models.DateTimeField(null=True)
    stage = models.CharField(max_length=8, default="")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    imported = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    skipped = models.PositiveIntegerField(default=0)
    errors = models.PositiveIntegerField(default=0)
    warnings = models.PositiveIntegerField(default=0)
    stop_asked = models.BooleanField(default=False)
    sealed_files = models.BinaryField(null=True)
    sealed_about = models.BinaryField()
    sealed_report = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["owner", "-created_at"], name="import_job_of_owner")]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def busy(self) -> bool:
        """Whether a worker has it or is about to."""
        return self.state in BUSY

    @property
    def silent(self) -> bool:
        """Whether its worker died: nothing of it was stored, it may be taken up again."""
        if self.state not in RUNNING:
            return False
        return self.beat_at is None or timezone.now() - self.beat_at > SILENT_FOR


RUNNING = (ImportJob.State.CHECKING, ImportJob.State.RUNNING)
BUSY = (*RUNNING, ImportJob.State.CHECK_QUEUED, ImportJob.State.RUN_QUEUED)
