"""What the organisation asks about people, answered from the roster."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from dangan.access.rules import Actor, Showing
from dangan.roster import queries
from dangan.roster.counting import Counts
from dangan.roster.forms import ACTIVE_STATES
from dangan.roster.models import Entry
from dangan.roster.rules import NAME


class RosterPeople:
    """The :class:`dangan.organization.people.PeopleProvider` of this roster."""

    def counts(self, actor: Actor) -> Mapping[UUID, int]:
        return Counts(actor).by_unit(ACTIVE_STATES)

    def inside(self, unit: UUID) -> int:
        staying = Entry.objects.filter(unit=unit, sealed__isnull=False, state__in=ACTIVE_STATES)
        return staying.count()

    def names(self, subjects: Collection[UUID]) -> Mapping[UUID, str]:
        return queries.names(subjects)

    def search(self, actor: Actor, text: str, limit: int) -> list[tuple[UUID, str]]:
        """Hits with what tells namesakes apart, as far as the actor may see it."""
        return [
            (
                hit.subject,
                " ".join(
                    str(cell.value)
                    for path, cell in hit.cells.items()
                    if path in {NAME, "identity.employee_number"}
                    and cell.showing is not Showing.HIDDEN
                    and cell.value is not None
                ),
            )
            for hit in queries.search(actor, text, limit)
        ]
