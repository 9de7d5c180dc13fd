"""Who is asked about which grant, and what about it is remarkable: one reading for a campaign."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from uuid import UUID

from django.utils import timezone

from dangan.access import registry
from dangan.access.models import Account, AccountState, Grant
from dangan.access.queries import accounts_with_grants, not_over, role_grants
from dangan.audit.queries.activity import active_since
from dangan.entitlements import reaching
from dangan.entitlements.rules import choose_reviewer, flags_of
from dangan.organization import queries as organization
from dangan.workflow.people import Live, units_of

UNUSED_AFTER = timedelta(days=90)
KEEPERS = ("privacy_officer", "hr_manager")
"""Roles that run reviews: asked where no leader is left but the holder."""


@dataclass(frozen=True, slots=True)
class Found:
    """A grant under review: what to warn of, how many people it reaches, who is asked."""

    grant: Grant
    flags: tuple[str, ...]
    reached: int
    reviewer: UUID | None


class Survey:
    """Grants of active accounts, with reviewers and warnings; a fixed number of statements.

    ``unit`` narrows to grants of people in that branch or for a unit in it, ``account`` to one
    account.
    """

    def __init__(self, *, unit: UUID | None = None, account: UUID | None = None) -> None:
        held = Grant.objects.filter(not_over(timezone.localdate()))
        held = held.exclude(account__state=AccountState.ENDED).select_related("account")
        if account is not None:
            held = held.filter(account=account)
        self._all = list(held.order_by("account_id", "role", "at"))
        self._unit = unit

    @cached_property
    def grants(self) -> list[Grant]:
        """The grants asked about."""
        if self._unit is None:
            return self._all
        branch = organization.tree().subtree(self._unit)
        return [
            grant
            for grant in self._all
            if grant.unit in branch or self._own_unit(grant.account) in branch
        ]

    def found(self, *, without: Sequence[UUID] = ()) -> list[Found]:
        """Each grant with its warnings and its reviewer, none of ``without`` (accounts)."""
        return [
            Found(
                grant=grant,
                flags=self._flags(grant),
                reached=reaching.reached(grant.role, grant.unit, self._counts),
                reviewer=self.reviewer(grant.account, grant.role, grant.unit, without),
            )
            for grant in self.grants
        ]

    def reviewer(
        self,
        account: Account,
        role: str,
        unit: UUID | None,
        without: Sequence[UUID] = (),
        *,
        sensitive: bool = False,
    ) -> UUID | None:
        """The account asked about a grant; None when nobody but its holder is left."""
        own = self._own_unit(account)
        place = str(own or unit or "")
        keepers = [found for key in KEEPERS for found in self._live.holders(key, place)]
        chosen = choose_reviewer(
            account.id,
            heads=self._usable(self._live.heads(str(own) if own else ""), without),
            leaders=self._usable(self._live.holders("leader", place), without),
            keepers=self._usable(keepers, without),
            sensitive=sensitive or reaching.is_administrative(role),
        )
        return chosen.reviewer if chosen else None

    def _usable(self, found: Iterable[str], without: Sequence[UUID]) -> list[UUID]:
        accounts = [UUID(account) for account in found if account]
        return [one for one in accounts if one in self._answering and one not in without]

    def _flags(self, grant: Grant) -> tuple[str, ...]:
        own = self._own_unit(grant.account)
        others = {held.role for held in self._by_account[grant.account_id]} - {grant.role}
        fresh = grant.at > timezone.now() - UNUSED_AFTER
        known = registry.role(grant.role) is not None
        return flags_of(
            conflicting=known and registry.matrix().conflict(others, grant.role) is not None,
            reached=reaching.reached(grant.role, grant.unit, self._counts),
            own_unit=reaching.branch_size(own, self._counts) if own else 0,
            whole=grant.unit is None,
            used=fresh or grant.account_id in self._active,
        )

    @cached_property
    def _by_account(self) -> dict[UUID, list[Grant]]:
        found: dict[UUID, list[Grant]] = {}
        for grant in self._all:
            found.setdefault(grant.account_id, []).append(grant)
        return found

    @cached_property
    def _units(self) -> dict[UUID, UUID | None]:
        return units_of({grant.account.subject for grant in self._all if grant.account.subject})

    def _own_unit(self, account: Account) -> UUID | None:
        return self._units.get(account.subject) if account.subject else None

    @cached_property
    def _counts(self) -> dict[UUID, int]:
        return dict(reaching.head_counts())

    @cached_property
    def _active(self) -> set[UUID]:
        accounts = {grant.account_id for grant in self._all}
        return active_since(accounts, timezone.now() - UNUSED_AFTER)

    @cached_property
    def _live(self) -> Live:
        return Live(
            accounts={grant.account_id for grant in self._all},
            units=set(self._units.values()),
            roles=("leader", *KEEPERS),
        )

    @cached_property
    def _answering(self) -> set[UUID]:
        """Of all who could be asked, those who may answer a review; one statement."""
        units = {unit for unit in self._units.values() if unit}
        named = {head for unit in units for head in self._live.heads(str(unit)) if head}
        named |= {found for key in ("leader", *KEEPERS) for found in self._live.holders(key, "")}
        rows = accounts_with_grants().filter(pk__in=named, state=AccountState.ACTIVE)
        return {
            row.id
            for row in rows
            if any("reviews.answer" in grant.role.permissions for grant in role_grants(row))
        }
