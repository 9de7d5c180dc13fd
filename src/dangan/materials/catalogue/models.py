"""Tables of the catalogue. Nothing about a person stands here in clear.

In clear are random identifiers, running numbers, states, secrecy marks and counts; what a
material is — its class too, which tells that somebody was punished — is sealed.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dangan.dossiers.models import Subject


class FileKind(models.TextChoices):
    """Three kinds of file, never mixed (干部人事档案工作条例; 企业职工档案管理工作规定)."""

    CADRE = "cadre", _("干部人事档案")
    STAFF = "staff", _("企业职工档案")
    EMPLOYEE_FILE = "employee_file", _("单位自有资料")


class Secrecy(models.IntegerChoices):
    """The organisation's own marks. From ``CONFIDENTIAL`` on only named readers see a thing."""

    NONE = 0, _("不涉密")
    INTERNAL = 1, _("秘密")
    CONFIDENTIAL = 2, _("机密")
    TOP = 3, _("绝密")


class Settings(models.Model):
    """One row: what the archive room has set, as JSON of ``rules.settings.ArchiveSettings``."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    body = models.JSONField(default=dict)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(name="archivesettings_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"v{self.version}"


class Fonds(models.Model):
    """全宗: all that one organisation keeps. ``code`` begins the numbers of its volumes."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    code = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=120)
    unit = models.UUIDField(null=True)
    """The branch whose people's files it holds; None: all."""
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    next_serial = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.code


class Volume(models.Model):
    """案卷: one person's file of one kind in one fonds, the original or the partial copy of it."""

    class Copy(models.TextChoices):
        ORIGINAL = "original", _("正本")
        PARTIAL = "partial", _("副本")

    class Standing(models.TextChoices):
        HELD = "held", _("在库")
        LENT = "lent", _("借出")
        MOVING = "moving", _("转递中")
        AWAY = "away", _("已转出")
        DESTROYED = "destroyed", _("已销毁")

    id = models.UUIDField(primary_key=True, default=uuid4)
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="volumes")
    fonds = models.ForeignKey(Fonds, models.PROTECT, related_name="volumes")
    number = models.CharField(max_length=32, unique=True)
    """档号 ``HD-Y-02046``: fonds, kind, running number. Tells nothing about the person."""
    kind = models.CharField(max_length=16, choices=FileKind)
    copy = models.CharField(max_length=8, choices=Copy, default=Copy.ORIGINAL)
    original = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="copies", db_index=False
    )
    """Of a partial copy: what it was copied from."""
    books = models.PositiveSmallIntegerField(default=1)
    standing = models.CharField(max_length=10, choices=Standing, default=Standing.HELD)
    secrecy = models.PositiveSmallIntegerField(choices=Secrecy, default=Secrecy.NONE)
    """The volume's own mark; it shows with the highest of its materials (``highest``)."""
    highest = models.PositiveSmallIntegerField(choices=Secrecy, default=Secrecy.NONE)
    retention = models.CharField(max_length=16, default="permanent")
    """A key of the retention schedules (``rules.settings.RETENTION``)."""
    restricted_at = models.DateTimeField(null=True)
    """限制处理: kept because the law says so, used for nothing (PIPL art. 47)."""
    keeper = models.UUIDField(null=True)
    """The account that has custody."""
    opened_at = models.DateTimeField()
    opened_by = models.UUIDField()
    closed_at = models.DateTimeField(null=True)
    """When it went away or was destroyed."""
    version = models.PositiveIntegerField(default=1)
    materials = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    scanned = models.PositiveIntegerField(default=0)
    """How many of its materials are scanned whole."""
    scanned_pages = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "kind", "copy"],
                condition=~Q(standing__in=["away", "destroyed"]),
                name="volume_one_of_a_kind",
            ),
            models.CheckConstraint(
                name="volume_copy_of_something",
                condition=Q(copy="original", original__isnull=True)
                | Q(copy="partial", original__isnull=False),
            ),
            models.CheckConstraint(
                name="volume_secrecy_known", condition=Q(secrecy__lte=3, highest__lte=3)
            ),
            models.CheckConstraint(
                name="volume_standing_known",
                condition=Q(standing__in=["held", "lent", "moving", "away", "destroyed"]),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Material(models.Model):
    """材料: one paper or set of papers, or its electronic original. ``sealed`` holds the body."""

    class State(models.TextChoices):
        FILED = "filed", _("已归档")
        REMOVED = "removed", _("已剔除")
        DESTROYED = "destroyed", _("已销毁")

    id = models.UUIDField(primary_key=True, default=uuid4)
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="contents", db_index=False)
    subject = models.UUIDField(db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.FILED)
    secrecy = models.PositiveSmallIntegerField(choices=Secrecy, default=Secrecy.NONE)
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    digest = models.BinaryField()
    """SHA-256 of ``sealed``, also in the log: a table rolled back shows."""
    filed_at = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField()
    """When its present version came into being, and by whom."""
    by = models.UUIDField()
    pages = models.PositiveSmallIntegerField(default=0)
    scanned_pages = models.PositiveSmallIntegerField(default=0)
    origin = models.ForeignKey("self", models.PROTECT, null=True, related_name="copies")
    """Of a material in a partial copy 副本: what it was copied from."""
    origin_version = models.PositiveIntegerField(null=True)
    """The version of ``origin`` that it agrees with."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="material_copy_knows_version",
                condition=Q(origin__isnull=True, origin_version__isnull=True)
                | Q(origin__isnull=False, origin_version__isnull=False),
            ),
            models.CheckConstraint(name="material_secrecy_known", condition=Q(secrecy__lte=3)),
            models.CheckConstraint(
                name="material_state_known",
                condition=Q(state__in=["filed", "removed", "destroyed"]),
            ),
        ]
        indexes = [models.Index(F("volume"), F("state"), name="material_of_volume")]

    def __str__(self) -> str:
        return str(self.id)


class MaterialVersion(models.Model):
    """What a material's body was before a change. Old versions stay."""

    material = models.ForeignKey(Material, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    sealed = models.BinaryField()
    digest = models.BinaryField()
    secrecy = models.PositiveSmallIntegerField(choices=Secrecy, default=Secrecy.NONE)
    at = models.DateTimeField()
    """When the version came into being, and by whom."""
    by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["material", "version"], name="materialversion_once")
        ]

    def __str__(self) -> str:
        return f"{self.material_id} v{self.version}"


class Reader(models.Model):
    """指定阅览人: who may see a volume or a material that is marked 机密 or 绝密."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="readers")
    material = models.ForeignKey(Material, models.PROTECT, null=True, related_name="readers")
    """None: everything marked in the volume."""
    account = models.UUIDField()
    until = models.DateTimeField(null=True)
    at = models.DateTimeField()
    by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volume", "material", "account"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="reader_named_once",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)
