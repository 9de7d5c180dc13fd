"""One table: who has been found not to be whose relative."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q


class Clearing(models.Model):
    """“不是同一人”: a family row that names somebody alike has been looked at by a third person.

    ``token`` is a keyed token of the row, its version and the person it was taken for, so that the
    table links nobody to anybody; why it was cleared is sealed under the row's owner.
    """

    id = models.UUIDField(primary_key=True, default=uuid4)
    token = models.BigIntegerField()
    owner = models.UUIDField()
    """Whose family record the row stands in."""
    sealed = models.BinaryField()
    at = models.DateTimeField()
    by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["token"], condition=Q(ended_at__isnull=True), name="clearing_once"
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
