"""Tables of sessions and devices, and of the networks a role may be used from."""

from __future__ import annotations

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models

from dangan.access.models import Account


class Session(models.Model):
    """A signed-in browser 登录. Ended is deleted: the next request finds nothing.

    ``key`` is SHA-256 of what the browser's cookie holds, so that whoever reads the table or a
    back-up of it takes over no session. ``data`` holds times, kinds and random identifiers;
    browser and address stand in it sealed under the account's key.
    """

    key = models.CharField(max_length=64, primary_key=True)
    id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    data = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)


class Device(models.Model):
    """A browser that an account has signed in with before: a keyed token of a random cookie."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    token = models.BigIntegerField()
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="sessions_devices_device_one", fields=["account", "token"]
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class RoleNetworks(models.Model):
    """The networks from which a role counts 网络限制; a role without a row counts everywhere."""

    role = models.CharField(max_length=40, primary_key=True)
    networks = ArrayField(models.CharField(max_length=43))
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="sessions_devices_networks_some",
                condition=models.Q(networks__len__gt=0),
            ),
        )

    def __str__(self) -> str:
        return self.role
