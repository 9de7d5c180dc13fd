"""Tables of federated sign-in: keyed tokens only, nothing that a provider says of a person."""

from __future__ import annotations

import uuid

from django.db import models

from dangan.access.models import Account


class Link(models.Model):
    """An account here and its counterpart at a provider or directory 关联.

    ``source`` is the keyed token of the issuer or directory, ``token`` that of the pair of it and
    the identifier that never passes to another person there (``sub``, ``entryUUID``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="links")
    kind = models.CharField(max_length=4, choices=(("oidc", "oidc"), ("ldap", "ldap")))
    source = models.BigIntegerField()
    token = models.BigIntegerField(unique=True)
    at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="federation_link_one_counterpart", fields=["account", "source"]
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class Visit(models.Model):
    """A session at the provider with which somebody signed in here, by the keyed token of its
    ``sid``: the provider may name nothing else when it ends. Kept half a day, as sessions are."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="visits")
    token = models.BigIntegerField(unique=True)
    at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class SpentNotice(models.Model):
    """A notice of log-out that has been acted on, by the keyed token of its ``jti``."""

    token = models.BigIntegerField(primary_key=True)
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)
