"""Tables of transfers and of custody. In clear: identifiers, states, days, counts, 字第号.

A slip goes to one organisation for several people: what concerns a person is sealed under that
person's key, what concerns the slip (receiver, couriers, defects) under the vault's own.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.models import FileKind, Volume


class Series(models.Model):
    """Running numbers of a year and word: ``人档字`` 2026, out and in apart."""

    word = models.CharField(max_length=20)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["word", "year"], name="transferseries_once"),
        ]

    def __str__(self) -> str:
        return f"{self.word}〔{self.year}〕"


class Way(models.TextChoices):
    """How files travel: never by post."""

    COURIER = "courier", _("机要交通")
    PERSONS = "persons", _("专人送取")


class Transfer(models.Model):
    """转出: one slip, one receiver, files of one or several people."""

    class State(models.TextChoices):
        ASKED = "asked", _("审批中")
        BACK = "back", _("已退回")
        READY = "ready", _("待发出")
        SENT = "sent", _("待回执")
        RECEIVED = "received", _("已收回执")
        REJECTED = "rejected", _("对方退回")
        CANCELLED = "cancelled", _("未转出")

    id = models.UUIDField(primary_key=True, default=uuid4)
    way = models.CharField(max_length=8, choices=Way)
    sealed = models.BinaryField()
    """``rules.bodies.SlipBody``."""
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    original_there = models.BooleanField(default=False)
    """The receiver keeps the original already: copies may go alone."""
    requested_by = models.UUIDField()
    at = models.DateTimeField()
    case = models.UUIDField(null=True, unique=True)
    case_number = models.CharField(max_length=24, default="")
    word = models.CharField(max_length=20, default="")
    year = models.PositiveSmallIntegerField(null=True)
    serial = models.PositiveIntegerField(null=True)
    sent_on = models.DateField(null=True)
    sent_by = models.UUIDField(null=True)
    receipt_on = models.DateField(null=True)
    receipt_by = models.UUIDField(null=True)
    """The account that registered the 回执."""
    receipt_scan = models.UUIDField(null=True)
    chased = models.PositiveSmallIntegerField(default=0)
    chased_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["word", "year", "serial"], name="transfer_numbered_once"
            ),
            models.CheckConstraint(
                name="transfer_sent_is_numbered",
                condition=~Q(state__in=("sent", "received", "rejected"))
                | Q(serial__isnull=False, sent_on__isnull=False, case__isnull=False),
            ),
            models.CheckConstraint(
                name="transfer_received_has_day",
                condition=~Q(state="received") | Q(receipt_on__isnull=False),
            ),
            models.CheckConstraint(name="transfer_never_by_post", condition=Q(way__in=Way.values)),
        ]
        indexes = [models.Index(F("state"), F("sent_on"), name="transfer_chase")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``人档字〔2026〕第 0012 号``; empty before it was sent."""
        return f"{self.word}〔{self.year}〕第 {self.serial:04d} 号" if self.serial else ""


class Line(models.Model):
    """One volume on a slip; what the slip says of the person is sealed as it was that day."""

    class Outcome(models.TextChoices):
        NONE = "", _("未定")
        RECEIVED = "received", _("对方已收")
        RETURNED = "returned", _("对方退回")

    transfer = models.ForeignKey(Transfer, models.PROTECT, related_name="lines")
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="transfers")
    subject = models.UUIDField(db_index=True)
    open = models.BooleanField(default=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.NONE, blank=True)
    books = models.PositiveSmallIntegerField()
    materials = models.PositiveIntegerField()
    pages = models.PositiveIntegerField()
    sealed = models.BinaryField()
    """``rules.bodies.LineBody``, under the person's key."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["volume"], condition=Q(open=True), name="transferline_one_open"
            ),
            models.UniqueConstraint(fields=["transfer", "volume"], name="transferline_once"),
        ]

    def __str__(self) -> str:
        return f"{self.transfer_id} {self.volume_id}"


class Arrival(models.Model):
    """转入: a packet that came, checked against its slip."""

    class State(models.TextChoices):
        ARRIVED = "arrived", _("待核对")
        ACCEPTED = "accepted", _("已接收")
        REFUSED = "refused", _("已退回")

    id = models.UUIDField(primary_key=True, default=uuid4)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    way = models.CharField(max_length=8, choices=Way)
    arrived_on = models.DateField()
    registered_by = models.UUIDField()
    at = models.DateTimeField()
    sealed = models.BinaryField()
    """``rules.bodies.ArrivalBody``: sender, their 字第号, what the packet looked like."""
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=State, default=State.ARRIVED)
    decided_by = models.UUIDField(null=True)
    decided_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="arrival_numbered_once"),
            models.CheckConstraint(
                name="arrival_decided",
                condition=Q(state="arrived")
                | Q(decided_by__isnull=False, decided_on__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``ZR-2026-00003``."""
        return f"ZR-{self.year}-{self.serial:05d}"


class ArrivalLine(models.Model):
    """One person's file in a packet: what the slip says, what was counted."""

    arrival = models.ForeignKey(Arrival, models.PROTECT, related_name="lines")
    order = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=FileKind)
    copy = models.CharField(max_length=8, choices=Volume.Copy)
    stated_books = models.PositiveSmallIntegerField()
    stated_materials = models.PositiveIntegerField()
    books = models.PositiveSmallIntegerField(null=True)
    materials = models.PositiveIntegerField(null=True)
    pages = models.PositiveIntegerField(null=True)
    sealed = models.BinaryField()
    """``rules.bodies.ArrivalPerson``: name as on the slip, unit and post, reason, defects."""
    subject = models.UUIDField(null=True, db_index=True)
    """Whose dossier it is, once that is known."""
    volume = models.ForeignKey(Volume, models.PROTECT, null=True, related_name="arrivals")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["arrival", "order"], name="arrivalline_order"),
            models.CheckConstraint(
                name="arrivalline_volume_of_somebody",
                condition=Q(volume__isnull=True) | Q(subject__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.arrival_id} {self.order}"


class HandOver(models.Model):
    """移交: custody passes from one archivist to another, before a supervisor 监交人."""

    class State(models.TextChoices):
        COUNTING = "counting", _("清点中")
        SIGNING = "signing", _("待签字")
        DONE = "done", _("已移交")
        CANCELLED = "cancelled", _("已取消")

    id = models.UUIDField(primary_key=True, default=uuid4)
    year = models.PositiveSmallIntegerField()
    serial = models.PositiveIntegerField()
    giver = models.UUIDField()
    taker = models.UUIDField()
    supervisor = models.UUIDField()
    count_all = models.BooleanField(default=True)
    """Whether every volume is counted, or only those drawn as a sample."""
    state = models.CharField(max_length=10, choices=State, default=State.COUNTING)
    sealed_reason = models.BinaryField(default=b"")
    begun_by = models.UUIDField()
    at = models.DateTimeField()
    giver_at = models.DateTimeField(null=True)
    taker_at = models.DateTimeField(null=True)
    supervisor_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["year", "serial"], name="custody_numbered_once"),
            models.UniqueConstraint(
                fields=["giver"],
                condition=Q(state__in=("counting", "signing")),
                name="custody_one_open",
            ),
            models.CheckConstraint(
                name="custody_three_people",
                condition=~Q(giver=F("taker"))
                & ~Q(supervisor=F("giver"))
                & ~Q(supervisor=F("taker")),
            ),
            models.CheckConstraint(
                name="custody_signed_by_three",
                condition=~Q(state="done")
                | Q(
                    giver_at__isnull=False,
                    taker_at__isnull=False,
                    supervisor_at__isnull=False,
                    done_at__isnull=False,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """``YJ-2026-00003``."""
        return f"YJ-{self.year}-{self.serial:05d}"


class HandOverLine(models.Model):
    """A volume that is handed over, and whether the taker has found it."""

    class Outcome(models.TextChoices):
        OPEN = "", _("未清点")
        FOUND = "found", _("相符")
        DIFFERS = "differs", _("有差异")
        MISSING = "missing", _("未见")

    handover = models.ForeignKey(HandOver, models.PROTECT, related_name="lines")
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="handovers")
    subject = models.UUIDField()
    drawn = models.BooleanField(default=True)
    """Whether it is to be counted."""
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OPEN, blank=True)
    sealed_note = models.BinaryField(default=b"")
    counted_at = models.DateTimeField(null=True)
    materials = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["handover", "volume"], name="custodyline_once"),
            models.CheckConstraint(
                name="custodyline_counted_when",
                condition=Q(outcome="") | Q(counted_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.handover_id} {self.volume_id}"
