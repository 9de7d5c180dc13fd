"""What a role over a unit amounts to: its name, whom it reaches, what it may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from uuid import UUID

from django.db.models import Count
from django.utils.translation import gettext as _

from dangan.access import registry, units
from dangan.access.rules import Role
from dangan.dossiers.models import Subject
from dangan.organization import queries as organization
from dangan.ui.languages import label

ADMINISTRATIVE = frozenset(
    {"accounts.manage", "rights.request", "rights.approve", "reviews.manage", "audit.search",
     "keys.rotate", "keys.request", "keys.approve", "dictionary.edit"}
)  # fmt: skip
"""Permissions that make a role administrative: it gives rights, manages or watches."""


def role_label(key: str) -> str:
    """The role's label; the key of one that no longer exists."""
    role = registry.role(key)
    return label(role.label, role.label_en) if role else key


def role_help(key: str) -> str:
    """What the role is for."""
    role = registry.role(key)
    return role.help if role else ""


def pair_label(role: str, unit: str | UUID | None) -> str:
    """A role with the branch it holds for."""
    where = units.label(UUID(str(unit))) if unit else _("全公司")
    return _("{role}（{where}）").format(role=role_label(role), where=where)


def pairs(stored: Iterable[tuple[str, str | None]]) -> list[tuple[str, UUID | None]]:
    """Stored pairs of role and unit as the verbs take them."""
    return [(role, UUID(unit) if unit else None) for role, unit in stored]


def is_administrative(key: str) -> bool:
    """Whether the role gives rights, manages accounts or watches others."""
    role = registry.role(key)
    return role is not None and bool(role.permissions & ADMINISTRATIVE)


def is_sensitive(key: str) -> bool:
    """Whether the role is administrative or opens others' dossiers."""
    role = registry.role(key)
    return role is not None and (is_administrative(key) or looks_beyond(role))


def looks_beyond(role: Role) -> bool:
    """Whether the role reads anything of other people."""
    return any(rule.reach != "own" and "read" in rule.actions for rule in role.field_rules)


def head_counts() -> Mapping[UUID, int]:
    """People with a post directly in each unit; one statement."""
    rows = (
        Subject.objects.exclude(state__in=(Subject.State.DESTROYED, Subject.State.DEPARTED))
        .exclude(unit=None)
        .values_list("unit")
        .annotate(people=Count("id"))
    )
    return {unit: people for unit, people in rows if unit is not None}


def branch_size(unit: UUID | None, counts: Mapping[UUID, int]) -> int:
    """People in the branch under ``unit``; in the whole company for None."""
    if unit is None:
        return sum(counts.values())
    return sum(counts.get(step, 0) for step in organization.tree().subtree(unit))


def reached(role: str, unit: UUID | None, counts: Mapping[UUID, int] | None = None) -> int:
    """How many people's dossiers the role opens over ``unit``; none for one that reads none."""
    known = registry.role(role)
    if known is None or not looks_beyond(known):
        return 0
    return branch_size(unit, head_counts() if counts is None else counts)
