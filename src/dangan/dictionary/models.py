"""The table of dictionary revisions."""

from __future__ import annotations

from django.db import models


class Revision(models.Model):
    """The whole custom part of the dictionary as it stood after one change. Never updated."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    actor = models.UUIDField()
    what = models.CharField(max_length=120)
    document = models.JSONField()

    class Meta:
        db_table = "dictionary_revision"
        app_label = "dictionary"

    def __str__(self) -> str:
        return f"{self.pk} {self.what}"
