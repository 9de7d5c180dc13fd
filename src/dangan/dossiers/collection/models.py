"""Tables of the collection forms.

In clear: random identifiers, states, dates of processing, the unit, keyed digests. Who is invited
and what they wrote is sealed under a key of the invitation's own, destroyed when it is over.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q


class Invitation(models.Model):
    """One newcomer's form. ``id`` is also the vault subject its contents are sealed for."""

    class State(models.TextChoices):
        OPEN = "open", "待填写"
        SUBMITTED = "submitted", "待确认"
        RETURNED = "returned", "已退回"
        CONFIRMED = "confirmed", "已建档"
        REVOKED = "revoked", "已收回"
        EXPIRED = "expired", "已过期"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=9, choices=State, default=State.OPEN)
    unit = models.UUIDField()
    by = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    digest = models.BinaryField(null=True, unique=True)
    """SHA-256 of the link's token; empty once no link leads here. A submitted form keeps it:
    returned, the same link opens again."""
    wrong = models.PositiveSmallIntegerField(default=0)
    """Wrong digits since the link was issued."""
    opened_at = models.DateTimeField(null=True)
    submitted_at = models.DateTimeField(null=True)
    noticed_at = models.DateTimeField(null=True)
    """When the privacy notice was read and accepted."""
    notice_revision = models.PositiveIntegerField(null=True)
    """Revision of the dictionary that the notice was made from."""
    decided_at = models.DateTimeField(null=True)
    decided_by = models.UUIDField(null=True)
    subject = models.UUIDField(null=True)
    """The dossier it became."""
    version = models.PositiveIntegerField(default=0)
    """Counts the drafts; bound into the draft's seal."""
    sealed_guest = models.BinaryField(null=True)
    sealed_draft = models.BinaryField(null=True)
    sealed_before = models.BinaryField(null=True)
    """What had been submitted when it was returned, to show what changed since."""
    sealed_words = models.BinaryField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="collection_state_known",
                condition=Q(
                    state__in=["open", "submitted", "returned", "confirmed", "revoked", "expired"]
                ),
            ),
            models.CheckConstraint(
                name="collection_link_while_living",
                condition=Q(digest__isnull=True) | Q(state__in=["open", "submitted", "returned"]),
            ),
            models.CheckConstraint(
                name="collection_dossier_when_confirmed",
                condition=Q(state="confirmed", subject__isnull=False)
                | (~Q(state="confirmed") & Q(subject__isnull=True)),
            ),
        ]
        indexes = [models.Index(fields=["state", "-at"], name="collection_by_state")]

    def __str__(self) -> str:
        return str(self.id)


class Visit(models.Model):
    """A browser in which the newcomer has proved to be the one; only its cookie's digest stays."""

    digest = models.BinaryField(unique=True)
    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="visits")
    began = models.DateTimeField(auto_now_add=True)
    seen = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Paper(models.Model):
    """A proof or the portrait that came with a form, as a sealed file."""

    class Purpose(models.TextChoices):
        PROOF = "proof", "证明材料"
        PORTRAIT = "portrait", "证件照"

    invitation = models.ForeignKey(Invitation, models.CASCADE, related_name="papers")
    file = models.UUIDField(unique=True)
    purpose = models.CharField(max_length=8, choices=Purpose)
    info_set = models.CharField(max_length=64)
    row = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invitation"],
                condition=Q(purpose="portrait"),
                name="collection_one_portrait",
            ),
            models.CheckConstraint(
                name="collection_purpose_known", condition=Q(purpose__in=["proof", "portrait"])
            ),
        ]

    def __str__(self) -> str:
        return str(self.file)
