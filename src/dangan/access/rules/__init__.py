"""Who may do what to which part of whose dossier: decided here and nowhere else.

``decide`` answers "may I?", ``scope`` answers "for whom may I?". The first is the
second asked about one person, so a list and a page can never disagree.
Everything is denied unless a line of the matrix allows it.
"""

from dangan.access.rules.decisions import (
    Decision,
    Resource,
    Scope,
    Showing,
    decide,
    field_showings,
    may_edit,
    reach,
    scope,
)
from dangan.access.rules.parties import (
    EVERYONE,
    NOWHERE,
    Actor,
    FieldRule,
    Permit,
    Reach,
    Role,
    RoleGrant,
)
from dangan.access.rules.refusals import Absent, Refused, refuse, require

__all__ = [
    "EVERYONE",
    "NOWHERE",
    "Absent",
    "Actor",
    "Decision",
    "FieldRule",
    "Permit",
    "Reach",
    "Refused",
    "Resource",
    "Role",
    "RoleGrant",
    "Scope",
    "Showing",
    "decide",
    "field_showings",
    "may_edit",
    "reach",
    "refuse",
    "require",
    "scope",
]
