"""Tables of notices. Nothing here is personal: numbers of cases, labels of steps, dates, counts.

Secrets of robots are sealed under the system's key.
"""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q


class Notice(models.Model):
    """One thing told to one account: a row of the bell."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.UUIDField()
    topic = models.CharField(max_length=40)
    url = models.CharField(max_length=300)
    facts = models.JSONField(default=dict)
    urgent = models.BooleanField(default=False)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (
            models.Index(fields=["account", "-at"], name="notices_notice_latest"),
            models.Index(
                fields=["account"], name="notices_notice_unread", condition=Q(read_at=None)
            ),
            models.Index(fields=["at"], name="notices_notice_age"),
        )

    def __str__(self) -> str:
        return str(self.id)


class Digest(models.TextChoices):
    """How an account wants its mail: one by one, or gathered."""

    AT_ONCE = "at_once"
    HOURLY = "hourly"
    DAILY = "daily"


class Preference(models.Model):
    """How one account wants to be told; without a row the defaults hold.

    ``mail`` holds, by group of topics, only what differs from the group's default.
    """

    account = models.UUIDField(primary_key=True)
    mail = models.JSONField(default=dict)
    digest = models.CharField(max_length=7, choices=Digest.choices, default=Digest.AT_ONCE)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    language = models.CharField(max_length=7, default="")

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="notices_preference_digest_known", condition=Q(digest__in=Digest.values)
            ),
            models.CheckConstraint(
                name="notices_preference_quiet_both",
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.account)


class RobotKind(models.TextChoices):
    """Whose robot: 企业微信, 钉钉 or 飞书."""

    WECOM = "wecom"
    DINGTALK = "dingtalk"
    FEISHU = "feishu"


class Robot(models.Model):
    """A group robot of a chat service. ``sealed`` holds its address and secret.

    ``groups`` and ``units`` narrow what it is told; an empty ``units`` means all.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=8, choices=RobotKind.choices)
    label = models.CharField(max_length=40)
    sealed = models.BinaryField()
    version = models.PositiveIntegerField(default=1)
    groups = ArrayField(models.CharField(max_length=20), default=list)
    units = ArrayField(models.UUIDField(), default=list)
    per_minute = models.PositiveSmallIntegerField(default=15)
    language = models.CharField(max_length=7, default="zh-hans")
    active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.UUIDField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="notices_robot_kind_known", condition=Q(kind__in=RobotKind.values)
            ),
            models.CheckConstraint(
                name="notices_robot_rate", condition=Q(per_minute__gte=1, per_minute__lte=100)
            ),
            models.UniqueConstraint(name="notices_robot_label_once", fields=["label"]),
        )

    def __str__(self) -> str:
        return str(self.id)


class DeliveryState(models.TextChoices):
    """Where a delivery stands: waiting, with a worker, done, given up, or not wanted any more."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"
    DROPPED = "dropped"


class Delivery(models.Model):
    """One thing to carry outside: to an account's mailbox or to a robot. The outbox.

    Written in the transaction of what it tells; ``error`` is a key of
    :data:`dangan.notices.rules.TROUBLES`, never an answer of somebody's server.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.UUIDField(null=True)
    robot = models.ForeignKey(Robot, on_delete=models.CASCADE, null=True)
    topic = models.CharField(max_length=40)
    url = models.CharField(max_length=300)
    facts = models.JSONField(default=dict)
    urgent = models.BooleanField(default=False)
    state = models.CharField(
        max_length=8, choices=DeliveryState.choices, default=DeliveryState.WAITING
    )
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=30, default="")
    code = models.IntegerField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="notices_delivery_one_receiver",
                condition=Q(account__isnull=False, robot__isnull=True)
                | Q(account__isnull=True, robot__isnull=False),
            ),
            models.CheckConstraint(
                name="notices_delivery_state_known", condition=Q(state__in=DeliveryState.values)
            ),
        )
        indexes = (
            models.Index(
                fields=["due_at"], name="notices_delivery_due", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["claimed_at"], name="notices_delivery_claimed", condition=Q(state="claimed")
            ),
            models.Index(fields=["robot", "done_at"], name="notices_delivery_rate"),
            models.Index(fields=["state", "created_at"], name="notices_delivery_states"),
        )

    def __str__(self) -> str:
        return str(self.id)
