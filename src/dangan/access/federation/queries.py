"""Which counterparts an account has, and whose password is checked here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _

from dangan.access import queries as access
from dangan.access.federation.models import Link
from dangan.access.models import Account
from dangan.access.rules import Absent, Actor, require
from dangan.vault.queries import token_of

ADMINISTRATORS = frozenset({"accounts.manage", "accounts.unlock", "audit.export"})
"""Who holds one of these keeps a password here: somebody must get in when all else is down."""


@dataclass(frozen=True, slots=True)
class LinkLine:
    """A counterpart of an account, as pages show it. ``current``: of the provider in use now."""

    id: UUID
    kind: Literal["oidc", "ldap"]
    at: datetime
    used_at: datetime | None
    current: bool


def by_provider() -> bool:
    """Whether signing in through a provider is set up."""
    return bool(settings.DANGAN.oidc_issuer)


def by_directory() -> bool:
    """Whether passwords are asked of a directory."""
    return bool(settings.DANGAN.ldap_url)


def button() -> str:
    """The words on the button of the log-in page; empty when there is no provider."""
    if not by_provider():
        return ""
    return str(settings.DANGAN.oidc_label) or _("用企业账号登录")


def source(kind: Literal["oidc", "ldap"]) -> int:
    """The keyed token of the provider or directory in use."""
    name = settings.DANGAN.oidc_issuer if kind == "oidc" else settings.DANGAN.ldap_base.lower()
    return token_of("federation.source", f"{kind}|{name}")


def token(kind: Literal["oidc", "ldap"], ident: str) -> int:
    """The keyed token of somebody at the provider or directory in use."""
    return token_of("federation.link", f"{source(kind)}|{ident}")


def administrator(account: Account) -> bool:
    """Whether the account belongs to one of the three administrators."""
    held = access.account_with_grants(account.pk)
    roles = access.role_grants(held) if held is not None else ()
    return any(ADMINISTRATORS & grant.role.permissions for grant in roles)


def local_counts(account: Account) -> bool:
    """Whether the password kept here opens this account (``DANGAN_LOCAL_PASSWORDS``)."""
    whose = settings.DANGAN.local_passwords
    return whose == "all" or (whose == "administrators" and administrator(account))


def links(actor: Actor, *, account: UUID) -> tuple[LinkLine, ...]:
    """The counterparts of one's own account, or of any for whoever sees accounts."""
    if actor.id != account:
        require(actor, "accounts.view")
        if not Account.objects.filter(pk=account).exists():
            raise Absent
    now = {source("oidc"), source("ldap")}
    rows = Link.objects.filter(account=account).order_by("at")
    return tuple(
        LinkLine(
            row.id, "oidc" if row.kind == "oidc" else "ldap", row.at, row.used_at, row.source in now
        )
        for row in rows
    )


def provider_first() -> bool:
    """Whether most people sign in through the provider: its button then comes first."""
    return by_provider() and not by_directory() and settings.DANGAN.local_passwords != "all"


def may_confirm_there(actor: Actor, *, held: bool) -> bool:
    """Whether a new log-in at the provider proves enough; ``held``: the actor has a factor here.

    Who has one is not asked for less than it.
    """
    if not by_provider() or (held and not settings.DANGAN.oidc_second_factor):
        return False
    return Link.objects.filter(account=actor.id, source=source("oidc")).exists()
