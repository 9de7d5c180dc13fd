"""What people ask for through a case. In clear: accounts, roles, units, days; reasons are sealed.

Each table refuses, by itself, a decision by whoever asked or whoever gains.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


class Wish(models.Model):
    """Something asked for, carried by a case of the workflow.

    ``account`` is the account that gains. ``decided_by`` is whoever agreed last.
    """

    class State(models.TextChoices):
        OPEN = "open", "审批中"
        GRANTED = "granted", "已生效"
        REFUSED = "refused", "已拒绝"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.UUIDField(db_index=True)
    reason = models.BinaryField()
    requested_by = models.UUIDField(db_index=True)
    requested_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    case = models.UUIDField(null=True, unique=True)
    number = models.CharField(max_length=24, default="")
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    place: ClassVar[str] = ""
    """The kind of seal of the reason."""

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.id)


def _another_decides(name: str) -> models.CheckConstraint:
    """Whoever agreed is neither who asked nor who gains."""
    return models.CheckConstraint(
        name=name,
        condition=~Q(state="granted")
        | (
            Q(decided_by__isnull=False)
            & ~Q(decided_by=F("requested_by"))
            & ~Q(decided_by=F("account"))
        ),
    )


class TemporaryWish(Wish):
    """A role for oneself, for a purpose and a few days 临时授权申请."""

    role = models.CharField(max_length=40)
    unit = models.UUIDField(null=True)
    begins = models.DateField()
    until = models.DateField()

    place = "temporary"

    class Meta:
        constraints = (
            _another_decides("entitlements_temporary_two_people"),
            models.CheckConstraint(
                name="entitlements_temporary_forward", condition=Q(until__gte=F("begins"))
            ),
            models.UniqueConstraint(
                name="entitlements_temporary_one_open",
                fields=["account", "role", "unit"],
                nulls_distinct=False,
                condition=Q(state="open"),
            ),
        )


class RevealWish(Wish):
    """A wish to see named fields of one person for some hours 查看申请.

    ``fields`` maps sets to field keys. The purpose stands in ``reason``, sealed under the key of
    the person concerned.
    """

    subject = models.UUIDField(db_index=True)
    fields = models.JSONField()
    hours = models.PositiveSmallIntegerField()

    place = "permit"

    class Meta:
        constraints = (
            _another_decides("entitlements_reveal_two_people"),
            models.CheckConstraint(
                name="entitlements_reveal_hours", condition=Q(hours__gte=1, hours__lte=240)
            ),
        )


class Handover(Wish):
    """An account's administrative roles move to another 账号交接; ``account`` takes over.

    ``roles`` lists (role, unit) pairs as text. No password passes hands.
    """

    giver = models.UUIDField(db_index=True)
    roles = models.JSONField()

    place = "handover"

    class Meta:
        constraints = (
            _another_decides("entitlements_handover_two_people"),
            models.CheckConstraint(
                name="entitlements_handover_third_decides",
                condition=~Q(state="granted") | ~Q(decided_by=F("giver")),
            ),
            models.CheckConstraint(
                name="entitlements_handover_to_another", condition=~Q(giver=F("account"))
            ),
            models.UniqueConstraint(
                name="entitlements_handover_one_open",
                fields=["giver"],
                condition=Q(state="open"),
            ),
        )


class PasswordReset(Wish):
    """A new password for somebody else 重置密码: two people, each with half of a one-time code.

    ``halves`` holds both halves, sealed under the account's key, until the code is used or over.
    """

    halves = models.BinaryField(default=b"")
    ends = models.DateTimeField(null=True)

    place = "reset"

    class Meta:
        constraints = (
            _another_decides("entitlements_reset_two_people"),
            models.CheckConstraint(
                name="entitlements_reset_never_own", condition=~Q(requested_by=F("account"))
            ),
            models.UniqueConstraint(
                name="entitlements_reset_one_open", fields=["account"], condition=Q(state="open")
            ),
        )
