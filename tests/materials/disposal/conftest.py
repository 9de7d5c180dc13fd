"""A firm whose people have left long ago: everybody who takes part in a destruction."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import pyotp
import pytest
from django.db import connection
from django.test import Client
from tests.archive import LINES, Archive, make_archive
from tests.cast import Cast

from dangan.access import actions as access
from dangan.access.factors import actions as factors
from dangan.access.factors import steps
from dangan.access.models import Account, SecondFactor
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Record, Subject
from dangan.dossiers.rules import RowPlan, SubjectPlan
from dangan.materials.catalogue import actions as catalogue
from dangan.materials.catalogue.models import Volume
from dangan.materials.disposal import actions
from dangan.materials.disposal.actions.listing import Pick
from dangan.materials.disposal.models import DestructionList
from dangan.materials.disposal.scanning import scan
from dangan.vault import actions as vault_actions
from dangan.workflow import actions as workflow
from dangan.workflow.models import Task

BACKEND = "dangan.access.backends.SealedLogin"
PASSWORD = "chengxu2026"

WHO: dict[str, list[str]] = {
    "archivist": ["archivist"],
    "archivist2": ["archivist"],
    "legal": ["legal"],
    "privacy": ["privacy_officer"],
    "leader": ["leader"],
    "manager": ["hr_manager"],
    "hr": ["hr_specialist"],
}


@dataclass
class House:
    """Accounts by name, with telephones for those who witness."""

    cast: Cast
    archive: Archive
    ids: dict[str, UUID] = field(default_factory=dict)
    phones: dict[str, str] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)

    def actor(self, name: str) -> Actor:
        return actor_of(self.ids[name], address="127.0.0.1")

    def browser(self, name: str) -> Client:
        """Signed in, and just proved present: what is grave asks those who have a telephone."""
        client = Client()
        client.force_login(Account.objects.get(pk=self.ids[name]), BACKEND)
        session = client.session
        steps.prove(session, "app")
        session.save()
        return client

    def enrol(self, name: str) -> None:
        """Puts a telephone into somebody's hand."""
        actor = self.actor(name)
        offer = factors.begin_app(actor)
        factors.confirm_app(actor, code=pyotp.TOTP(offer.secret).now())
        self.phones[name] = offer.secret

    def code(self, name: str) -> str:
        """A code that was not used: the counter of used steps is put back."""
        SecondFactor.objects.filter(account=self.ids[name]).update(last_step=0)
        return pyotp.TOTP(self.phones[name]).now()

    def leave(self, name: str, day: date = date(2020, 3, 31)) -> UUID:
        """Somebody has left on that day."""
        subject = self.cast.people[name]
        row = Record.objects.get(subject=subject, info_set="post", current=True)
        dossiers.apply_plans(
            console_actor(purpose="测试"),
            plans=[
                SubjectPlan(
                    [RowPlan("post", {"left": day.isoformat()}, row.row, row.version)], subject
                )
            ],
            reason="离职",
        )
        Subject.objects.filter(pk=subject).update(state=Subject.State.DEPARTED)
        return subject

    def volume(self, name: str, retention: str = "y2", *, pay: bool = False) -> Volume:
        """Their file with two materials; ``pay`` adds one that must be kept for thirty years."""
        made = self.archive.volume(name, "employee_file", lines=False)
        for body in LINES if pay else LINES[:2]:
            item = catalogue.file_material(self.archive.archivist, volume=made.pk, body=body)
            self.archive.materials[body.title] = item.id
        Volume.objects.filter(pk=made.pk).update(retention=retention)
        made.refresh_from_db()
        return made

    def due(self) -> int:
        return scan(console_actor(purpose="测试"))

    def draft(self, *picks: Pick, by: str = "archivist") -> DestructionList:
        return actions.draft_list(self.actor(by), picks=picks)

    def submitted(self, *picks: Pick) -> DestructionList:
        row = self.draft(*picks)
        return actions.submit(self.actor("archivist"), list_=row.pk, group=["甲", "乙"])

    def approved(self, *picks: Pick) -> DestructionList:
        row = self.submitted(*picks)
        for who, step in (("legal", "legal"), ("privacy", "privacy"), ("leader", "leader")):
            assert row.case
            workflow.agree(self.actor(who), case=row.case, step=step)
        row.refresh_from_db()
        return row

    def witnessed(self, *picks: Pick) -> DestructionList:
        row = self.approved(*picks)
        for who in ("privacy", "manager"):
            actions.witness(self.actor(who), list_=row.pk, code=self.code(who))
        return row

    def destroyed(self, *picks: Pick) -> DestructionList:
        row = self.witnessed(*picks)
        return actions.execute(self.actor("archivist"), list_=row.pk)

    def open_tasks(self, row: DestructionList) -> set[str]:
        names = {account: name for name, account in self.ids.items()}
        tasks = Task.objects.filter(case=row.case, state="open")
        return {names[task.account] for task in tasks}


def rotate_all(console: Actor) -> None:
    """Rotates the keys; damaged ones, which other stories have left, stay under no epoch."""
    damaged = vault_actions.rotate(console).damaged
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM keystore.data_key WHERE subject = ANY(%s)", [list(damaged)])


def make_house(cast: Cast) -> House:
    made = House(cast, make_archive(cast))
    for name, roles in WHO.items():
        row = access.create_account(
            console_actor(),
            login=name,
            name=name,
            subject=None,
            roles=[(role, None) for role in roles],
            password=PASSWORD,
            must_change=False,
        )
        made.ids[name] = row.id
    for name in ("privacy", "manager", "archivist2"):
        made.enrol(name)
    return made


@pytest.fixture
def house(cast: Cast) -> House:
    return make_house(cast)
