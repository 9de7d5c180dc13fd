"""Tables of cases 流程. Nothing personal stands here in clear.

In clear are random identifiers, keys of definitions and steps, states and times of processing.
What is said, what branches ask about and every comment is sealed under the key of the person
concerned, or under the system's where a case concerns nobody's dossier.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Func, Q


class Definition(models.Model):
    """A flow that cases may follow 流程定义; what it says stands in its versions."""

    key = models.CharField(max_length=40, primary_key=True)

    def __str__(self) -> str:
        return self.key


class DefinitionVersion(models.Model):
    """One wording of a definition. Cases keep the version they began with."""

    class State(models.TextChoices):
        DRAFT = "draft", "草稿"
        SERVING = "serving", "使用中"
        WITHDRAWN = "withdrawn", "已停用"

    definition = models.ForeignKey(Definition, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    body = models.JSONField()
    state = models.CharField(max_length=9, choices=State, default=State.DRAFT)
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["definition", "version"], name="workflow_definition_version_once"
            ),
            models.UniqueConstraint(
                fields=["definition"],
                condition=Q(state="serving"),
                name="workflow_definition_one_serving",
            ),
            models.UniqueConstraint(
                fields=["definition"],
                condition=Q(state="draft"),
                name="workflow_definition_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "serving", "withdrawn"]),
                name="workflow_definition_state_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.definition_id} v{self.version}"


class Case(models.Model):
    """One request on its way 流程. The row is locked while anybody acts on it."""

    class State(models.TextChoices):
        OPEN = "open", "审批中"
        RETURNED = "returned", "已退回"
        WAITING = "waiting", "待生效"
        AGREED = "agreed", "已生效"
        REFUSED = "refused", "已拒绝"
        WITHDRAWN = "withdrawn", "已撤回"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    serial = models.BigIntegerField(
        unique=True, editable=False, db_default=Func(template="nextval('workflow_case_number')")
    )
    prefix = models.CharField(max_length=4)
    kind = models.CharField(max_length=40)
    definition_version = models.ForeignKey(DefinitionVersion, models.PROTECT, related_name="cases")
    subject = models.UUIDField(null=True)
    unit = models.UUIDField(null=True)
    initiator = models.UUIDField()
    object = models.UUIDField(null=True)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    """The earliest time limit of the steps in work."""
    next_at = models.DateTimeField(null=True)
    """When the sweep must look next: a reminder or a time limit."""
    wake_on = models.DateField(null=True)
    """The day on which a waiting effect happens."""
    stuck = models.BooleanField(default=False)
    """A dated effect could not happen; the keeper retries or returns it."""
    sealed_facts = models.BinaryField()
    progress = models.JSONField(default=dict)
    """The engine's state: identifiers, keys and times only."""
    version = models.PositiveIntegerField(default=0)
    """The number of its events; the first is its submission."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["open", "returned", "waiting", "agreed", "refused", "withdrawn"]
                ),
                name="workflow_case_state_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "returned", "waiting"], finished_at__isnull=True)
                | Q(state__in=["agreed", "refused", "withdrawn"], finished_at__isnull=False),
                name="workflow_case_finished_when_ended",
            ),
        ]
        indexes = [
            models.Index(F("initiator"), F("opened_at").desc(), name="workflow_case_started"),
            models.Index(
                fields=["subject"], condition=Q(subject__isnull=False), name="workflow_case_subject"
            ),
            models.Index(
                fields=["object"], condition=Q(object__isnull=False), name="workflow_case_object"
            ),
            models.Index(
                fields=["next_at"],
                condition=Q(next_at__isnull=False, state="open"),
                name="workflow_case_next",
            ),
            models.Index(
                fields=["wake_on"],
                condition=Q(state="waiting", wake_on__isnull=False),
                name="workflow_case_waking",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number people cite, such as ``XG-2026-00012``."""
        return f"{self.prefix}-{self.opened_at.year}-{self.serial:05d}"

    @property
    def ended(self) -> bool:
        """Nobody can act on it any more."""
        return self.finished_at is not None


class CaseEvent(models.Model):
    """What happened to a case, in order. ``sealed`` holds the words and the engine's event."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="events", db_index=False)
    seq = models.PositiveIntegerField()
    at = models.DateTimeField()
    actor = models.UUIDField()
    on_behalf_of = models.UUIDField(null=True)
    verb = models.CharField(max_length=24)
    step = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict)
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "seq"], name="workflow_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.seq}"


class Task(models.Model):
    """What somebody is to do, or did, in a step of a case 待办. Mirrors the engine's state."""

    class State(models.TextChoices):
        OPEN = "open", "待办"
        DONE = "done", "已办"
        GONE = "gone", "不再需要"

    case = models.ForeignKey(Case, models.CASCADE, related_name="tasks")
    step = models.CharField(max_length=60)
    account = models.UUIDField()
    role = models.CharField(max_length=10, default="sign")
    """``sign``, ``fill``, ``opinion`` (asked by a signer), ``change`` (a returned case) or
    ``keep`` (an effect that could not happen)."""
    since = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=4, choices=State, default=State.OPEN)
    verdict = models.CharField(max_length=10, blank=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.UUIDField(null=True)
    """Who did it: the account, its deputy, or nobody when it was no longer needed."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "step", "account", "role"],
                condition=Q(state="open"),
                name="workflow_task_open_once",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["open", "done", "gone"]), name="workflow_task_state_known"
            ),
        ]
        indexes = [
            models.Index(
                F("account"), F("since").desc(), condition=Q(state="open"),
                name="workflow_task_desk",
            ),
            models.Index(
                F("done_by"), F("done_at").desc(), condition=Q(state="done"),
                name="workflow_task_done",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.step} {self.state}"


class Copy(models.Model):
    """A case sent to somebody to know of 抄送."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="copies")
    account = models.UUIDField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "account"], name="workflow_copy_once"),
        ]
        indexes = [models.Index(F("account"), F("at").desc(), name="workflow_copy_desk")]

    def __str__(self) -> str:
        return str(self.pk)


class Comment(models.Model):
    """What somebody said about a case. ``mentions`` are accounts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.CASCADE, related_name="comments")
    by = models.UUIDField()
    at = models.DateTimeField()
    sealed_text = models.BinaryField()
    mentions = models.JSONField(default=list)

    def __str__(self) -> str:
        return str(self.id)


class CaseFile(models.Model):
    """A sealed file attached to a case."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="files")
    file = models.UUIDField()
    comment = models.ForeignKey(Comment, models.CASCADE, null=True, related_name="files")
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "file"], name="workflow_casefile_once"),
        ]

    def __str__(self) -> str:
        return str(self.file)


class Deputy(models.Model):
    """Who may act for an account between two days, both counted 代理."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.UUIDField()
    deputy = models.UUIDField()
    begins = models.DateField()
    ends = models.DateField()
    by = models.UUIDField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(account=F("deputy")), name="workflow_deputy_another"
            ),
            models.CheckConstraint(
                condition=Q(ends__gte=F("begins")), name="workflow_deputy_in_order"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "ends"], name="workflow_deputy_of"),
            models.Index(fields=["deputy", "ends"], name="workflow_deputy_for"),
        ]

    def __str__(self) -> str:
        return str(self.id)
