"""Who is told that checks are due. Counts only."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dangan.access import registry, units
from dangan.access.models import AccountState, Grant
from dangan.access.queries import in_force
from dangan.materials.catalogue.queries import settings
from dangan.materials.storeroom.models import Place, Reminder
from dangan.materials.storeroom.queries.checking import due_places
from dangan.materials.storeroom.queries.places import tree
from dangan.notices.actions import Letter, tell_all

PERMISSION = "storeroom.manage"
TOPIC = "storeroom.check_due"


def remind() -> int:
    """Tells whoever runs a storeroom how many of its places are due, once for each time that a
    place is due. How many were told of."""
    today = timezone.localdate()
    with transaction.atomic():
        late = [one for one in due_places(tree(), settings().check_months, today) if one.late]
        told = set(Reminder.objects.values_list("place", "due"))
        new = [one for one in late if (one.place, one.due) not in told]
        if not new:
            return 0
        Reminder.objects.bulk_create(
            (Reminder(place_id=one.place, due=one.due, at=timezone.now()) for one in new),
            ignore_conflicts=True,
        )
        tell_all(_letters([one.place for one in new]))
    return len(new)


def _letters(places: list[UUID]) -> list[Letter]:
    grown = tree()
    rooms = [grown.room(row.pk).unit for row in Place.objects.filter(pk__in=places)]
    url = reverse("storeroom:checks")
    letters = []
    for account, unit in _keepers():
        count = sum(1 for room in rooms if unit is None or room is None or unit in units.path(room))
        if count:
            letters.append(Letter((account,), TOPIC, url, {"count": count}))
    return letters


def _keepers() -> list[tuple[UUID, UUID | None]]:
    """Active accounts that run storerooms, each with the unit it is for."""
    roles = [key for key, role in registry.matrix().roles.items() if PERMISSION in role.permissions]
    held = Grant.objects.filter(
        in_force(timezone.localdate()), role__in=roles, account__state=AccountState.ACTIVE
    )
    return list(held.values_list("account", "unit").distinct())
