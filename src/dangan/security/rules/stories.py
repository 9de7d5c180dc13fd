"""What a suspicion is, and whether it tells something new. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

Fact = str | int
AGAIN_AT = 2
"""A story that was closed begins anew when it went this many times as far."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """What a rule or a probe found.

    ``story`` says what belongs together, e.g. ``"ACCOUNT 2026-11-22"``: what is found again under
    the same kind and story is counted on one alarm. ``measure`` is how far it went (people opened,
    log-ins failed). ``grade`` 0 takes the kind's own. ``facts`` name no person; they are sealed
    all the same.
    """

    kind: str
    story: str
    at: datetime
    measure: int = 1
    grade: int = 0
    account: UUID | None = None
    subject: UUID | None = None
    address: str = ""
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """The newest alarm of a story."""

    closed: bool
    measure: int
    last_at: datetime


Verdict = Literal["new", "again", "quiet"]


def verdict(found: Suspicion, last: Standing | None) -> Verdict:
    """Whether to raise an alarm, to add to the open one, or to say nothing.

    The same seen again (no further, no later) adds nothing: rules look at overlapping spans.
    """
    if last is None:
        return "new"
    if last.closed:
        return "new" if found.measure >= AGAIN_AT * last.measure else "quiet"
    further = found.measure > last.measure or found.at > last.last_at
    return "again" if further else "quiet"
