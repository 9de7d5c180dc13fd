"""Who is told what about loans. Counts, days and case numbers only, never a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from uuid import UUID

from django.urls import reverse
from django.utils import timezone

from dangan.access import registry, units
from dangan.access.models import Account, AccountState, Grant
from dangan.access.queries import in_force
from dangan.materials.loans.models import Loan
from dangan.notices.actions import Letter, tell_all

PERMISSION = "loans.manage"


def keepers(permission: str = PERMISSION) -> list[tuple[UUID, UUID | None]]:
    """Active accounts that hold the permission, each with the unit it is held for."""
    roles = [key for key, role in registry.matrix().roles.items() if permission in role.permissions]
    held = Grant.objects.filter(
        in_force(timezone.localdate()), role__in=roles, account__state=AccountState.ACTIVE
    )
    return list(held.values_list("account", "unit"))


def tell_archivists(loans: Iterable[Loan], topic: str, *, urgent: bool = False) -> None:
    """One word to each archivist about all of their loans among these."""
    counted: Counter[UUID] = Counter()
    rows, holders = list(loans), keepers()
    for row in rows:
        path = units.path(row.volume.subject.unit)
        for account in {who for who, unit in holders if unit is None or unit in path}:
            counted[account] += 1
    url = reverse("loans:register")
    tell_all(
        [
            Letter((account,), topic, url, {"count": count}, urgent)
            for account, count in counted.items()
        ]
    )


def tell_borrower(row: Loan, topic: str, *, urgent: bool = False) -> None:
    """A word to the borrower, if it is somebody with an account in force."""
    tell_all(letters_to_borrowers([(row, topic)], urgent=urgent))


def letters_to_borrowers(told: Iterable[tuple[Loan, str]], *, urgent: bool = False) -> list[Letter]:
    """A letter for each loan whose borrower has an account in force; one statement."""
    pairs = [(row, topic) for row, topic in told if row.request.borrower]
    wanted = {row.request.borrower for row, _topic in pairs if row.request.borrower}
    active = set(
        Account.objects.filter(pk__in=wanted, state=AccountState.ACTIVE).values_list(
            "pk", flat=True
        )
    )
    url = reverse("loans:mine")
    return [
        Letter(
            (row.request.borrower,),
            topic,
            url,
            {"number": row.request.number, "date": row.due.isoformat() if row.due else ""},
            urgent,
        )
        for row, topic in pairs
        if row.request.borrower in active
    ]
