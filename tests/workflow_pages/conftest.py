"""The cast at work, in browsers: who has signed in as whom, and a case on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.dossiers_pages.conftest import ONLY_IN_TESTS
from tests.workflow.conftest import APPLY, HEAD, HR, LeaveKind, Office, serve

from dangan.access.models import Account
from dangan.access.rules import Actor
from dangan.workflow import actions, handling
from dangan.workflow.models import Case, DefinitionVersion

BACKEND = "dangan.access.backends.SealedLogin"
WHO, HEAD_OF, HR_OF, OTHER = "沈知微", "陆怀瑾", "梁慎行", "罗文博"

FRAME = (
    'UPDATE "sessions_devices_session"',
    'SELECT COUNT(*) AS "__count" FROM "notices_notice"',
    "\nSELECT count(*) FROM (\n    SELECT 1 FROM workflow_task",
    "\nSELECT m.snapshot",
)
"""What the frame of every page asks: how many notices and tasks wait, whether the roster is
fresh; and the session's clock, once a minute."""


@contextmanager
def at_most(count: int) -> Iterator[None]:
    """Asserts that what happens inside costs at most ``count`` statements besides the frame's."""
    with CaptureQueriesContext(connection) as captured:
        yield
    own = [q["sql"] for q in captured if not q["sql"].startswith((*ONLY_IN_TESTS, *FRAME))]
    assert len(own) <= count, "\n".join(f"{n} {sql[:160]}" for n, sql in enumerate(own, 1))


class ShownKind(LeaveKind):
    """Leave with a template, so that the page has something to show."""

    template = "ui/parts/skeleton.html"

    def content(self, actor: Actor, case: Case) -> Mapping[str, object]:  # noqa: ARG002
        return {"days": 3}


@pytest.fixture
def leave() -> Iterator[LeaveKind]:
    kind = ShownKind()
    handling.register(kind)
    yield kind
    handling._kinds.pop("leave", None)


@pytest.fixture
def office(cast) -> Office:
    office = Office(cast)
    office.heads("研发中心", HEAD_OF)
    office.account(WHO)
    office.account(HEAD_OF, "head", unit="研发中心")
    office.account(HR_OF, "hr_manager")
    office.account(OTHER)
    return office


@pytest.fixture
def flow(office: Office, leave: LeaveKind) -> DefinitionVersion:
    return serve(HEAD, HR, APPLY)


SignIn = Callable[[str], Client]


@pytest.fixture
def signed_in(office: Office) -> SignIn:
    """A browser of one of the cast, who has an account."""

    def sign_in(name: str) -> Client:
        client = Client()
        client.force_login(Account.objects.get(pk=office.account(name)), BACKEND)
        return client

    return sign_in


@pytest.fixture
def case(office: Office, flow: DefinitionVersion) -> Case:
    """沈知微 asks for leave; 陆怀瑾 is to decide, then 梁慎行."""
    return start(office, words="请年假 3 天。")


def start(office: Office, *, who: str = WHO, words: str = "") -> Case:
    subject = office.cast.people[who]
    return actions.open_case(
        office.actor(who), definition="leave_flow", subject=subject, object=None,
        facts={"days": 3}, words=words,
    )  # fmt: skip


def url(case: Case | UUID, *more: str) -> str:
    ident = case.id if isinstance(case, Case) else case
    return "/".join(["/flows", str(ident), *more]) + "/"


def main_of(response) -> str:
    return response.content.decode().partition("<main")[2]


def state_of(case: Case) -> str:
    return Case.objects.values_list("state", flat=True).get(pk=case.pk)
