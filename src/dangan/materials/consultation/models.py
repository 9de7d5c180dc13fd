"""Tables of consultation, copying and outward provision.

In clear stand random identifiers, accounts, numbers of cases, states, times and counts. Grounds,
purposes, people from outside and what was noted are sealed under the key of the person whose file
it is; a provision that concerns many is sealed under the system's key and names nobody.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.models import Volume


class Use(models.Model):
    """Something asked of the archive, carried by a case."""

    class State(models.TextChoices):
        OPEN = "open", _("审批中")
        GRANTED = "granted", _("已生效")
        REFUSED = "refused", _("已拒绝")
        WITHDRAWN = "withdrawn", _("已撤回")

    id = models.UUIDField(primary_key=True, default=uuid4)
    by = models.UUIDField(db_index=True)
    """The applicant's account."""
    unit = models.UUIDField(null=True)
    """The applicant's unit when it was asked."""
    at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    case = models.UUIDField(null=True, unique=True)
    number = models.CharField(max_length=24, default="")
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.number or str(self.id)


def _another_decides(name: str) -> models.CheckConstraint:
    """Whoever agreed is not who asked."""
    return models.CheckConstraint(
        name=name,
        condition=~Q(state="granted") | (Q(decided_by__isnull=False) & ~Q(decided_by=F("by"))),
    )


class Consultation(Use):
    """查阅: leave for named readers to see a volume for some hours.

    Asked for several people at once it is one row and one case for each, with one ``batch``: each
    is sealed under its own person's key and decided for itself.
    """

    batch = models.UUIDField(db_index=True)
    volume = models.ForeignKey(Volume, models.PROTECT, related_name="consultations")
    subject = models.UUIDField()
    student = models.BooleanField(default=False)
    hours = models.PositiveSmallIntegerField()
    """As asked; as granted once it is granted, never more."""
    needed = models.PositiveSmallIntegerField(default=1)
    """How many readers must be there together."""
    presence_minutes = models.PositiveSmallIntegerField(default=30)
    starts = models.DateTimeField(null=True)
    use_before = models.DateTimeField(null=True)
    """Granted but not opened by then it lapses."""
    materials = models.JSONField(null=True)
    """What is granted, as identifiers; None: the whole volume."""
    print = models.BooleanField(default=False)
    download = models.BooleanField(default=False)
    marked = models.BooleanField(default=False)
    top = models.PositiveSmallIntegerField(default=0)
    """The highest mark among what is asked for, as the case was routed by."""
    opened_at = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    """Ended before its time; what ends by itself has no row to say so."""
    ended_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            _another_decides("consultation_two_people"),
            models.CheckConstraint(
                name="consultation_runs_forward",
                condition=Q(opened_at__isnull=True, until__isnull=True)
                | Q(state="granted", opened_at__isnull=False, until__gt=F("opened_at")),
            ),
            models.CheckConstraint(
                name="consultation_hours", condition=Q(hours__gte=1, needed__gte=1)
            ),
            models.CheckConstraint(
                name="consultation_student_looks_only",
                condition=Q(student=False) | Q(print=False, download=False),
            ),
        ]
        indexes = [models.Index(F("at").desc(), name="consultation_newest")]


class Seat(models.Model):
    """阅览人: one reader of a consultation; without an account somebody from outside, whose name
    stands in the sealed body."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="seats")
    account = models.UUIDField(null=True, db_index=True)
    present_at = models.DateTimeField(null=True)
    present_by = models.UUIDField(null=True)
    """Who said so: the reader, or for somebody from outside the archivist who saw the papers."""
    opened_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["consultation", "account"],
                condition=Q(account__isnull=False),
                name="seat_once",
            ),
            models.CheckConstraint(
                name="seat_says_own_presence",
                condition=Q(present_at__isnull=True)
                | Q(account__isnull=True, present_by__isnull=False)
                | Q(account=F("present_by")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Note(models.Model):
    """摘录 and 阅后情况: what readers wrote down, and what they said on return."""

    class Kind(models.TextChoices):
        EXTRACT = "extract", _("摘录")
        FEEDBACK = "feedback", _("阅后情况")

    id = models.UUIDField(primary_key=True, default=uuid4)
    consultation = models.ForeignKey(Consultation, models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=8, choices=Kind)
    sealed = models.BinaryField()
    at = models.DateTimeField()
    by = models.UUIDField()

    def __str__(self) -> str:
        return str(self.id)


class Copying(Use):
    """复制摘抄: numbered copies of materials, each handed out once."""

    class Form(models.TextChoices):
        COPY = "copy", _("复制")
        EXCERPT = "excerpt", _("摘抄")

    volume = models.ForeignKey(Volume, models.PROTECT, related_name="copyings")
    subject = models.UUIDField()
    form = models.CharField(max_length=8, choices=Form, default=Form.COPY)
    materials = models.JSONField(default=list)
    copies = models.PositiveSmallIntegerField(default=1)
    until = models.DateTimeField(null=True)
    """Copies are taken before this moment, or not at all."""

    class Meta:
        constraints = [
            _another_decides("copying_two_people"),
            models.CheckConstraint(name="copying_copies", condition=Q(copies__gte=1)),
        ]
        indexes = [models.Index(F("at").desc(), name="copying_newest")]


class CopyTaken(models.Model):
    """One numbered copy that has left: on which day, by whom, and the digest of its file."""

    class How(models.TextChoices):
        PDF = "pdf", _("带水印的 PDF")
        PAPER = "paper", _("纸质")

    copying = models.ForeignKey(Copying, models.PROTECT, related_name="taken")
    number = models.PositiveSmallIntegerField()
    how = models.CharField(max_length=5, choices=How, default=How.PDF)
    digest = models.BinaryField(null=True)
    at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["copying", "number"], name="copytaken_once"),
        ]

    def __str__(self) -> str:
        return f"{self.copying_id} {self.number}"


class Provision(Use):
    """对外提供: data handed to somebody outside, agreed by two people one after the other."""

    volume = models.ForeignKey(Volume, models.PROTECT, null=True, related_name="provisions")
    subject = models.UUIDField(null=True)
    """The person, where it concerns one; None: many, and the body names nobody."""
    materials = models.JSONField(default=list)
    people = models.PositiveIntegerField()
    begins = models.DateField()
    until = models.DateField()
    """The period in which the receiver may use it."""
    kept_until = models.DateField()
    """The register keeps the line until then: three years at least (PIPL 21, 23, 56)."""
    provided_at = models.DateTimeField(null=True)
    provided_by = models.UUIDField(null=True)

    class Meta:
        constraints = [
            _another_decides("provision_two_people"),
            models.CheckConstraint(
                name="provision_forward", condition=Q(until__gte=F("begins"), people__gte=1)
            ),
            models.CheckConstraint(
                name="provision_about_one_or_many",
                condition=Q(volume__isnull=True, subject__isnull=True)
                | Q(volume__isnull=False, subject__isnull=False, people=1),
            ),
            models.CheckConstraint(
                name="provision_provided_when_granted",
                condition=Q(provided_at__isnull=True) | Q(state="granted"),
            ),
        ]
        indexes = [models.Index(F("at").desc(), name="provision_newest")]
