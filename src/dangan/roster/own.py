"""What somebody's own pages say of them: their employee number, on every picture they look at."""

from __future__ import annotations

from dangan.access.rules import Actor
from dangan.dictionary import queries as dictionary_queries
from dangan.roster import memory
from dangan.roster.rules import NUMBER


def number_of(actor: Actor) -> str:
    """The actor's own employee number; empty for an account of nobody's dossier."""
    if actor.subject is None:
        return ""
    place = memory.roster().view(dictionary_queries.current()).find(actor.subject)
    return "" if place is None else place[0].column(NUMBER).text(place[1]) or ""
