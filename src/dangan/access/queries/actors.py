"""Reading accounts and rights: from an identifier to an actor, and the lists of the pages."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import profiles, registry, units
from dangan.access.models import Account, Grant, Token
from dangan.access.models import Permit as PermitRow
from dangan.access.rules import Actor, Permit, RoleGrant
from dangan.access.rules.parties import ActorKind
from dangan.access.sessions.models import RoleNetworks
from dangan.access.sessions.rules import shut_out
from dangan.audit.rules import Trail
from dangan.ui.languages import label
from dangan.vault.rules import SYSTEM as SYSTEM_ID

CONSOLE_ID = UUID(int=2)
NOBODY_ID = UUID(int=0)
TOKEN_PREFIX = "dgn_"  # noqa: S105 - not a secret
NOWHERE: frozenset[str] = frozenset()


class NoSuchAccount(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """No account has this log-in name; the name itself is not repeated."""


def in_force(today: date) -> Q:
    """Grants that have begun and not lapsed on ``today`` (their first and last day count)."""
    return (Q(begins__isnull=True) | Q(begins__lte=today)) & not_over(today)


def not_over(today: date) -> Q:
    """Grants in force on ``today`` or later: what roles in conflict are looked for among."""
    return Q(until__isnull=True) | Q(until__gte=today)


def accounts_with_grants() -> QuerySet[Account]:
    """Accounts with ``held`` (role and unit of every grant in force) and ``allowed`` (permits).

    One statement. Permits count to the minute in which their time is over.
    """
    now = timezone.now()
    allowed = (
        PermitRow.objects.filter(account=OuterRef("pk"), begins__lte=now, ends__gt=now)
        .order_by("at")
        .values(
            line=JSONObject(
                subject=F("subject"),
                info_set=F("info_set"),
                fields=F("fields"),
                action=F("action"),
                number=F("number"),
            )
        )
    )
    held = (
        Grant.objects.filter(in_force(timezone.localdate()), account=OuterRef("pk"))
        .order_by("at", "role")
        .values(pair=JSONObject(role=F("role"), unit=F("unit")))
    )
    return Account.objects.annotate(held=ArraySubquery(held), allowed=ArraySubquery(allowed))


def account_with_grants(account_id: UUID) -> Account | None:
    """One account with its grants and ``limits`` (the networks of roles that have any), or None."""
    limits = RoleNetworks.objects.values(
        line=JSONObject(role=F("role"), networks=F("networks"))
    ).order_by("role")
    found = accounts_with_grants().annotate(limits=ArraySubquery(limits))
    return found.filter(pk=account_id).first()


def _new_trail(actor: UUID, kind: ActorKind, address: str) -> Trail:
    return Trail(request=uuid4(), actor=actor, kind=kind, address=address)


def role_grants(account: Account) -> tuple[RoleGrant, ...]:
    """The grants of an account, and those that come by themselves with its person.

    Whoever has a dossier is an employee. The head of a unit is head of its branch, unless
    a role held forbids it: whoever manages accounts reads no dossiers, not as a head either.
    """
    matrix = registry.matrix()
    pairs: list[dict[str, Any]] = getattr(account, "held", [])
    held = [(pair["role"], UUID(pair["unit"]) if pair["unit"] else None) for pair in pairs]
    held += [(registry.HEAD, unit) for unit in headed(account)]
    if account.subject is not None:
        held.append((registry.EMPLOYEE, None))
    return tuple(
        RoleGrant(matrix.roles[key], unit)
        for key, unit in dict.fromkeys(held)
        if key in matrix.roles
    )


def _permits(account: Account) -> tuple[Permit, ...]:
    """The permits in force of an account; none for whoever must read no dossiers at all."""
    lines: list[dict[str, Any]] = getattr(account, "allowed", [])
    if not lines or _barred(account):
        return ()
    return tuple(
        Permit(
            subject=UUID(line["subject"]),
            info_set=line["info_set"],
            fields=frozenset(line["fields"]),
            action=line["action"],
            number=line["number"],
        )
        for line in lines
    )


def _barred(account: Account) -> bool:
    """Whether a role held, also one that does not count here and now, forbids every look."""
    held = {pair["role"] for pair in getattr(account, "held", ())}
    return registry.matrix().forbids(held, "read") is not None


def headed(account: Account) -> tuple[UUID, ...]:
    """The units whose head the account is by its person, unless a role held forbids that."""
    if account.subject is None:
        return ()
    held = {pair["role"] for pair in getattr(account, "held", ())}
    if registry.matrix().conflict(held, registry.HEAD) is not None:
        return ()
    return units.headed_by(account.subject)


def _shut_out(account: Account, grants: Iterable[RoleGrant], address: str) -> frozenset[str]:
    """The roles that do not count at ``address``; what the settings say goes first."""
    lines: list[dict[str, Any]] = getattr(account, "limits", [])
    limits = {line["role"]: line["networks"] for line in lines} | settings.DANGAN.role_networks
    return shut_out(address, {grant.role.key for grant in grants}, limits) if limits else NOWHERE


def actor_for(
    account: Account,
    *,
    address: str = "",
    purpose: str = "",
    kind: ActorKind = "account",
    limited: bool = False,
) -> Actor:
    """The actor of an account read by :func:`account_with_grants`.

    ``limited``: a request is made from ``address``, and roles limited to other networks are left
    out; they stand in ``outside``.
    """
    if not account.name:
        profiles.fill_in([account])
    grants = role_grants(account)
    outside = _shut_out(account, grants, address) if limited else NOWHERE
    return Actor(
        id=account.id,
        kind=kind,
        name=account.name,
        subject=account.subject,
        grants=tuple(grant for grant in grants if grant.role.key not in outside),
        outside=outside,
        barred=_barred(account),
        permits=_permits(account),
        purpose=purpose,
        address=address,
        trail=_new_trail(account.id, kind, address),
        must_change_password=account.must_change_password,
    )


def actor_of(account_id: UUID, *, address: str = "", purpose: str = "") -> Actor:
    """The actor of an active account; raises :class:`NoSuchAccount`."""
    account = account_with_grants(account_id)
    if account is None or not account.is_active:
        raise NoSuchAccount
    return actor_for(account, address=address, purpose=purpose)


def actor_named(login: str, *, purpose: str = "") -> Actor:
    """The actor with this log-in name, for the command line; raises :class:`NoSuchAccount`."""
    account = accounts_with_grants().filter(login_token=profiles.login_token(login)).first()
    if account is None or not account.is_active:
        raise NoSuchAccount
    return actor_for(account, purpose=purpose)


def unknown_actor(*, address: str = "") -> Actor:
    """Somebody who has not signed in: no grants, no rights."""
    trail = _new_trail(NOBODY_ID, "anonymous", address)
    return Actor(id=NOBODY_ID, kind="anonymous", name="", address=address, trail=trail)


def console_actor(*, purpose: str = "") -> Actor:
    """Whoever holds the machine and its root secret: every right, logged like anyone else."""
    return Actor(
        id=CONSOLE_ID,
        kind="console",
        name="控制台",
        grants=(RoleGrant(registry.console_role()),),
        purpose=purpose,
        trail=_new_trail(CONSOLE_ID, "console", ""),
    )


def system_actor(*, purpose: str = "") -> Actor:
    """The system at its own scheduled work: every right, logged like anyone else."""
    return Actor(
        id=SYSTEM_ID,
        kind="system",
        name="系统",
        grants=(RoleGrant(registry.console_role()),),
        purpose=purpose,
        trail=_new_trail(SYSTEM_ID, "system", ""),
    )


def actor_of_token(raw: str, *, address: str = "", purpose: str = "") -> Actor | None:
    """The actor behind an access token, narrowed to its scopes; None when it is not valid.

    A token of an account that is locked or must change its password is not valid.
    """
    if not raw.startswith(TOKEN_PREFIX):
        return None
    now = timezone.now()
    token = Token.objects.filter(digest=token_digest(raw), expires_at__gt=now).first()
    if token is None:
        return None
    account = account_with_grants(token.account_id)
    if account is None or not account.is_active or account.must_change_password:
        return None
    if token.last_used_at is None or (now - token.last_used_at).total_seconds() > 60:
        Token.objects.filter(pk=token.pk).update(last_used_at=now)
    actor = actor_for(account, address=address, purpose=purpose, kind="token", limited=True)
    return replace(actor, scopes=frozenset(token.scopes))


def token_digest(raw: str) -> bytes:
    """What is kept of a token: SHA-256 is enough for 256 random bits."""
    return hashlib.sha256(raw.encode()).digest()


def names_of_accounts(ids: Iterable[UUID]) -> dict[UUID, str]:
    """The names behind actor identifiers; those that no longer exist are left out.

    The caller has decided that the asker may see them. Two statements.
    """
    wanted = set(ids)
    found = {key: name for key, name in machine_names().items() if key in wanted}
    accounts = list(Account.objects.filter(pk__in=wanted - found.keys()))
    if accounts:
        profiles.fill_in(accounts)
    return found | {account.id: account.name for account in accounts}


def machine_names() -> dict[UUID, str]:
    """What the actors are called that are no accounts."""
    return {CONSOLE_ID: _("控制台"), SYSTEM_ID: _("系统"), NOBODY_ID: _("未登录")}


def account_of_subject(subject: UUID) -> UUID | None:
    """The account that belongs to a person, if there is one."""
    return Account.objects.filter(subject=subject).values_list("pk", flat=True).first()


def refusal_title(action: str) -> str:
    """The head of the page that refuses ``action``, naming the permission that lacks."""
    permission = registry.permissions().get(action)
    if permission is None:
        return ""
    return _("你没有“{verb}”的权限").format(verb=label(permission.label, permission.label_en))


def refusal_outside(actor: Actor, action: str) -> str:
    """What to say where a role would allow ``action``, but not from where the actor is."""
    roles = [role for key in sorted(actor.outside) if (role := registry.role(key))]
    lacking = [role for role in roles if action in role.permissions]
    if not lacking:
        return ""
    return _(
        "“{role}”角色只在指定的网络内可用，你现在不在其中。"
        "请在单位网络内办理；需要从别处办理的，请找安全管理员"
    ).format(role=label(lacking[0].label, lacking[0].label_en))


def token_scopes(actor: Actor) -> list[str]:
    """What a token of this actor may be narrowed to: page permissions and field actions held."""
    held = actor.permissions - {"tokens.own"}
    for grant in actor.grants:
        for rule in grant.role.field_rules:
            held |= {f"data.{action}" for action in rule.actions}
    return [key for key in registry.permissions() if key in held]
