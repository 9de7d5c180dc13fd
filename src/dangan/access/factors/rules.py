"""Who must have a second factor, and how long a proof lasts. Pure: no Django, clock or database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from dangan.access.rules.parties import Actor, Role

FactorKind = Literal["app", "key", "code"]
FACTORS: frozenset[str] = frozenset({"app", "key", "code", "provider"})
"""Proofs that are second factors; a password given again is a proof, but none of these.

``provider``: the house's own provider asked for one, and ``DANGAN_OIDC_SECOND_FACTOR`` says that
its word is taken. Merely ``federated`` is the first step.
"""

CODES = 10
"""Recovery codes made at a time."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an account can prove itself with besides its password."""

    app: bool = False
    keys: int = 0
    codes: int = 0

    @property
    def any(self) -> bool:
        """Whether there is a second factor; recovery codes alone are none."""
        return self.app or self.keys > 0


def obliges(role: Role, common: Role) -> bool:
    """Whether holding ``role`` takes a second factor: it does more than every employee may.

    That is, it shows dossiers of others or has any permission that ``common``, the role of
    employees, has not: whoever opens dossiers, and every administrator.
    """
    beyond_own = any(rule.reach != "own" for rule in role.field_rules)
    return beyond_own or not role.permissions <= common.permissions


def must_enrol(actor: Actor, common: Role) -> bool:
    """Whether the actor needs a second factor: by a role, or by leave to look at somebody."""
    return bool(actor.permits) or any(obliges(grant.role, common) for grant in actor.grants)


def fresh(proved_at: datetime | None, now: datetime, minutes: int) -> bool:
    """Whether a proof still counts. One from the future (the clock was set back) does not."""
    return proved_at is not None and timedelta() <= now - proved_at < timedelta(minutes=minutes)
