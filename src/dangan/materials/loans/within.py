"""Which rows of a register somebody sees: those of people over whose unit they hold a right."""

from __future__ import annotations

from django.db.models import Q

from dangan.access.rules import Actor
from dangan.materials.catalogue.queries.reach import units_within


def within(actor: Actor, permission: str, path: str = "volume__subject__unit") -> Q:
    """Rows whose person, at ``path``, is in a unit over which the actor holds ``permission``."""
    units = units_within(actor, permission)
    return Q() if units is None else Q(**{f"{path}__in": units})
