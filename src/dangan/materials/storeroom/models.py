"""Tables of the storeroom.

In clear: places, which are furniture; which volume stands where, by random identifiers; random
codes of labels; when something was moved, counted and checked; degrees and per cent of the air.
Words that somebody wrote about a person's papers are sealed under that person's key, words about
a place or a room under the system's.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.models import Secrecy, Volume


class Place(models.Model):
    """A room, and what stands in it down to the box."""

    class Level(models.TextChoices):
        ROOM = "room", _("库房")
        CABINET = "cabinet", _("柜")
        RACK = "rack", _("架")
        SHELF = "shelf", _("层")
        BOX = "box", _("盒")

    id = models.UUIDField(primary_key=True, default=uuid4)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="children")
    level = models.CharField(max_length=8, choices=Level)
    code = models.CharField(max_length=16)
    """Of a room its name 三库, of the others their number 07."""
    note = models.CharField(max_length=120, blank=True)
    """What it is for, for example 财务人员; never a person."""
    capacity = models.PositiveIntegerField(null=True)
    """How many volumes fit in it with all that is in it; None: nobody has counted."""
    apart = models.PositiveSmallIntegerField(choices=Secrecy, default=Secrecy.NONE)
    """机密 or 绝密: kept apart for volumes so marked; what is in it is too."""
    unit = models.UUIDField(null=True)
    """Of a room: the branch it belongs to; None: everybody's who runs storerooms."""
    at = models.DateTimeField()
    by = models.UUIDField()
    closed_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    """When its condition was last checked."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "level", "code"], nulls_distinct=False, name="place_once"
            ),
            models.CheckConstraint(
                name="place_level_known",
                condition=Q(level__in=["room", "cabinet", "rack", "shelf", "box"]),
            ),
            models.CheckConstraint(
                name="place_room_on_top",
                condition=Q(level="room", parent__isnull=True)
                | (~Q(level="room") & Q(parent__isnull=False, unit__isnull=True)),
            ),
            models.CheckConstraint(name="place_apart_known", condition=Q(apart__in=[0, 2, 3])),
        ]

    def __str__(self) -> str:
        return f"{self.code}"


class Placement(models.Model):
    """Where a volume's home is, one row for each volume that ever had one. Lending changes nothing
    here. ``place`` None: it was taken out of its place and has no other yet."""

    volume = models.OneToOneField(Volume, models.PROTECT, primary_key=True, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="placements")
    since = models.DateTimeField()
    by = models.UUIDField()
    checked_at = models.DateTimeField(null=True)
    """Last condition check of the volume itself or of what it stood in."""
    condition = models.CharField(max_length=8, blank=True)
    """``good`` or the worst severity found then (``rules.checking.SEVERITIES``)."""

    def __str__(self) -> str:
        return str(self.volume_id)


class Move(models.Model):
    """One step in a volume's way through the storeroom. Rows are never changed."""

    class Kind(models.TextChoices):
        SHELVE = "shelve", _("上架")
        MOVE = "move", _("移位")
        BOX = "box", _("整盒移位")
        COUNT = "count", _("盘点更正")
        OUT = "out", _("下架")

    id = models.BigAutoField(primary_key=True)
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="+", db_index=False)
    origin = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    target = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    origin_text = models.CharField(max_length=120, blank=True)
    target_text = models.CharField(max_length=120, blank=True)
    """What the places were called then: boxes move and rooms are renamed."""
    kind = models.CharField(max_length=8, choices=Kind)
    at = models.DateTimeField()
    by = models.UUIDField()
    key = models.UUIDField(default=uuid4)
    """The place of the words' seal."""
    sealed_why = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="move_kind_known",
                condition=Q(kind__in=["shelve", "move", "box", "count", "out"]),
            )
        ]
        indexes = [models.Index(F("volume"), F("at"), name="move_of_volume")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at}"


class Code(models.Model):
    """What a label says: a random code that tells nothing. A volume or place has one in force."""

    code = models.CharField(max_length=11, primary_key=True)
    volume = models.ForeignKey(Volume, models.PROTECT, null=True, related_name="+", db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()
    by = models.UUIDField()
    printed_at = models.DateTimeField(null=True)
    void_at = models.DateTimeField(null=True)
    """The label was lost or torn and another issued."""
    void_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="code_of_one_thing",
                condition=Q(volume__isnull=False, place__isnull=True)
                | Q(volume__isnull=True, place__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["volume"], condition=Q(void_at__isnull=True), name="code_one_of_volume"
            ),
            models.UniqueConstraint(
                fields=["place"], condition=Q(void_at__isnull=True), name="code_one_of_place"
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Setup(models.Model):
    """One row: how labels are printed here."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    sheet = models.CharField(max_length=16, default="70x37")
    names = models.BooleanField(default=False)
    """Whether labels name the person; off, because a label is read by everybody who passes."""

    class Meta:
        constraints = [models.CheckConstraint(name="storeroomsetup_one_row", condition=Q(id=1))]

    def __str__(self) -> str:
        return self.sheet


class Series(models.Model):
    """Running numbers without gaps, by word and year."""

    word = models.CharField(max_length=8)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["word", "year"], name="storeroomseries_once")
        ]

    def __str__(self) -> str:
        return f"{self.word}-{self.year}"


class Stocktaking(models.Model):
    """盘点 of a place and all that is in it."""

    class State(models.TextChoices):
        OPEN = "open", _("进行中")
        FINISHED = "finished", _("待签结")
        SIGNED = "signed", _("已签结")
        DROPPED = "dropped", _("已放弃")

    id = models.UUIDField(primary_key=True, default=uuid4)
    number = models.CharField(max_length=20, unique=True)
    """``PD-2026-0001``"""
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    place_text = models.CharField(max_length=120)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    at = models.DateTimeField()
    by = models.UUIDField()
    finished_at = models.DateTimeField(null=True)
    finished_by = models.UUIDField(null=True)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.UUIDField(null=True)
    expected = models.PositiveIntegerField(default=0)
    counted = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="stocktaking_state_known",
                condition=Q(state__in=["open", "finished", "signed", "dropped"]),
            ),
            models.UniqueConstraint(
                fields=["place"], condition=Q(state="open"), name="stocktaking_one_open"
            ),
        ]

    def __str__(self) -> str:
        return self.number


class Due(models.Model):
    """A volume whose home was in the place when the stock-taking began."""

    stocktaking = models.ForeignKey(Stocktaking, models.CASCADE, related_name="due", db_index=False)
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="+", db_index=False)
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stocktaking", "volume"], name="stocktakingdue_once")
        ]

    def __str__(self) -> str:
        return str(self.volume_id)


class Count(models.Model):
    """Something found. Scanned again it is the same row: the last place counts."""

    stocktaking = models.ForeignKey(
        Stocktaking, models.CASCADE, related_name="counts", db_index=False
    )
    volume = models.ForeignKey(Volume, models.PROTECT, null=True, related_name="+", db_index=False)
    code = models.CharField(max_length=40, blank=True)
    """What was read, of labels that are none of ours; shortened."""
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    """Where it was found; None: nobody scanned the place first."""
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["stocktaking", "volume"],
                condition=Q(volume__isnull=False),
                name="count_volume_once",
            ),
            models.UniqueConstraint(
                fields=["stocktaking", "code"],
                condition=Q(volume__isnull=True),
                name="count_code_once",
            ),
            models.CheckConstraint(
                name="count_of_something",
                condition=Q(volume__isnull=False, code="") | (Q(volume__isnull=True) & ~Q(code="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.volume_id or self.code)


class Outcome(models.Model):
    """What the comparison said of one volume or unknown code when the stock-taking ended."""

    stocktaking = models.ForeignKey(Stocktaking, models.CASCADE, related_name="outcomes")
    volume = models.ForeignKey(Volume, models.PROTECT, null=True, related_name="+", db_index=False)
    code = models.CharField(max_length=40, blank=True)
    verdict = models.CharField(max_length=10)
    """A key of ``rules.counting.VERDICTS``."""
    home = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    found = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+", db_index=False)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.UUIDField(null=True)
    settling = models.CharField(max_length=8, blank=True)
    """``back``, ``here``, ``found`` or ``noted``."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outcome_known",
                condition=Q(
                    verdict__in=["present", "missing", "misplaced", "excused", "moved", "surprise"]
                )
                | Q(verdict="unknown", volume__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.verdict} {self.volume_id or self.code}"


class Check(models.Model):
    """检查 of the condition of a volume, or of a place with all that stands in it."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    volume = models.ForeignKey(Volume, models.PROTECT, null=True, related_name="+")
    place = models.ForeignKey(Place, models.PROTECT, null=True, related_name="+")
    place_text = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField()
    by = models.UUIDField()
    covered = models.PositiveIntegerField(default=1)
    """How many volumes it looked at."""
    condition = models.CharField(max_length=8)
    sealed_words = models.BinaryField(default=b"")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="check_of_one_thing",
                condition=Q(volume__isnull=False, place__isnull=True)
                | Q(volume__isnull=True, place__isnull=False),
            ),
            models.CheckConstraint(
                name="check_condition_known",
                condition=Q(condition__in=["good", "slight", "medium", "severe"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.condition} {self.at}"


class Defect(models.Model):
    """Something found wrong in a check, until it is mended."""

    class State(models.TextChoices):
        OPEN = "open", _("待修复")
        ASKED = "asked", _("修复中")
        DONE = "done", _("已修复")

    id = models.UUIDField(primary_key=True, default=uuid4)
    check_made = models.ForeignKey(Check, models.PROTECT, related_name="defects")
    kind = models.CharField(max_length=12)
    """A key of ``rules.checking.DEFECTS``."""
    severity = models.CharField(max_length=8)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    photograph = models.UUIDField(null=True)
    """A file of ``files``."""
    asked_at = models.DateTimeField(null=True)
    asked_by = models.UUIDField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)
    sealed_repair = models.BinaryField(default=b"")
    """Who mends it and how."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="defect_state_known", condition=Q(state__in=["open", "asked", "done"])
            ),
            models.CheckConstraint(
                name="defect_severity_known",
                condition=Q(severity__in=["slight", "medium", "severe"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.severity}"


class Air(models.Model):
    """One reading of a room's temperature and humidity."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    room = models.ForeignKey(Place, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    temperature = models.DecimalField(max_digits=4, decimal_places=1)
    humidity = models.DecimalField(max_digits=4, decimal_places=1)
    by = models.UUIDField()
    imported = models.BooleanField(default=False)
    measures_at = models.DateTimeField(null=True)
    measures_by = models.UUIDField(null=True)
    sealed_measures = models.BinaryField(default=b"")
    """What was done about it, if it was out of bounds."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["room", "at"], name="air_once"),
            models.CheckConstraint(
                name="air_possible",
                condition=Q(
                    temperature__gte=-40,
                    temperature__lte=80,
                    humidity__gte=0,
                    humidity__lte=100,
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at} {self.temperature} {self.humidity}"


class Reminder(models.Model):
    """That a place's check is due was told once."""

    place = models.ForeignKey(Place, models.CASCADE, related_name="+", db_index=False)
    due = models.DateField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "due"], name="storeroomreminder_once")
        ]

    def __str__(self) -> str:
        return f"{self.place_id} {self.due}"
