"""Tables of staff movements. What a movement says of a person is sealed under that person's key;
in clear stand random identifiers, states, links to units, and the days on which things fall due."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Kind(models.TextChoices):
    """The kinds of movement; each is a :class:`~dangan.workflow.handling.CaseKind` too."""

    NEWCOMER = "newcomer", "新员工建档"
    REGULARISATION = "regularisation", "转正"
    PROMOTION = "promotion", "晋升"
    TRANSFER = "transfer", "调岗"
    DEPARTURE = "departure", "离职"


class State(models.TextChoices):
    """How a movement went; while it runs its case says whether it waits for its day."""

    OPEN = "open", "审批中"
    RETURNED = "returned", "已退回"
    EFFECTIVE = "effective", "已生效"
    REFUSED = "refused", "已拒绝"
    WITHDRAWN = "withdrawn", "已撤回"


RUNNING = (State.OPEN, State.RETURNED)


class Movement(models.Model):
    """人员变动: somebody comes, is confirmed, rises, moves or leaves.

    ``unit`` is where the person was when it began, ``new_unit`` where it leads: both heads see it.
    ``sealed_body`` holds the form (:mod:`.rules.bodies`), sealed anew with each ``version``.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=16, choices=Kind)
    subject = models.UUIDField()
    unit = models.UUIDField(null=True)
    new_unit = models.UUIDField(null=True)
    case = models.UUIDField(null=True, unique=True)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    by_self = models.BooleanField(default=False)
    effective = models.DateField()
    opened_by = models.UUIDField()
    opened_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    change = models.BigIntegerField(null=True)
    """The update record that wrote it into the dossier."""
    version = models.PositiveIntegerField(default=1)
    sealed_body = models.BinaryField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="lifecycle_kind_known", condition=Q(kind__in=Kind.values)),
            models.CheckConstraint(
                name="lifecycle_state_known", condition=Q(state__in=State.values)
            ),
            models.CheckConstraint(
                name="lifecycle_applied_is_effective",
                condition=Q(applied_at__isnull=True) | Q(state="effective"),
            ),
            # A departure may be announced at any time (labour contract law art. 37), whatever
            # else is under way; of the others a person has one at a time.
            models.UniqueConstraint(
                name="lifecycle_one_departure",
                fields=["subject"],
                condition=Q(state__in=RUNNING, kind="departure"),
            ),
            models.UniqueConstraint(
                name="lifecycle_one_movement",
                fields=["subject"],
                condition=Q(state__in=RUNNING) & ~Q(kind="departure"),
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "-opened_at"], name="lifecycle_by_kind"),
            models.Index(fields=["subject"], name="lifecycle_of_subject"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class ChecklistItem(models.Model):
    """One line that a department signs: on 离公司手续单, or a duty that follows a movement.

    ``item`` is a key of data/checklist.toml; ``due`` is the day by which the law or the house
    wants it done.
    """

    class State(models.TextChoices):
        OPEN = "open", "未办"
        DONE = "done", "已办"
        NONE = "none", "不涉及"

    movement = models.ForeignKey(Movement, models.CASCADE, related_name="items")
    department = models.CharField(max_length=24)
    item = models.CharField(max_length=40)
    after = models.BooleanField(default=False)
    """A duty that begins with the effect, not a condition of it."""
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    due = models.DateField(null=True)
    by = models.UUIDField(null=True)
    at = models.DateTimeField(null=True)
    sealed_note = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="lifecycle_item_once", fields=["movement", "department", "item"]
            ),
            models.CheckConstraint(
                name="lifecycle_item_signed",
                condition=Q(state="open") | Q(by__isnull=False, at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due"], condition=Q(state="open", after=True), name="lifecycle_item_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.department}.{self.item} {self.state}"
