"""Tables of secret posts, exemptions, agreement texts and signatures.

Posts, duties and texts are the organisation's own words and stand in clear; why somebody was let
in without clearance, and who signed from where, is sealed under that person's key.
"""

from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q


class SecretPost(models.Model):
    """A post with confidential duties 涉密岗位: a position in a branch, or every one there."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    unit = models.UUIDField(null=True)
    """The branch; None means anywhere."""
    position = models.CharField(max_length=120, blank=True)
    """As in ``post.position``; empty means every post in the branch."""
    level = models.CharField(max_length=2)
    """A code of the table ``secrecy_post``: 1 core, 2 important, 3 ordinary."""
    duties = models.TextField()
    training_months = models.PositiveSmallIntegerField(null=True)
    """How long a passed training counts; 0 for good, None when none is asked for."""
    checks = models.JSONField(default=list)
    """Codes of ``check_item`` that must have been checked without finding."""
    needs_agreement = models.BooleanField(default=True)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="secretpost_says_where", condition=Q(unit__isnull=False) | ~Q(position="")
            ),
            models.UniqueConstraint(
                fields=["unit", "position"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="secretpost_open_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Exemption(models.Model):
    """Somebody may hold a secret post without full clearance until a day; the reason is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    post = models.ForeignKey(SecretPost, models.PROTECT, related_name="exemptions")
    subject = models.UUIDField(db_index=True)
    until = models.DateField()
    by = models.UUIDField()
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    sealed_reason = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["post", "subject"],
                condition=Q(ended_at__isnull=True),
                name="exemption_one_open",
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class AgreementText(models.Model):
    """Something people sign or acknowledge 协议与告知; its words stand in its versions."""

    class Audience(models.TextChoices):
        ALL = "all", "全体员工"
        UNIT = "unit", "一个部门及下级"
        SECRET = "secret", "涉密岗位人员"

    id = models.UUIDField(primary_key=True, default=uuid4)
    title = models.CharField(max_length=120)
    audience = models.CharField(max_length=8, choices=Audience)
    unit = models.UUIDField(null=True)
    record_kind = models.CharField(max_length=2, blank=True)
    """A code of ``agreement_kind``: signing also writes a row of 保密协议; empty: none."""
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="agreementtext_unit_given",
                condition=~Q(audience="unit") | Q(unit__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AgreementVersion(models.Model):
    """One published wording; never changed afterwards. ``sha256`` is over title, LF and body."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    text = models.ForeignKey(AgreementText, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    sign_again = models.BooleanField(default=True)
    """Whether those who signed an earlier version must sign this one."""
    published_at = models.DateTimeField()
    by = models.UUIDField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["text", "number"], name="agreementversion_once"),
        ]

    def __str__(self) -> str:
        return f"{self.title} v{self.number}"


class Signature(models.Model):
    """Somebody signed a version; name, address and account are sealed under the person's key."""

    id = models.UUIDField(primary_key=True, default=uuid4)
    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="signatures")
    subject = models.UUIDField()
    at = models.DateTimeField()
    sealed = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "subject"], name="signature_once"),
        ]
        indexes = [models.Index(fields=["subject"], name="signature_of_subject")]

    def __str__(self) -> str:
        return str(self.id)
