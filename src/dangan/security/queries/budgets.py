"""Budgets by role, what the actor has used, extensions that wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import registry
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.security.actions.budgets import is_superior
from dangan.security.budgets import roles_of
from dangan.security.models import Budget, Extension, Opening
from dangan.security.sealing import open_reason
from dangan.ui.languages import label
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM


@dataclass(frozen=True, slots=True)
class BudgetLine:
    """A role's budget; ``own`` says that the role has a row of its own."""

    role: str
    label: str
    per_hour: int
    per_day: int
    exported: int
    own: bool


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """An extension with its reason, for whoever decides."""

    row: Extension
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Spent:
    """What the actor has opened, and may open at most, an agreed extension included."""

    hour: int
    per_hour: int
    day: int
    per_day: int


def budgets(actor: Actor) -> list[BudgetLine]:
    """The budgets of all roles that open dossiers. Permission security.view."""
    require(actor, "security.view")
    rows = {row.role: row for row in Budget.objects.all()}
    fallback = rows["*"]
    lines = [
        _line(key, label(role.label, role.label_en), rows.get(key), fallback)
        for key, role in registry.matrix().roles.items()
        if "dossier.open" in role.permissions
    ]
    actor.trail.add(Event("budget.list"))
    return [*lines, _line("*", _("其他角色"), fallback, fallback)]


def _line(key: str, name: str, own: Budget | None, fallback: Budget) -> BudgetLine:
    row = own or fallback
    return BudgetLine(key, name, row.per_hour, row.per_day, row.exported_per_day, own is not None)


def extensions(actor: Actor) -> list[ExtensionLine]:
    """Today's requests that wait for the actor: of those below, or all with security.manage."""
    rows = Extension.objects.filter(state="asked", day=timezone.localdate()).exclude(
        account=actor.id
    )
    chosen = [
        row
        for row in rows.order_by("asked_at")
        if actor.may("security.manage") or is_superior(actor, row.account)
    ]
    if not chosen:
        return []
    names = names_of_accounts({row.account for row in chosen})
    key = vault.key_of(SYSTEM)
    return [ExtensionLine(row, names.get(row.account, ""), open_reason(key, row)) for row in chosen]


def own_extension(actor: Actor) -> list[Extension]:
    """What the actor asked for today, the newest first."""
    return list(
        Extension.objects.filter(account=actor.id, day=timezone.localdate()).order_by("-asked_at")
    )


def spent(actor: Actor) -> Spent:
    """How much of the budget the actor has used."""
    now = timezone.now()
    midnight = timezone.make_aware(datetime.combine(timezone.localdate(), time()))
    rows = {row.role: row for row in Budget.objects.all()}
    held = [rows[role] for role in roles_of(actor) if role in rows] or [rows["*"]]
    mine = Opening.objects.filter(account=actor.id)
    extra = sum(row.people for row in own_extension(actor) if row.state == "agreed")

    def opened(since: datetime) -> int:
        found = mine.filter(at__gt=since).aggregate(n=Count("subject", distinct=True))
        return int(found["n"])

    return Spent(
        opened(now - timedelta(hours=1)),
        max(row.per_hour for row in held) + extra,
        opened(midnight),
        max(row.per_day for row in held) + extra,
    )
