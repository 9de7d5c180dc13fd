"""The cast at work around the archive: accounts, and cases carried through by whose turn it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.test import Client
from tests.archive import Archive
from tests.cast import Cast

from dangan.access import actions as access
from dangan.access.models import Account
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.organization import actions as organization
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case, Task

BACKEND = "dangan.access.backends.SealedLogin"
WHO: dict[str, tuple[str, list[str]]] = {
    # login: (name in the cast or "", roles held everywhere)
    "liang": ("梁慎行", ["hr_manager"]),
    "he": ("何雨桐", ["hr_specialist"]),
    "lu": ("陆怀瑾", []),
    "shen": ("沈知微", []),
    "luo": ("罗文博", []),
    "boss": ("", ["leader"]),
    "keeper": ("", ["archivist"]),
    "keeper2": ("", ["archivist"]),
}


@dataclass
class Office:
    """Accounts by login name; ``actor`` reads rights anew, as a request does."""

    cast: Cast
    archive: Archive
    ids: dict[str, UUID] = field(default_factory=dict)

    def __getitem__(self, login: str) -> UUID:
        return self.ids[login]

    def actor(self, login: str) -> Actor:
        return actor_of(self.ids[login], address="127.0.0.1")

    def browser(self, login: str) -> Client:
        client = Client()
        client.force_login(Account.objects.get(pk=self.ids[login]), BACKEND)
        return client

    def waiting(self, case: UUID) -> list[tuple[str, str]]:
        """(login name, step) of whoever's turn it is."""
        names = {account: login for login, account in self.ids.items()}
        tasks = Task.objects.filter(case=case, state="open", role="sign").order_by("id")
        return [(names[task.account], task.step) for task in tasks if task.account in names]

    def carry(self, case: UUID | None) -> list[str]:
        """Everybody whose turn it is agrees until nobody is left; who did, in order."""
        assert case is not None
        agreed = []
        while turns := self.waiting(case):
            who, step = turns[0]
            workflow.agree(self.actor(who), case=case, step=step)
            agreed.append(who)
        return agreed

    def state(self, case: UUID | None) -> str:
        return Case.objects.get(pk=case).state


def make_office(cast: Cast, archive: Archive) -> Office:
    """Everybody of :data:`WHO` with an account; two departments with their heads."""
    made = Office(cast, archive)
    for name, (person, roles) in WHO.items():
        account = access.create_account(
            console_actor(),
            login=name,
            name=person or name,
            subject=cast.people.get(person),
            roles=[(role, None) for role in roles],
            password="chengxu2026",
            must_change=False,
        )
        made.ids[name] = account.id
    for unit, head in (("研发中心", "陆怀瑾"), ("人力资源部", "梁慎行")):
        organization.set_head(console_actor(), unit=cast.units[unit], head=cast.people[head])
    return made
