"""Tables of accounts, rights and log-in. Names and log-in names are sealed, found by token."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.utils.crypto import salted_hmac


class AccountState(models.TextChoices):
    """Whether an account may log in."""

    ACTIVE = "active"
    LOCKED = "locked"
    ENDED = "ended"
    """Its person has left: only their return opens it again."""


class AccountManager(BaseUserManager["Account"]):
    """Accounts are made by :func:`dangan.access.actions.create_account` only."""


class Account(AbstractBaseUser):
    """One account 账号. Whoever it belongs to stands in ``profile``, sealed under its own key.

    ``generation`` goes up whenever every session of the account must end.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    login_token = models.BigIntegerField(unique=True)
    profile = models.BinaryField()
    profile_version = models.PositiveIntegerField(default=1)
    subject = models.UUIDField(null=True, unique=True)
    state = models.CharField(
        max_length=8, choices=AccountState.choices, default=AccountState.ACTIVE
    )
    must_change_password = models.BooleanField(default=True)
    generation = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    password_changed_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "login_token"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = AccountManager()

    login: str = ""
    name: str = ""
    """Filled in memory where the profile has been unsealed."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="access_account_state_known",
                condition=models.Q(state__in=AccountState.values),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)

    @property
    def is_active(self) -> bool:  # type: ignore[override] # derived here, a column elsewhere
        return self.state == AccountState.ACTIVE

    def get_session_auth_hash(self) -> str:
        """What a session must match to go on: the password and the generation."""
        return self._session_hash(None)

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """The same under earlier signing keys."""
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._session_hash(secret)

    def _session_hash(self, secret: str | bytes | None) -> str:
        return salted_hmac(
            "dangan.access.session",
            f"{self.password}|{self.generation}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class OldPassword(models.Model):
    """A hash that may not come back soon."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=["account", "-at"], name="access_oldpassword_recent"),)

    def __str__(self) -> str:
        return str(self.pk)


class SecondFactor(models.Model):
    """The secret of an account's authenticator app, sealed under the account's key.

    ``sealed_offer`` is a new one until a code of it was entered; ``last_step`` is the time step of
    the last code used, none before or at which is good again.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True)
    sealed = models.BinaryField(null=True)
    sealed_offer = models.BinaryField(null=True)
    last_step = models.BigIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="access_secondfactor_confirmed",
                condition=models.Q(sealed__isnull=True) | models.Q(confirmed_at__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.account_id)


class Origin(models.TextChoices):
    """How a grant came about."""

    SETUP = "setup"
    REQUEST = "request"
    TEMPORARY = "temporary"
    HANDOVER = "handover"


class Grant(models.Model):
    """A role held by an account 授权, for the branch under ``unit`` or for the whole company.

    ``begins`` is set for temporary grants only, so that one may stand beside another period of
    the same role. ``number`` names the case that gave it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    role = models.CharField(max_length=40)
    unit = models.UUIDField(null=True)
    granted_by = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)
    begins = models.DateField(null=True)
    until = models.DateField(null=True)
    origin = models.CharField(max_length=9, choices=Origin.choices, default=Origin.SETUP)
    number = models.CharField(max_length=24, default="")
    warned = models.BooleanField(default=False)
    """Whether its holder has been told that it will lapse."""

    class Meta:
        db_table = "access_rolegrant"
        constraints = (
            models.UniqueConstraint(
                name="access_rolegrant_once",
                fields=["account", "role", "unit", "begins"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="access_rolegrant_temporary_has_period",
                condition=~models.Q(origin="temporary")
                | models.Q(begins__isnull=False, until__isnull=False),
            ),
            models.CheckConstraint(
                name="access_rolegrant_period_forward",
                condition=models.Q(begins__isnull=True)
                | models.Q(until__isnull=True)
                | models.Q(until__gte=models.F("begins")),
            ),
        )
        indexes = (models.Index(fields=["until"], name="access_rolegrant_until"),)

    def __str__(self) -> str:
        return str(self.id)


class Ending(models.TextChoices):
    """Why a grant ended."""

    DEPARTURE = "departure"
    TRANSFER = "transfer"
    REVIEW = "review"
    REVOKED = "revoked"
    LAPSED = "lapsed"
    HANDOVER = "handover"


class EndedGrant(models.Model):
    """A role that an account held and holds no more: what its page and the next review show."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="ended_grants")
    role = models.CharField(max_length=40)
    unit = models.UUIDField(null=True)
    why = models.CharField(max_length=9, choices=Ending.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.UUIDField()
    number = models.CharField(max_length=24, default="")

    class Meta:
        indexes = (models.Index(fields=["account", "-at"], name="access_endedgrant_recent"),)

    def __str__(self) -> str:
        return str(self.id)


class Permit(models.Model):
    """Leave to look at named fields of one person for a while 查看许可, given by a case.

    The purpose is sealed under the key of the person concerned.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="permits")
    subject = models.UUIDField(db_index=True)
    info_set = models.CharField(max_length=40)
    fields = models.JSONField()
    action = models.CharField(max_length=6, choices=(("reveal", "reveal"), ("read", "read")))
    begins = models.DateTimeField()
    ends = models.DateTimeField()
    purpose = models.BinaryField()
    case = models.UUIDField(null=True)
    number = models.CharField(max_length=24, default="")
    granted_by = models.UUIDField()
    at = models.DateTimeField(auto_now_add=True)
    looks = models.PositiveIntegerField(default=0)
    told = models.BooleanField(default=False)
    """Whether the person concerned has been told of the looks, once the time was over."""

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="access_permit_period_forward",
                condition=models.Q(ends__gt=models.F("begins")),
            ),
            models.CheckConstraint(
                name="access_permit_another_gave_it",
                condition=~models.Q(granted_by=models.F("account")),
            ),
        )
        indexes = (models.Index(fields=["account", "ends"], name="access_permit_in_force"),)

    def __str__(self) -> str:
        return str(self.id)


class RequestState(models.TextChoices):
    """Where a rights request stands."""

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class RightsRequest(models.Model):
    """A wish to give or take a role, decided by another person. The reason is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="requests")
    verb = models.CharField(max_length=6, choices=(("grant", "grant"), ("revoke", "revoke")))
    role = models.CharField(max_length=40)
    unit = models.UUIDField(null=True)
    until = models.DateField(null=True)
    reason = models.BinaryField()
    requested_by = models.UUIDField()
    requested_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=9, choices=RequestState.choices, default=RequestState.OPEN)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="access_rightsrequest_one_open",
                fields=["account", "verb", "role", "unit"],
                nulls_distinct=False,
                condition=models.Q(state="open"),
            ),
            models.CheckConstraint(
                name="access_rightsrequest_two_people",
                condition=~models.Q(state__in=["approved", "declined"])
                | (
                    models.Q(decided_by__isnull=False)
                    & ~models.Q(decided_by=models.F("requested_by"))
                    & ~models.Q(decided_by=models.F("account"))
                ),
            ),
            models.CheckConstraint(
                name="access_rightsrequest_never_own",
                condition=~models.Q(requested_by=models.F("account")),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class ResetCode(models.Model):
    """A one-time code with which somebody sets a new password; only its keyed digest is kept."""

    account = models.OneToOneField(
        Account, primary_key=True, on_delete=models.CASCADE, related_name="reset_code"
    )
    digest = models.BinaryField()
    expires_at = models.DateTimeField()
    made_by = models.UUIDField()

    def __str__(self) -> str:
        return str(self.pk)


class Token(models.Model):
    """A personal access token: only its SHA-256 is kept. The name given to it is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    digest = models.BinaryField(unique=True)
    label = models.BinaryField()
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.id)


class Throttle(models.Model):
    """Failed log-ins of a name or an address, each as a keyed token, known or not."""

    kind = models.CharField(max_length=8)
    token = models.BigIntegerField()
    failures = models.PositiveIntegerField(default=0)
    since = models.DateTimeField()
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(name="access_throttle_one", fields=["kind", "token"]),
        )
        indexes = (models.Index(fields=["since"], name="access_throttle_since"),)

    def __str__(self) -> str:
        return str(self.pk)


class ConsentState(models.TextChoices):
    """Where a request for a deed of two people stands."""

    OPEN = "open"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


class Consent(models.Model):
    """A deed of administrators asked for by one person and done when another agrees 双人审批.

    ``facts`` say what in clear, without personal data; the reason is sealed under the key of
    whoever asked. ``account`` is whom it concerns, who has no say in it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=40)
    facts = models.JSONField(default=dict)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    reason = models.BinaryField()
    requested_by = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    requested_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ConsentState.choices, default=ConsentState.OPEN)
    decided_by = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                name="access_consent_one_open",
                fields=["kind", "facts", "account"],
                nulls_distinct=False,
                condition=models.Q(state="open"),
            ),
            models.CheckConstraint(
                name="access_consent_two_people",
                condition=~models.Q(state__in=["agreed", "refused"])
                | (
                    models.Q(decided_by__isnull=False)
                    & ~models.Q(decided_by=models.F("requested_by"))
                    & (models.Q(account__isnull=True) | ~models.Q(decided_by=models.F("account")))
                ),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class SetUp(models.Model):
    """The one row about the first start: the code of the console, and when it was over for good.

    Only the code's keyed digest is kept.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    digest = models.BinaryField(null=True)
    expires_at = models.DateTimeField(null=True)
    first = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    """The first administrator, once there is one."""
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (models.CheckConstraint(name="access_setup_one", condition=models.Q(id=1)),)

    def __str__(self) -> str:
        return str(self.id)
