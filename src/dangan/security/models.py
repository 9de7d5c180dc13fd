"""Tables of brakes, alarms, canaries and reports. In clear: random ids, states, times, counts."""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Budget(models.Model):
    """How many people a holder of ``role`` may open in an hour and a day, and take out in a day.

    The row ``*`` is for roles without one of their own.
    """

    role = models.CharField(max_length=40, primary_key=True)
    per_hour = models.PositiveIntegerField()
    per_day = models.PositiveIntegerField()
    exported_per_day = models.PositiveIntegerField()
    changed_by = models.UUIDField(null=True)
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="security_budget_hour_within_day",
                condition=Q(per_hour__gte=1) & Q(per_day__gte=F("per_hour")),
            ),
        )

    def __str__(self) -> str:
        return self.role


class Meter(models.Model):
    """What an account took out today; its row is what counting the account's deeds locks."""

    account = models.UUIDField(primary_key=True)
    day = models.DateField()
    exported = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.account)


class Opening(models.Model):
    """A person first opened by an account within an hour: what the budget counts."""

    account = models.UUIDField()
    subject = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        indexes = (
            models.Index(fields=["account", "at"], name="security_opening_account"),
            models.Index(fields=["at"], name="security_opening_at"),
        )

    def __str__(self) -> str:
        return str(self.pk)


class Extension(models.Model):
    """A day's addition to somebody's budget, agreed to by another person."""

    class State(models.TextChoices):
        ASKED = "asked", _("待审批")
        AGREED = "agreed", _("已同意")
        REFUSED = "refused", _("已拒绝")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.UUIDField()
    day = models.DateField()
    people = models.PositiveIntegerField()
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    reason = models.BinaryField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="security_extension_another_decides",
                condition=Q(state="asked", decided_by__isnull=True)
                | Q(decided_by__isnull=False, decided_at__isnull=False)
                & ~Q(state="asked")
                & ~Q(decided_by=F("account")),
            ),
            models.UniqueConstraint(
                name="security_extension_one_open",
                fields=["account", "day"],
                condition=Q(state="asked"),
            ),
        )
        indexes = (models.Index(fields=["account", "day"], name="security_extension_day"),)

    def __str__(self) -> str:
        return str(self.id)


class Canary(models.Model):
    """A fictitious dossier 诱饵档案 that nobody has a reason to open.

    Whose it is stands sealed; ``token`` finds it without telling a reader of the table which
    dossier it is.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("待布设")
        PLANTED = "planted", _("已布设")
        REFUSED = "refused", _("已拒绝")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    unit = models.UUIDField()
    state = models.CharField(max_length=7, choices=State, default=State.ASKED)
    token = models.BigIntegerField(null=True, unique=True)
    sealed = models.BinaryField(null=True)
    asked_by = models.UUIDField()
    asked_at = models.DateTimeField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="security_canary_two_people",
                condition=Q(state="asked", decided_by__isnull=True)
                | Q(decided_by__isnull=False) & ~Q(state="asked") & ~Q(decided_by=F("asked_by")),
            ),
            models.CheckConstraint(
                name="security_canary_planted_is_somewhere",
                condition=~Q(state="planted") | Q(token__isnull=False, sealed__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Trip(models.Model):
    """A canary was opened, revealed or taken out; written by the statement that counts the deed."""

    canary = models.UUIDField()
    account = models.UUIDField()
    kind = models.CharField(max_length=12)
    deed = models.CharField(max_length=8)
    people = models.PositiveIntegerField()
    address = models.CharField(max_length=45)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    """When its alarm was raised."""

    class Meta:
        indexes = (
            models.Index(
                fields=["id"], name="security_trip_waiting", condition=Q(settled_at__isnull=True)
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class Alarm(models.Model):
    """Something that somebody should look at 安全告警. Whom it is about stands sealed.

    ``story`` is the keyed token of what happened to whom: what belongs to one story is counted on
    its one alarm. ``measure`` is how far it went, by which a story that was closed begins anew.
    The tokens of account and subject say to whom it is not shown, without opening it.
    """

    class State(models.TextChoices):
        NEW = "new", _("待处理")
        LOOKING = "looking", _("核查中")
        CLOSED = "closed", _("已关闭")

    class Grade(models.IntegerChoices):
        NOTICE = 1, _("关注")
        WARNING = 2, _("警告")
        GRAVE = 3, _("严重")

    class Finding(models.TextChoices):
        REAL = "real", _("确有问题")
        EXPLAINED = "explained", _("有正当理由")
        MISTAKEN = "mistaken", _("误报")
        EXERCISE = "exercise", _("演练")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    kind = models.CharField(max_length=40)
    grade = models.PositiveSmallIntegerField(choices=Grade)
    state = models.CharField(max_length=7, choices=State, default=State.NEW)
    story = models.BigIntegerField()
    account_token = models.BigIntegerField(null=True)
    subject_token = models.BigIntegerField(null=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    raised_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)
    measure = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    taken_by = models.UUIDField(null=True)
    taken_at = models.DateTimeField(null=True)
    closed_by = models.UUIDField(null=True)
    closed_at = models.DateTimeField(null=True)
    finding = models.CharField(max_length=9, choices=Finding, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="security_alarm_one_open", fields=["story"], condition=~Q(state="closed")
            ),
            models.CheckConstraint(
                name="security_alarm_closed_with_finding",
                condition=~Q(state="closed") & Q(closed_by__isnull=True, finding="")
                | Q(state="closed", closed_by__isnull=False, closed_at__isnull=False)
                & ~Q(finding=""),
            ),
            models.CheckConstraint(
                name="security_alarm_grade_known", condition=Q(grade__in=[1, 2, 3])
            ),
        )
        indexes = (
            models.Index(F("last_at").desc(), name="security_alarm_newest"),
            models.Index(fields=["story"], name="security_alarm_story"),
        )

    def __str__(self) -> str:
        return str(self.id)


class Watermark(models.Model):
    """How far into the log a job has looked, in commit order, so that no late commit is missed."""

    key = models.CharField(max_length=20, primary_key=True)
    era = models.SmallIntegerField(default=0)
    xid = models.BigIntegerField(default=0)
    event = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True)
    """When the job last ended well."""

    def __str__(self) -> str:
        return self.key


class Report(models.Model):
    """A month's security report 安全月报: its figures and its PDF, both sealed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    month = models.DateField(unique=True)
    made_at = models.DateTimeField()
    made_by = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()
    document = models.BinaryField()

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class CheckRound(models.Model):
    """What the last round of checks of the configuration found."""

    key = models.CharField(max_length=8, primary_key=True)
    at = models.DateTimeField()
    total = models.PositiveSmallIntegerField()
    bad = models.PositiveSmallIntegerField()
    warn = models.PositiveSmallIntegerField()
    keys = models.TextField()

    def __str__(self) -> str:
        return f"{self.at}"
