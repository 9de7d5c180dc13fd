"""The cast at work: their accounts, and cases carried through by everybody whose turn it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests.access.hashing import QUICK
from tests.cast import Cast, make_cast

from dangan.access import actions as access
from dangan.access.actions import login
from dangan.access.models import Account
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.organization import actions as organization
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case, Task

BACKEND = "dangan.access.backends.SealedLogin"
PASSWORD = "chengxu2026"

WHO = {
    # account: (name in the cast or "", roles with the unit they hold for)
    "liang": ("梁慎行", [("hr_manager", None)]),
    "he": ("何雨桐", [("hr_specialist", None)]),
    "yu": ("俞书衡", [("finance", None)]),
    "lu": ("陆怀瑾", []),
    "shen": ("沈知微", []),
    "luo": ("罗文博", []),
    "boss": ("", [("leader", None)]),
    "privacy": ("", [("privacy_officer", None)]),
    "it": ("", [("it", None)]),
    "it2": ("", [("it", None)]),
    "audit": ("", [("auditor", None)]),
    "guard": ("", [("security_admin", None)]),
}


@dataclass
class Office:
    """Accounts by login name; ``actor`` reads rights anew, as a request does."""

    cast: Cast
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
        return [(names[task.account], task.step) for task in tasks]

    def carry(self, case: UUID) -> list[str]:
        """Everybody whose turn it is agrees until nobody is left; who did, in order."""
        agreed = []
        while turns := self.waiting(case):
            who, step = turns[0]
            workflow.agree(self.actor(who), case=case, step=step)
            agreed.append(who)
        return agreed

    def state(self, case: UUID) -> str:
        return Case.objects.get(pk=case).state


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [QUICK]
    login._decoy.cache_clear()


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def console(db: None) -> Actor:
    return console_actor()


@pytest.fixture
def office(cast: Cast) -> Office:
    made = Office(cast)
    for name, (person, roles) in WHO.items():
        account = access.create_account(
            console_actor(),
            login=name,
            name=person or name,
            subject=cast.people.get(person),
            roles=roles,
            password=PASSWORD,
            must_change=False,
        )
        made.ids[name] = account.id
    for unit, head in (("研发中心", "陆怀瑾"), ("人力资源部", "梁慎行")):
        organization.set_head(console_actor(), unit=cast.units[unit], head=cast.people[head])
    return made


Say = Callable[..., Any]
