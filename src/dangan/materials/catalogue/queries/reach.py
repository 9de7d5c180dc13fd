"""Which volumes somebody holds a permission over: the set form of ``Actor.may_at``."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from dangan.access.rules import Actor
from dangan.materials.catalogue.models import Volume
from dangan.organization import queries as organization


def units_within(actor: Actor, permission: str) -> set[UUID] | None:
    """The units over which the permission is held; None when it is held over everybody."""
    if not actor.may(permission):
        return set()
    anchors = {grant.unit for grant in actor.grants if permission in grant.role.permissions}
    if None in anchors:
        return None
    tree = organization.tree()
    return set[UUID]().union(*(tree.subtree(anchor) for anchor in anchors if anchor))


def volumes_within(actor: Actor, permission: str) -> QuerySet[Volume]:
    """Volumes, destroyed ones left out, of people over whose unit the permission is held."""
    rows = Volume.objects.exclude(standing=Volume.Standing.DESTROYED)
    units = units_within(actor, permission)
    return rows if units is None else rows.filter(subject__unit__in=units)
