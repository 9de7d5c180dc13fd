"""The files of the demonstration's archive room as its stories take them in hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from dangan.access.rules import Refused
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries import Item, contents, look
from dangan.materials.consultation.problems import BadRequest
from dangan.materials.loans.problems import LoanProblem
from dangan.materials.transfers.problems import TransferProblem
from dangan.operations.demo.archive import Kept
from dangan.operations.demo.office import Office
from dangan.operations.demo.person import Person
from dangan.workflow.models import Task
from dangan.workflow.problems import CannotStart

File = tuple[Person, Volume]
_REFUSALS = (
    Refused, BadRequest, CannotStart, CatalogueProblem, LoanProblem, TransferProblem,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Files:
    """Who is at work, and the files in hand."""

    office: Office
    kept: Kept
    staff: Sequence[File]
    """Of people who work here and have no account."""
    left: Sequence[File]

    def first(self, start: int, deed: Callable[[Person, Volume], object]) -> None:
        """Does it with the first of the staff's files from ``start`` on that no verb refuses."""
        at = start % len(self.staff)
        first_of([*self.staff[at:], *self.staff[:at]], deed)


def files_of(office: Office, kept: Kept) -> Files:
    """Sorted by whose they are."""
    numbers = {person.number for person in office.owners.values()}
    others = [pair for pair in kept.volumes if pair[0].number not in numbers]
    staff = [pair for pair in others if not pair[0].departed]
    return Files(office, kept, staff, [pair for pair in others if pair[0].departed])


def first_of(files: Iterable[File], deed: Callable[[Person, Volume], object]) -> None:
    """A verb refuses mostly because two invented people turned out to be relatives."""
    for person, volume in files:
        try:
            with transaction.atomic():
                deed(person, volume)
        except _REFUSALS:
            continue
        return


def papers_in(office: Office, volume: Volume) -> list[Item]:
    """What the archivist sees in it, by class and day."""
    found = contents(look(office.actor("archivist"), volume.pk))[0]
    return sorted(found, key=lambda item: (item.body.category, item.body.formed, item.body.title))


def carry(office: Office, case: UUID, *, until: str = "") -> None:
    """Whoever's turn it is agrees, up to a step or to the end; never for somebody without one of
    the demonstration accounts."""
    logins = {account: login for login, account in office.accounts.items()}
    while True:
        waiting = Task.objects.filter(case=case, state=Task.State.OPEN).exclude(step=until)
        task = next((one for one in waiting.order_by("pk") if one.account in logins), None)
        if task is None:
            return
        office.agree(logins[task.account], case, task.step)
