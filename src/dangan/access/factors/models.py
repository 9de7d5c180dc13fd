"""Tables of second factors and of tries to log in. What is secret is sealed under the account."""

from __future__ import annotations

import uuid

from django.db import models

from dangan.access.models import Account


class SecurityKey(models.Model):
    """A security key or passkey 安全密钥 of an account.

    ``sealed`` holds the name given to it and the credential (identifier, public key), under the
    account's key. ``sign_count`` is the key's own counter at its last use: a copy of the key
    shows by coming behind it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="security_keys")
    sealed = models.BinaryField()
    sign_count = models.PositiveBigIntegerField(default=0)
    added_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class RecoveryCode(models.Model):
    """One of ten codes 恢复码 for the day the telephone is lost; only its keyed digest is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.BigIntegerField()
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="factors_recoverycode_one", fields=["account", "digest"]),
        )

    def __str__(self) -> str:
        return str(self.pk)


class Challenge(models.Model):
    """What a security key was asked to sign: gone when it is answered, so it is answered once.

    ``digest`` is SHA-256 of the random challenge; ``browser`` a keyed token of the session that
    it was shown in.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="challenges")
    purpose = models.CharField(max_length=8, choices=(("register", "register"), ("prove", "prove")))
    digest = models.BinaryField(unique=True)
    browser = models.BigIntegerField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.pk)


class Try(models.Model):
    """Tries to log in under one name from one place, both as keyed tokens, known or not.

    A place is an address, a browser that has logged in under the name before, or anywhere.
    """

    login = models.BigIntegerField()
    origin = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.UniqueConstraint(name="factors_try_one", fields=["login", "origin"]),)
        indexes = (models.Index(fields=["since"], name="factors_try_since"),)

    def __str__(self) -> str:
        return str(self.pk)
