"""Named readers of a volume, and who may be named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from dangan.access import registry, units
from dangan.access.models import AccountState, Grant
from dangan.access.queries import accounts_with_grants, in_force, names_of_accounts, role_grants
from dangan.materials.catalogue.models import Reader, Volume
from dangan.materials.catalogue.queries.looking import Look

KEEPS = "archive.view"


@dataclass(frozen=True, slots=True)
class ReaderLine:
    """A reader in force: of what, since when, by whom."""

    id: UUID
    name: str
    of: str
    """The material's number and title; empty for all that is marked in the volume."""
    at: datetime
    by: str
    until: datetime | None


def named_readers(looked: Look, titles: Mapping[UUID, str]) -> list[ReaderLine]:
    """Readers of the volume and of those materials that the asker sees."""
    over = Q(until__isnull=False, until__lte=timezone.now())
    rows = Reader.objects.filter(volume=looked.volume, ended_at__isnull=True).exclude(over)
    shown = [row for row in rows.order_by("at") if not row.material_id or row.material_id in titles]
    names = names_of_accounts({row.account for row in shown} | {row.by for row in shown})
    return [
        ReaderLine(
            row.pk,
            names.get(row.account, ""),
            titles.get(row.material_id, "") if row.material_id else "",
            row.at,
            names.get(row.by, ""),
            row.until,
        )
        for row in shown
    ]


def keepers(volume: Volume, *, without: UUID) -> list[tuple[UUID, str]]:
    """Accounts that keep the volume, by name: those whom it makes sense to name."""
    roles = [key for key, role in registry.matrix().roles.items() if KEEPS in role.permissions]
    holders = Grant.objects.filter(in_force(timezone.localdate()), role__in=roles)
    accounts = accounts_with_grants().filter(
        pk__in=holders.values("account"), state=AccountState.ACTIVE
    )
    path = units.path(volume.subject.unit)
    found = [
        account.pk
        for account in accounts.exclude(pk=without)
        if any(
            KEEPS in grant.role.permissions and (grant.unit is None or grant.unit in path)
            for grant in role_grants(account)
        )
    ]
    names = names_of_accounts(found)
    return sorted(names.items(), key=lambda one: one[1])
