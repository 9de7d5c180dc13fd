"""Changing the routes (C6)."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from dangan.access.rules import Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import RouteTable
from dangan.dossiers.proposals import routes
from dangan.dossiers.proposals.refusals import Stale
from dangan.dossiers.proposals.rules import (
    BadRoutes,
    RouteRule,
    check_routes,
    routes_to_table,
)


def save_routes(actor: Actor, *, rules: Sequence[RouteRule], version: int) -> int:
    """Puts a new table in force, made from the one of ``version``; earlier ones are kept. Cases
    that run are not touched.

    Raises :class:`Refused`, :class:`BadRoutes` with every reason, :class:`Stale` when somebody
    else changed the table in between.
    """
    require(actor, "definitions.edit")
    problems = check_routes(rules, dictionary_queries.current(), set(routes.destinations()))
    if problems:
        raise BadRoutes(problems)
    with recording(actor):
        if routes.current().version != version:
            raise Stale
        now = RouteTable(
            version=version + 1, body=routes_to_table(rules), by=actor.id, at=timezone.now()
        )
        try:
            with transaction.atomic():
                now.save(force_insert=True)
        except IntegrityError:
            raise Stale from None
        actor.trail.add(Event("routes.save", object=str(now.version), facts={"rules": len(rules)}))
    return now.version
