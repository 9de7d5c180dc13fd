"""Who hears of a report at once: superior, head, HR managers, privacy officers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor
from dangan.workflow.people import Live

HR, PRIVACY = "hr_manager", "privacy_officer"
LABELS = {
    "supervisor": _("直接上级"),
    "head": _("部门负责人"),
    HR: _("人事经理"),
    PRIVACY: _("个人信息保护负责人"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who hears of the report, and as what."""

    account: UUID
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Recipients:
    """Everybody who hears, once each; ``unit`` is the reporter's."""

    people: tuple[Told, ...]
    unit: UUID | None

    def without(self, accounts: Collection[UUID]) -> list[UUID]:
        """The accounts to be told, but for those the matter concerns."""
        return [told.account for told in self.people if told.account not in accounts]


def recipients(actor: Actor) -> Recipients:
    """Who will hear when the actor reports now; never the actor."""
    live = Live(subjects=[actor.subject], accounts=[actor.id], roles=(HR, PRIVACY))
    unit = live.unit_of(str(actor.subject)) if actor.subject else ""
    found: dict[str, str] = {}
    if actor.subject:
        _add(found, live.supervisors(str(actor.subject))[:1], "supervisor")
    heads = [head for head in live.heads(unit) if head and head != str(actor.id)] if unit else []
    _add(found, heads[:1], "head")
    for role in (HR, PRIVACY):
        _add(found, live.holders(role, unit), role)
    found.pop(str(actor.id), None)
    names = names_of_accounts({UUID(account) for account in found})
    people = tuple(
        Told(UUID(account), names.get(UUID(account), ""), str(LABELS[role]))
        for account, role in found.items()
    )
    return Recipients(people, UUID(unit) if unit else None)


def _add(found: dict[str, str], accounts: Collection[str], role: str) -> None:
    for account in accounts:
        if account:
            found.setdefault(account, role)
