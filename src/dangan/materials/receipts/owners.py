"""Who is asked for a paper: the accounts of those who owe it."""

from __future__ import annotations

from uuid import UUID

from dangan.workflow.people import Live

_ROLES = {"hr": ("hr_specialist", "hr_manager"), "finance": ("finance",), "party": ("hr_manager",)}
"""Nobody keeps the party's papers here: the HR manager passes the request on."""


def accounts_of(owner: str, unit: UUID | None) -> list[UUID]:
    """Heads for what the department owes (the nearest there is), else the holders of the role
    over the unit, nearest first; HR managers when nobody is found."""
    live, at = Live(units=[unit], roles=["hr_manager"]), str(unit or "")
    found = [head for head in live.heads(at) if head][:1] if owner == "unit" and at else []
    for role in _ROLES.get(owner, ()):
        found = found or list(live.holders(role, at))
    return [UUID(account) for account in found or live.holders("hr_manager", at)]


def archivists(unit: UUID | None) -> list[UUID]:
    """Who runs the archive of this unit."""
    return [UUID(account) for account in Live().holders("archivist", str(unit or ""))]
