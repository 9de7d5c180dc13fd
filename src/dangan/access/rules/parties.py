"""The parties of a decision: reach, matrix lines, roles, grants and the actor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from dangan.audit.rules import Trail
from dangan.dictionary.rules import FieldClass

Action = Literal["read", "edit", "start", "review", "export", "print", "download", "reveal"]
ACTIONS: tuple[Action, ...] = (
    "read",
    "edit",
    "start",
    "review",
    "export",
    "print",
    "download",
    "reveal",
)

Distance = Literal["own", "unit", "subtree", "all"]
ActorKind = Literal["anonymous", "account", "console", "system", "token"]

ANY = "*"
"""In a line's sets: every information set, those added later too."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The people a right extends to: a union, empty by default.

    ``subtrees`` holds units whose whole branch is meant, ``units`` those whose
    direct members are meant, ``people`` single persons: oneself, and whoever a permit names.
    """

    everyone: bool = False
    subtrees: frozenset[UUID] = frozenset()
    units: frozenset[UUID] = frozenset()
    people: frozenset[UUID] = frozenset()

    def contains(self, subject: UUID, unit_path: tuple[UUID, ...]) -> bool:
        """Whether the person with a post in the last unit of ``unit_path`` (root first) is meant.

        A person without a post (an empty path) is reached only by ``everyone`` or ``people``.
        """
        if self.everyone or subject in self.people:
            return True
        if not unit_path:
            return False
        return unit_path[-1] in self.units or not self.subtrees.isdisjoint(unit_path)

    def __or__(self, other: Reach) -> Reach:
        if not other:
            return self
        if not self:
            return other
        if self.everyone or other.everyone:
            return EVERYONE
        return Reach(
            subtrees=self.subtrees | other.subtrees,
            units=self.units | other.units,
            people=self.people | other.people,
        )

    def __bool__(self) -> bool:
        return bool(self.everyone or self.subtrees or self.units or self.people)


NOWHERE = Reach()
EVERYONE = Reach(everyone=True)


@dataclass(frozen=True, slots=True)
class FieldRule:
    """One line of the matrix: what a role may do to which fields of whom.

    ``sets`` names information sets or ``"*"``; ``except_sets`` takes some out again.
    A non-empty ``fields`` (``"set.field"``) narrows the line to those fields. The three
    classes are ceilings: up to ``plain`` a value is shown as it is (and other actions
    are allowed), up to ``masked`` it is shown masked, up to ``reveal`` the mask can be
    lifted for a reason. None means never.
    """

    sets: frozenset[str] = frozenset({ANY})
    except_sets: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset({"read"})
    plain: FieldClass | None = None
    masked: FieldClass | None = None
    reveal: FieldClass | None = None
    reach: Distance = "all"

    def covers(self, info_set: str, field: str | None) -> bool:
        """Whether the line speaks of this field, or, for None, of anything in the set."""
        if info_set in self.except_sets:
            return False
        if ANY not in self.sets and info_set not in self.sets:
            return False
        if not self.fields:
            return True
        if field is None:
            return any(path.startswith(f"{info_set}.") for path in self.fields)
        return f"{info_set}.{field}" in self.fields


@dataclass(frozen=True, slots=True)
class Role:
    """A named bundle of page permissions and matrix lines."""

    key: str
    label: str
    label_en: str
    permissions: frozenset[str]
    field_rules: tuple[FieldRule, ...]
    help: str = ""
    grantable: bool = True


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role held, for the branch under ``unit`` or, for None, wherever the role's lines say.

    ``unit`` anchors the lines of distance ``unit`` and ``subtree`` and narrows ``all``
    to the branch; a line that needs an anchor reaches nobody without one.
    """

    role: Role
    unit: UUID | None = None

    def reach_of(self, rule: FieldRule, subject: UUID | None) -> Reach:
        """The people ``rule`` extends to under this grant for the actor who is ``subject``."""
        if rule.reach == "own":
            return Reach(people=frozenset({subject})) if subject else NOWHERE
        if rule.reach == "all" and self.unit is None:
            return EVERYONE
        if self.unit is None:
            return NOWHERE
        if rule.reach == "unit":
            return Reach(units=frozenset({self.unit}))
        return Reach(subtrees=frozenset({self.unit}))


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave, given by a case and in force now, to look at named fields of one person.

    ``reveal`` shows the fields masked and lets the mask be lifted for a reason; ``read`` shows
    them as they are. Whatever class they are of: that was weighed when the case was decided.
    """

    subject: UUID
    info_set: str
    fields: frozenset[str]
    action: Literal["reveal", "read"] = "reveal"
    number: str = ""
    """The case that gave it, named wherever it is used."""

    def covers(self, info_set: str, field: str | None) -> bool:
        """Whether it speaks of this field, or, for None, of anything in the set."""
        return self.info_set == info_set and (field is None or field in self.fields)

    def gives(self, action: str) -> Literal["plain", "masked"] | None:
        """What it adds to ``action``; None for nothing."""
        if action == self.action:
            return "plain"
        return "masked" if action == "read" else None


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: an account, a token of one, the console, the system, or nobody known.

    ``scopes`` narrows a token to the permissions it was made for (None: no narrowing);
    field actions count as permissions ``data.read``, ``data.edit`` … there.
    """

    id: UUID
    kind: ActorKind
    name: str
    trail: Trail = field(compare=False, repr=False)
    subject: UUID | None = None
    grants: tuple[RoleGrant, ...] = ()
    permits: tuple[Permit, ...] = ()
    purpose: str = ""
    address: str = ""
    scopes: frozenset[str] | None = None
    must_change_password: bool = False
    barred: bool = False
    """Holds a role that opens no dossier of others, whatever a case or a consultation allows."""
    outside: frozenset[str] = frozenset()
    """Roles held that do not count at the address the request came from."""
    proved_at: datetime | None = None
    """When the person last proved that they sit at this session, beyond having it."""
    proved_by: str = ""
    """With what: ``app``, ``key``, ``code`` (second factors) or ``password``."""

    @property
    def known(self) -> bool:
        """Whether somebody has signed in."""
        return self.kind != "anonymous"

    def may(self, permission: str) -> bool:
        """Whether a page permission is held."""
        if self.scopes is not None and permission not in self.scopes:
            return False
        return any(permission in grant.role.permissions for grant in self.grants)

    def may_at(self, permission: str, unit_path: tuple[UUID, ...]) -> bool:
        """Whether a page permission is held over the unit at the end of ``unit_path`` (root first).

        An empty path is what stands above all units: held there only by a grant without a unit.
        """
        return self.may(permission) and any(
            permission in grant.role.permissions and (grant.unit is None or grant.unit in unit_path)
            for grant in self.grants
        )

    @property
    def permissions(self) -> frozenset[str]:
        """All page permissions held."""
        held = frozenset[str]().union(*(grant.role.permissions for grant in self.grants))
        return held if self.scopes is None else held & self.scopes

    def lines(self, action: str) -> Iterator[tuple[FieldRule, RoleGrant]]:
        """The matrix lines that speak of ``action``, each with the grant that gives it."""
        if self.scopes is not None and f"data.{action}" not in self.scopes:
            return
        for grant in self.grants:
            for rule in grant.role.field_rules:
                if action in rule.actions:
                    yield rule, grant

    def permitted(self, action: str) -> Iterator[tuple[Permit, Literal["plain", "masked"]]]:
        """The permits that speak of ``action``, each with what it adds."""
        if not self.permits or (self.scopes is not None and f"data.{action}" not in self.scopes):
            return
        for permit in self.permits:
            given = permit.gives(action)
            if given is not None:
                yield permit, given
