"""Tables of disposal: terms, holds, due things, lists of destruction, witnesses, the ledger.

In clear are random identifiers, states, dates, counts and the numbers of volumes. Reasons are
sealed: of a hold under the system's key, since it must outlive a lifted file; of an appraisal
under the person's key, so that it goes with the file. The ledger names no person whose file went.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ScheduleVersion(models.Model):
    """保管期限表: the newest version is in force; none means the built-in table."""

    version = models.PositiveIntegerField(primary_key=True)
    body = models.JSONField()
    by = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"v{self.version}"


class Hold(models.Model):
    """保全: nothing in its scope is destroyed, sent away, removed or deleted until it is lifted.

    No foreign keys: placing one takes no lock on a row, so it waits for nobody but the deeds
    under way (``holds``).
    """

    class Kind(models.TextChoices):
        LITIGATION = "litigation", _("诉讼仲裁")
        INSPECTION = "inspection", _("检查审计")
        COMPLAINT = "complaint", _("投诉举报")
        OTHER = "other", _("其他")

    class Scope(models.TextChoices):
        PERSON = "person", _("个人")
        VOLUME = "volume", _("案卷")
        MATERIAL = "material", _("材料")
        UNIT = "unit", _("单位")

    id = models.UUIDField(primary_key=True, default=uuid4)
    serial = models.PositiveIntegerField(unique=True)
    kind = models.CharField(max_length=12, choices=Kind)
    scope = models.CharField(max_length=8, choices=Scope)
    target = models.UUIDField()
    """Person, volume, material or unit."""
    volume = models.UUIDField(null=True)
    """Of a volume or material: the volume."""
    subject = models.UUIDField(null=True)
    """Of all but a unit: the person."""
    sealed_reason = models.BinaryField()
    placed_by = models.UUIDField()
    placed_at = models.DateTimeField()
    until = models.DateField(null=True)
    """The last day it holds; None: until it is lifted."""
    lifted_by = models.UUIDField(null=True)
    lifted_at = models.DateTimeField(null=True)
    sealed_lifting = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="hold_lifted_by_another",
                condition=Q(lifted_by__isnull=True) | ~Q(lifted_by=F("placed_by")),
            ),
            models.CheckConstraint(
                name="hold_lifted_whole",
                condition=Q(lifted_by__isnull=True, lifted_at__isnull=True)
                | Q(lifted_by__isnull=False, lifted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="hold_scope_known",
                condition=Q(scope="unit", subject__isnull=True)
                | Q(scope__in=["person", "volume", "material"], subject__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["subject"], condition=Q(lifted_at__isnull=True), name="hold_of_subject"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``BQ-2026-003`` (保全)."""
        return f"BQ-{self.placed_at.year}-{self.serial:03d}"


class Postponed(models.Model):
    """A file that was to be thrown away while a hold covered it; gone when nothing holds it."""

    file = models.UUIDField(primary_key=True)
    subject = models.UUIDField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.file)


class What(models.TextChoices):
    """What can fall due and be destroyed."""

    DOSSIER = "dossier", _("整份档案")
    VOLUME = "volume", _("案卷")
    MATERIAL = "material", _("材料")
    ROW = "row", _("信息集记录")


class Due(models.Model):
    """到期清单: one thing whose term is over, as the nightly job found it; nothing follows by
    itself."""

    class Way(models.TextChoices):
        DESTROY = "destroy", _("可鉴定")
        RESTRICT = "restrict", _("应限制处理")

    id = models.UUIDField(primary_key=True, default=uuid4)
    what = models.CharField(max_length=8, choices=What)
    way = models.CharField(max_length=8, choices=Way, default=Way.DESTROY)
    """Restrict: some part of it must by law still be kept."""
    subject = models.UUIDField()
    target = models.UUIDField()
    """Dossier (the subject), volume, material or row."""
    volume = models.UUIDField(null=True)
    number = models.CharField(max_length=120, blank=True)
    """档号 of the volume, or of all volumes of a dossier."""
    info_set = models.CharField(max_length=64, blank=True)
    sealed_ground = models.BinaryField()
    """Which line of the schedule, under the person's key: it may name the class of a paper."""
    due_on = models.DateField()
    until = models.DateField(null=True)
    """Of what is to be restricted: when the longest statutory term of its parts ends."""
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["what", "target"], name="due_once")]
        indexes = [
            models.Index(fields=["what", "due_on", "id"], name="due_by_day"),
            models.Index(fields=["subject"], name="due_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.target}"


class Extension(models.Model):
    """An appraisal's opinion that outlives its list: kept until a day, or for good."""

    what = models.CharField(max_length=8, choices=What)
    target = models.UUIDField()
    subject = models.UUIDField(db_index=True)
    until = models.DateField(null=True)
    """None: for good."""
    list = models.ForeignKey("DestructionList", models.PROTECT, related_name="extensions")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["what", "target", "list"], name="extension_once")
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.target}"


class DestructionList(models.Model):
    """销毁清册: what is appraised and destroyed under one number. Never deleted before
    ``keep_until`` (a trigger holds to it)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("鉴定中")
        OPEN = "open", _("审批中")
        APPROVED = "approved", _("待监销")
        EXECUTING = "executing", _("销毁中")
        DONE = "done", _("已销毁")
        REFUSED = "refused", _("已拒绝")
        WITHDRAWN = "withdrawn", _("已撤回")

    id = models.UUIDField(primary_key=True, default=uuid4)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    """``XH-2026-001``: numbered within its year."""
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    case = models.UUIDField(null=True, unique=True)
    case_number = models.CharField(max_length=32, blank=True)
    proposed_by = models.UUIDField()
    proposed_at = models.DateTimeField()
    sealed_names = models.BinaryField(null=True)
    """Who proposed, approved, witnessed and executed, by name, under the system's key."""
    approved_at = models.DateTimeField(null=True)
    executed_by = models.UUIDField(null=True)
    executing_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    epoch = models.PositiveIntegerField(null=True)
    """The key epoch at the time of destruction: once it and all before it are destroyed, older
    back-ups do not open either."""
    counts = models.JSONField(default=dict)
    """dossiers, volumes, materials, pages, files, rows, kept, spared."""
    digest = models.BinaryField(null=True)
    """SHA-256 over the lines as they were approved."""
    keep_until = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="destruction_numbered_once"),
            models.CheckConstraint(
                name="destruction_approved_before",
                condition=Q(state__in=["draft", "open", "refused", "withdrawn"])
                | Q(approved_at__isnull=False, case__isnull=False),
            ),
            models.CheckConstraint(
                name="destruction_executed_by_somebody",
                condition=~Q(state__in=["executing", "done"])
                | Q(executed_by__isnull=False, executing_at__isnull=False),
            ),
            models.CheckConstraint(
                name="destruction_ledger_kept",
                condition=~Q(state="done") | Q(done_at__isnull=False, keep_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number people cite."""
        return f"XH-{self.year}-{self.serial:03d}"


class Item(models.Model):
    """One line of a list: what it is, what the appraisal thinks of it, what became of it."""

    class Opinion(models.TextChoices):
        DESTROY = "destroy", _("销毁")
        EXTEND = "extend", _("延长保管")
        KEEP = "keep", _("永久保管")

    class State(models.TextChoices):
        LISTED = "listed", _("待办")
        DESTROYED = "destroyed", _("已销毁")
        KEPT = "kept", _("继续保管")
        SPARED = "spared", _("未销毁")

    id = models.UUIDField(primary_key=True, default=uuid4)
    list = models.ForeignKey(DestructionList, models.PROTECT, related_name="items")
    position = models.PositiveIntegerField()
    what = models.CharField(max_length=8, choices=What)
    subject = models.UUIDField()
    target = models.UUIDField()
    volume = models.UUIDField(null=True)
    number = models.CharField(max_length=120, blank=True)
    """档号 of the volume, or of all volumes of a dossier."""
    info_set = models.CharField(max_length=64, blank=True)
    due_on = models.DateField()
    sealed_ground = models.BinaryField()
    ground = models.CharField(max_length=16, blank=True)
    """Once destroyed, the schedule's line for the ledger; empty of a material, whose class it
    would tell."""
    opinion = models.CharField(max_length=8, choices=Opinion, default=Opinion.DESTROY)
    years = models.PositiveSmallIntegerField(default=0)
    sealed_reason = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.LISTED)
    done_at = models.DateTimeField(null=True)
    counts = models.JSONField(default=dict)
    spared_for = models.CharField(max_length=16, blank=True)
    """hold, lent, moving …: why it was not destroyed though it was agreed."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "position"], name="item_position_once"),
            models.UniqueConstraint(fields=["list", "what", "target"], name="item_once"),
            models.UniqueConstraint(
                fields=["what", "target"], condition=Q(state="listed"), name="item_in_one_list"
            ),
            models.CheckConstraint(
                name="item_years_with_extension",
                condition=Q(opinion="extend", years__gte=1) | ~Q(opinion="extend") & Q(years=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} {self.position}"


class Witness(models.Model):
    """监销人: confirms with a second factor to have been there. Two of them, never the same, nor
    whoever proposed or executes."""

    list = models.ForeignKey(DestructionList, models.PROTECT, related_name="witnesses")
    place = models.PositiveSmallIntegerField()
    account = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["list", "account"], name="witness_once"),
            models.UniqueConstraint(fields=["list", "place"], name="witness_place_once"),
            models.CheckConstraint(name="witness_two", condition=Q(place__in=[1, 2])),
        ]

    def __str__(self) -> str:
        return f"{self.list_id} {self.place}"
