"""The list of sealed files. What they contain lies sealed on the disk, under random names."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from PIL import Image

from dangan.files.pictures import PageFacts


class SealedFile(models.Model):
    """A file kept under one subject's key; ``object`` is its random name on the disk."""

    class State(models.TextChoices):
        KEPT = "kept", "保存"
        GONE = "gone", "已删除"

    id = models.UUIDField(primary_key=True, default=uuid4)
    subject = models.UUIDField(db_index=True)
    object = models.UUIDField(unique=True, default=uuid4)
    media_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    pages = models.PositiveSmallIntegerField(null=True)
    chunks = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.UUIDField()
    state = models.CharField(max_length=8, choices=State, default=State.KEPT)
    sealed_name = models.BinaryField()
    sealed_key = models.BinaryField()
    """The file's own random key under the subject's file key; emptied when the file is discarded,
    which makes what may still lie on the disk or in a back-up unreadable."""
    digest = models.BinaryField()
    """SHA-256 of the sealed bytes: whether the disk kept them can be told without any key."""
    looked_after_at = models.DateTimeField(null=True)
    """When the digest was last compared with the disk."""

    pages_seen: tuple[PageFacts, ...] = ()
    """How large its pages are; only while a scan is taken in, see ``actions.keep``."""

    small: Image.Image | None = None
    """What was drawn of a JPEG when it was looked through (``verifying.Verified``); as long."""

    class Meta:
        constraints = [
            models.CheckConstraint(name="file_state_known", condition=Q(state__in=["kept", "gone"]))
        ]
        indexes = [
            models.Index(
                fields=["looked_after_at"], condition=Q(state="kept"), name="file_to_look_after"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
