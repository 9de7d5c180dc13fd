"""Taking a roster out as a spreadsheet."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils import timezone

from dangan.access import brakes
from dangan.access.rules import Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.exchange.writing.roster import columns_for, roster_book
from dangan.organization import queries as organization_queries
from dangan.roster.rules import RosterQuery


def export_roster(
    actor: Actor, query: RosterQuery, picked: Collection[UUID] | None = None
) -> bytes:
    """The roster view ``query`` as .xlsx bytes; needs ``roster.export``.

    ``picked`` narrows it to some of its people. Cut to the actor's rights: a masked cell stays
    masked, a hidden one is empty. Offset and limit of the query are ignored. The log gets the
    columns, the number of people and, sealed, who they are. Raises
    :class:`~dangan.access.brakes.Braked` beyond what the actor may take out in a day.
    """
    require(actor, "roster.export")
    dictionary = dictionary_queries.current()
    columns = columns_for(actor, query.columns, dictionary)
    with recording(actor):
        book, people = roster_book(
            actor,
            query,
            columns,
            picked=picked,
            dictionary=dictionary,
            tree=organization_queries.tree(),
            now=timezone.localtime(),
        )
        brakes.ask(actor, "export", people)
        actor.trail.add(
            Event(
                action="roster.export",
                facts={"people": len(people), "columns": [column.path for column in columns]},
                detail={"subjects": [str(subject) for subject in people]},
            )
        )
    return book
