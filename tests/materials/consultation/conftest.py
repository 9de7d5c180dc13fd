"""An archive room with people at work: accounts, a cadre file, and requests carried through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from tests.access.hashing import QUICK
from tests.archive import Archive, make_archive
from tests.cast import Cast, make_cast

from dangan.access import actions as access
from dangan.access.actions import login
from dangan.access.models import Account
from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.materials.catalogue.models import Volume
from dangan.materials.consultation import actions
from dangan.materials.consultation.actions import ConsultationWish
from dangan.materials.consultation.forms.scope import ScopeForm
from dangan.materials.consultation.models import Consultation, Use
from dangan.materials.consultation.rules.bodies import Scope
from dangan.organization import actions as organization
from dangan.workflow import actions as workflow
from dangan.workflow.handling import kind_of
from dangan.workflow.models import Case, Task

BACKEND = "dangan.access.backends.SealedLogin"

WHO: dict[str, tuple[str, list[tuple[str, str | None]]]] = {
    # account: (name in the cast or "", roles with the unit they hold for)
    "liang": ("梁慎行", [("hr_manager", None)]),
    "he": ("何雨桐", [("hr_specialist", None)]),
    "yu": ("俞书衡", [("finance", None)]),
    "lu": ("陆怀瑾", []),
    "shen": ("沈知微", []),
    "luo": ("罗文博", []),
    "wen": ("", [("archivist", None)]),
    "wen2": ("", [("archivist", None)]),
    "south": ("", [("archivist", "华南公司")]),
    "boss": ("", [("leader", None)]),
    "privacy": ("", [("privacy_officer", None)]),
}


@dataclass
class Room:
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

    def volume(self, name: str = "沈知微", kind: str = "cadre") -> Volume:
        if name not in self.archive.volumes:
            self.archive.volume(name, kind)
        return self.archive.volumes[name]

    def ask(
        self, who: str = "he", readers: Sequence[str] = ("he", "yu"), **more: Any
    ) -> Consultation:
        return self.ask_all(who, readers, **more)[0]

    def ask_all(
        self, who: str = "he", readers: Sequence[str] = ("he", "yu"), **more: Any
    ) -> list[Consultation]:
        names = more.pop("whom", ("沈知微",))
        kind = more.pop("kind", "cadre")
        given: dict[str, Any] = {
            "volumes": [self.volume(name, kind).pk for name in names],
            "readers": [self.ids[one] for one in readers],
            "ground": "2",
            "purpose": "拟任研发中心副主任，考察任职经历",
            "scope": more.pop("scope", Scope(hours=8)),
        } | more
        return actions.ask_consultation(self.actor(who), wish=ConsultationWish(**given))

    def turns(self, case: UUID | None) -> list[tuple[str, str, str]]:
        """(login name, step, role) of whoever's turn it is."""
        names = {account: name for name, account in self.ids.items()}
        tasks = Task.objects.filter(case=case, state="open", role__in=["sign", "fill"])
        return [(names[t.account], t.step, t.role) for t in tasks.order_by("id")]

    def agree(self, case: UUID | None, who: str = "", **fill: Any) -> str:
        """Whoever's turn it is agrees or fills in; the step."""
        assert case is not None
        turns = [turn for turn in self.turns(case) if not who or turn[0] == who]
        login_name, step, role = turns[0]
        if role == "sign":
            workflow.agree(self.actor(login_name), case=case, step=step)
        else:
            workflow.fill(
                self.actor(login_name), case=case, step=step, part="scope",
                data=self.granting(case, **fill),
            )  # fmt: skip
        return step

    def granting(self, case: UUID, **fill: Any) -> dict[str, Any]:
        """What the archivist sends: everything that was asked for, or ``fill``."""
        row = Consultation.objects.get(case=case)
        form = kind_of("consultation").fill_form(
            self.actor("wen"), Case.objects.get(pk=case), "scope"
        )
        assert isinstance(form, ScopeForm)
        offered = [value for value, _label in form.fields["materials"].choices]
        given: dict[str, Any] = {
            "checked": "函件齐全，身份相符",
            "materials": offered,
            "hours": row.hours,
        }
        given |= {name: "on" for name in ("whole", "print", "download") if name in form.fields}
        given |= fill
        return {key: value for key, value in given.items() if value is not None}

    def carry(self, case: UUID | None, **fill: Any) -> list[str]:
        """Everybody whose turn it is agrees until nobody is left; the steps in order."""
        steps = []
        while self.turns(case):
            steps.append(self.agree(case, **fill))
        return steps

    def agreed(self, **more: Any) -> Consultation:
        """A consultation of the cadre file, agreed but not opened."""
        row = self.ask(**more)
        self.carry(row.case)
        row.refresh_from_db()
        assert row.state == Use.State.GRANTED
        return row

    def opened(self, **more: Any) -> Consultation:
        """The same, with both readers there and the file open."""
        row = self.agreed(**more)
        for seat in row.seats.filter(account__isnull=False):
            actions.arrive(actor_of(seat.account), consultation=row.pk)
        actions.open_reading(self.actor("he"), consultation=row.pk)
        row.refresh_from_db()
        return row

    def later(self, row: Consultation, **by: float) -> None:
        """As if so much time had gone since it was opened, with the readers still there."""
        span = timedelta(**by)
        row.refresh_from_db()
        assert row.opened_at
        assert row.until
        Consultation.objects.filter(pk=row.pk).update(
            opened_at=row.opened_at - span, until=row.until - span
        )


@pytest.fixture(autouse=True)
def quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = [QUICK]
    login._decoy.cache_clear()


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


@pytest.fixture
def room(cast: Cast) -> Room:
    made = Room(cast, make_archive(cast))
    for name, (person, roles) in WHO.items():
        account = access.create_account(
            console_actor(),
            login=name,
            name=person or name,
            subject=cast.people.get(person),
            roles=[(role, cast.units[unit] if unit else None) for role, unit in roles],
            password="chengxu2026",
            must_change=False,
        )
        made.ids[name] = account.id
    for unit, head in (("研发中心", "陆怀瑾"), ("人力资源部", "梁慎行")):
        organization.set_head(console_actor(), unit=cast.units[unit], head=cast.people[head])
    return made
