"""Who is who, for the engine: the organisation, accounts and grants as they stand now.

What lies above (whose unit, whose superior) is registered by the room that keeps dossiers.
:class:`Live` is the :class:`dangan.workflow.rules.directory.Directory` of one request or one
batch of a sweep: it asks in bulk, never once per account, and is thrown away afterwards.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from dangan.access import registry
from dangan.access.models import Account, AccountState, Grant
from dangan.access.queries import in_force
from dangan.organization import queries as organization
from dangan.organization.rules import Tree

SUPERVISORS = 5
"""How far up personal superiors are looked for; loops end there too."""


class PeopleProvider(Protocol):
    """What the room that keeps dossiers answers."""

    def units(self, subjects: Collection[UUID]) -> Mapping[UUID, UUID | None]:
        """The unit of each person's present post; those unknown are left out."""

    def supervisor(self, subject: UUID) -> UUID | None:
        """The person's superior by the present post."""

    def names(self, subjects: Collection[UUID]) -> Mapping[UUID, str]:
        """Names whoever asks; those unknown are left out."""


class _Nobody:
    """Until the dossiers have registered nobody is known."""

    def units(self, subjects: Collection[UUID]) -> Mapping[UUID, UUID | None]:  # noqa: ARG002
        return {}

    def supervisor(self, subject: UUID) -> UUID | None:  # noqa: ARG002 - the protocol's
        return None

    def names(self, subjects: Collection[UUID]) -> Mapping[UUID, str]:  # noqa: ARG002
        return {}


_provider: PeopleProvider = _Nobody()


def register(provider: PeopleProvider) -> None:
    """Called once by the room that keeps dossiers when it is ready."""
    global _provider  # noqa: PLW0603 - the one place that holds it
    _provider = provider


def unit_of(subject: UUID | None) -> UUID | None:
    """The unit of the person's present post."""
    return units_of([subject])[subject] if subject else None


def units_of(subjects: Collection[UUID]) -> dict[UUID, UUID | None]:
    """The unit of each person's present post, None where there is none."""
    found = _provider.units(subjects) if subjects else {}
    return {subject: found.get(subject) for subject in subjects}


def supervisor_of(subject: UUID) -> UUID | None:
    """The person's superior by the present post."""
    return _provider.supervisor(subject)


def names(subjects: Iterable[UUID | None]) -> Mapping[UUID, str]:
    """Names of people for those who take part in a case with them."""
    wanted = {subject for subject in subjects if subject is not None}
    return _provider.names(wanted) if wanted else {}


def unit_label(unit: UUID | None) -> str:
    """The unit's name; empty for None."""
    return organization.tree().label(unit)


class Live:
    """The organisation, accounts and grants as they stand while this object lives.

    ``subjects`` and ``accounts`` are read ahead, in one statement with everybody who heads a
    unit; grants come by role when first asked for, ``roles`` together.
    """

    def __init__(
        self,
        *,
        subjects: Iterable[UUID | None] = (),
        accounts: Iterable[UUID] = (),
        units: Iterable[UUID | None] = (),
        roles: Iterable[str] = (),
    ) -> None:
        self._wanted_subjects = {subject for subject in subjects if subject}
        self._wanted_accounts = set(accounts)
        self._wanted_units = [unit for unit in units if unit]
        self._wanted_roles = set(roles)
        self._account_of: dict[UUID, UUID | None] = {}
        self._subject_of: dict[UUID, UUID | None] = {}
        self._active: dict[UUID, bool] = {}
        self._units: dict[UUID, UUID | None] = {}
        self._grants: dict[str, list[tuple[UUID, UUID | None]]] = {}
        self._read_ahead = False

    @cached_property
    def tree(self) -> Tree:
        """Today's organisation."""
        return organization.tree()

    def unit_of(self, subject: str) -> str:
        """The unit of the person; of a dissolved one what stands above it."""
        return _text(self._standing(self._unit_of(UUID(subject)))) if subject else ""

    def unit_of_account(self, account: str) -> str:
        """The unit of whoever holds the account."""
        if not account:
            return ""
        subject = self._subject(UUID(account))
        return self.unit_of(str(subject)) if subject else ""

    def account_of(self, subject: str) -> str:
        """The person's account that may sign in."""
        return _text(self._account(UUID(subject))) if subject else ""

    def heads(self, unit: str) -> Sequence[str]:
        """Accounts of the heads from the unit up to the root; a gap where there is none."""
        path = self.tree.path_of(UUID(unit)) if unit else ()
        nodes = [self.tree.nodes[step] for step in reversed(path)]
        heads = [node.head for node in nodes if not node.closed]
        self._know_subjects([head for head in heads if head])
        return [_text(self._account(head)) if head else "" for head in heads]

    def supervisors(self, subject: str) -> Sequence[str]:
        """Accounts of the superior, the superior's superior, …"""
        found: list[str] = []
        seen = {subject}
        person = supervisor_of(UUID(subject)) if subject else None
        while person is not None and str(person) not in seen and len(found) < SUPERVISORS:
            seen.add(str(person))
            found.append(_text(self._account(person)))
            person = supervisor_of(person)
        return found

    def holders(self, role: str, unit: str) -> Sequence[str]:
        """Active accounts holding the role by a grant that reaches the unit, nearest first.

        Any grant will do when there is no unit. Heads of a unit hold the role of heads there.
        """
        path = self.tree.path_of(UUID(unit)) if unit else ()
        depth = {step: place for place, step in enumerate(path, 1)}
        found = [
            (-depth.get(anchor, 0) if anchor else 0, str(account))
            for account, anchor in self._holding(role)
            if anchor is None or not unit or anchor in depth
        ]
        accounts = [account for _, account in sorted(found)]
        if role == registry.HEAD:
            accounts = [*filter(None, self.heads(unit)), *accounts]
        return list(dict.fromkeys(accounts))

    def active(self, account: str) -> bool:
        """Whether the account may sign in today."""
        if not account:
            return False
        key = UUID(account)
        if key not in self._active:
            self._know([], [key])
        return self._active.get(key, False)

    def _standing(self, unit: UUID | None) -> UUID | None:
        """``unit``, or the nearest above it that has not been dissolved."""
        path = self.tree.path_of(unit)
        open_units = [step for step in path if not self.tree.nodes[step].closed]
        return open_units[-1] if open_units else None

    def _unit_of(self, subject: UUID) -> UUID | None:
        if subject not in self._units:
            self._units |= units_of(self._wanted_subjects - self._units.keys() | {subject})
        return self._units[subject]

    def _subject(self, account: UUID) -> UUID | None:
        if account not in self._subject_of:
            self._know([], [account])
        return self._subject_of.get(account)

    def _account(self, subject: UUID) -> UUID | None:
        """The person's active account."""
        self._know_subjects([subject])
        account = self._account_of.get(subject)
        return account if account and self._active.get(account) else None

    def _know_subjects(self, subjects: Collection[UUID]) -> None:
        missing = [subject for subject in subjects if subject not in self._account_of]
        if missing:
            self._know(missing, [])

    def _know(self, subjects: Collection[UUID], accounts: Collection[UUID]) -> None:
        """Reads these accounts, and at the first time everybody who is likely to be asked for."""
        wanted, ids = set(subjects), set(accounts)
        if not self._read_ahead:
            self._read_ahead = True
            wanted |= self._wanted_subjects | self._likely_heads()
            ids |= self._wanted_accounts
        rows = Account.objects.filter(Q(subject__in=wanted) | Q(pk__in=ids))
        self._account_of |= dict.fromkeys(wanted)
        self._subject_of |= dict.fromkeys(ids)
        self._active |= dict.fromkeys(ids, False)
        for account, subject, state in rows.values_list("pk", "subject", "state"):
            self._active[account] = state == AccountState.ACTIVE
            self._subject_of[account] = subject
            if subject is not None:
                self._account_of[subject] = account

    def _likely_heads(self) -> set[UUID]:
        steps = {step for unit in self._wanted_units for step in self.tree.path_of(unit)}
        return {head for step in steps if (head := self.tree.nodes[step].head)}

    def _holding(self, role: str) -> list[tuple[UUID, UUID | None]]:
        if role not in self._grants:
            wanted = (self._wanted_roles - self._grants.keys()) | {role}
            self._grants |= {key: [] for key in wanted}
            today = timezone.localdate()
            rows = Grant.objects.filter(
                in_force(today), role__in=wanted, account__state=AccountState.ACTIVE
            ).values_list("role", "account_id", "unit")
            for key, account, unit in rows:
                self._active[account] = True
                self._grants[key].append((account, unit))
        return self._grants[role]


def _text(value: Any) -> str:
    return str(value) if value else ""
