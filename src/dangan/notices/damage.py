"""Sealed files that are missing or altered: whoever runs the service is told how many."""

from __future__ import annotations

from django.utils import timezone

from dangan.access import registry
from dangan.access.models import Account, AccountState, Grant
from dangan.access.queries import in_force
from dangan.notices.actions import tell

PERMISSION = "keys.request"
"""What they hold who answer for keys and files."""


def tell_damage(count: int) -> None:
    """Tells every account in force with the permission, in the caller's transaction.

    A count only: which files they are stands in the log.
    """
    roles = [key for key, role in registry.matrix().roles.items() if PERMISSION in role.permissions]
    held = Grant.objects.filter(in_force(timezone.localdate()), role__in=roles)
    accounts = Account.objects.filter(pk__in=held.values("account"), state=AccountState.ACTIVE)
    tell(
        accounts=list(accounts.values_list("pk", flat=True)),
        topic="file.damaged",
        url="/",
        facts={"count": count},
        urgent=True,
    )
