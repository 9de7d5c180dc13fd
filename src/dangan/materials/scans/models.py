"""Tables of scans. What a page shows lies in sealed files; thumbnails and checks are sealed here.

In clear are numbers, sizes, states and the links between pages, materials and files.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.models import Material, Volume


class Page(models.Model):
    """One page image of a material: a file, or one page of a PDF or TIFF.

    What is replaced or removed stays as a former page until the material is destroyed.
    """

    class State(models.TextChoices):
        CURRENT = "current", _("在用")
        FORMER = "former", _("已替换")
        REMOVED = "removed", _("已剔除")

    id = models.UUIDField(primary_key=True, default=uuid4)
    material = models.ForeignKey(Material, models.PROTECT, related_name="scans", db_index=False)
    subject = models.UUIDField(db_index=True)
    number = models.PositiveSmallIntegerField()
    file = models.UUIDField(db_index=True)
    file_page = models.PositiveSmallIntegerField(default=1)
    rotation = models.PositiveSmallIntegerField(default=0)
    """Degrees clockwise, on top of how the file lies."""
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    dpi = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=8, choices=State, default=State.CURRENT)
    instead_of = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="successors", db_index=False
    )
    """The page that this one replaced."""
    sealed_thumbnail = models.BinaryField()
    sealed_checks = models.BinaryField()
    """Skew, blankness and the fingerprint by which duplicates are found: ``rules.quality``."""
    accepted = models.BooleanField(default=False)
    """Somebody has looked at what the checks say and keeps the page as it is."""
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["material", "number"],
                condition=Q(state="current"),
                name="page_number_once",
            ),
            models.CheckConstraint(
                name="page_rotation_right", condition=Q(rotation__in=[0, 90, 180, 270])
            ),
            models.CheckConstraint(
                name="page_state_known", condition=Q(state__in=["current", "former", "removed"])
            ),
        ]
        indexes = [models.Index(fields=["material", "state"], name="page_of_material")]

    def __str__(self) -> str:
        return str(self.id)


class PageEvent(models.Model):
    """What was done to a material's pages, by whom: added, turned, moved, replaced, removed."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="page_events")
    verb = models.CharField(max_length=16)
    facts = models.JSONField(default=dict)
    """Identifiers, numbers and degrees only."""
    at = models.DateTimeField()
    by = models.UUIDField()

    def __str__(self) -> str:
        return f"{self.verb} {self.material_id}"


class Arrival(models.Model):
    """An uploaded file that waits to be placed: nothing is lost when a browser closes."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="scan_arrivals")
    file = models.UUIDField(unique=True)
    sealed = models.BinaryField()
    """Where it came from: its path as sent."""
    pages = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.UUIDField()

    def __str__(self) -> str:
        return str(self.id)
