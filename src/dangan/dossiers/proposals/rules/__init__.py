"""Decisions about proposed changes: values in, values out; no Django, clock, files or network."""

from dangan.dossiers.proposals.rules.bodies import (
    Body,
    ProposedRow,
    body_from_json,
    body_to_json,
    row_key,
)
from dangan.dossiers.proposals.rules.routes import (
    DIRECT,
    BadRoutes,
    RouteRule,
    Touched,
    Who,
    check_routes,
    route,
    routes_from_table,
    routes_to_table,
    touched_by,
)

__all__ = [
    "DIRECT",
    "BadRoutes",
    "Body",
    "ProposedRow",
    "RouteRule",
    "Touched",
    "Who",
    "body_from_json",
    "body_to_json",
    "check_routes",
    "route",
    "routes_from_table",
    "routes_to_table",
    "row_key",
    "touched_by",
]
