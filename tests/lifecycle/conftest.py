"""The cast at its desks: everybody who takes part in staff movements, with an account."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone
from tests.cast import Cast
from tests.workflow.conftest import Office

from dangan.access.queries import actor_of, console_actor
from dangan.access.rules import Actor
from dangan.dossiers import actions as dossiers
from dangan.dossiers.models import Subject
from dangan.dossiers.rules import Row, RowPlan
from dangan.lifecycle.actions import start
from dangan.lifecycle.models import Movement
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.standing import standing_of
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case, Task

SEATS = {
    "何雨桐": ("hr_specialist",),
    "梁慎行": ("hr_manager",),
    "俞书衡": ("finance",),
    "法务": ("legal",),
    "行政": ("administration",),
    "信息": ("it",),
    "档案": ("archivist",),
    "领导": ("leader",),
    "陆怀瑾": (),
    "罗文博": (),
    "沈知微": (),
}
"""Who holds which role; those who are not in the cast have an account but no dossier."""

HANDOVER = {
    "handover_department": ("陆怀瑾", ("work", "documents", "successor")),
    "handover_administration": ("行政", ("desk", "keys", "vehicle")),
    "handover_it": ("信息", ("devices", "accounts", "data")),
    "handover_archive": ("档案", ("loans", "secret")),
}


class Firm:
    """Accounts by name, and what they do."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.office = Office(cast)
        self.office.heads("研发中心", "陆怀瑾")
        self.office.heads("销售部", "罗文博")
        for name, roles in SEATS.items():
            self.office.account(name, *roles)

    def actor(self, name: str) -> Actor:
        return self.office.actor(name)

    def person(self, name: str) -> UUID:
        return self.cast.people[name]

    def unit(self, name: str) -> str:
        return str(self.cast.units[name])

    def start(self, by: str, kind: str, whom: str, effective: date, **form: Any) -> Case:
        """Begins a movement; ``details`` go to the form as they are."""
        movement = start(
            self.actor(by),
            kind=kind,
            subject=self.person(whom),
            body=Body(reason=form.pop("reason", "工作需要"), **form),
            effective=effective,
            by_self=by == whom,
        )
        return Case.objects.get(pk=movement.case)

    def desks(self, case: Case) -> set[str]:
        """The steps that wait for somebody."""
        return set(
            Task.objects.filter(case=case, state=Task.State.OPEN).values_list("step", flat=True)
        )

    def agree(self, name: str, case: Case, step: str, words: str = "") -> Case:
        return workflow.agree(self.actor(name), case=case.id, step=step, words=words)

    def fill(
        self, name: str, case: Case, part: str, data: Mapping[str, Any], *, step: str = ""
    ) -> Case:
        return workflow.fill(
            self.actor(name), case=case.id, step=step or part, part=part, data=data
        )

    def whoever(self, case: Case, step: str) -> Actor:
        """Somebody whose turn it is."""
        task = Task.objects.filter(case=case, step=step, state=Task.State.OPEN).first()
        assert task is not None, self.desks(case)
        return actor_of(task.account)

    def hand_over(self, case: Case) -> None:
        """Every department signs its lines."""
        for part, (name, lines) in HANDOVER.items():
            self.fill(name, case, part, signed(*lines))

    def settle(self, case: Case, last_day: date) -> None:
        """Legal and finance sign theirs."""
        self.fill(
            "法务",
            case,
            "agreement",
            signed("contract", "secrecy", "noncompete") | {"agreement_note": "协商无异议"},
        )
        self.fill(
            "俞书衡",
            case,
            "settlement",
            signed("wages", "loans", "compensation") | {"settled_until": last_day.isoformat()},
        )

    def rows(self, name: str, info_set: str) -> list[Row]:
        """Current rows of a dossier, oldest first."""
        found = standing_of(self.person(name)).rows.get(info_set, [])
        return sorted(found, key=lambda row: str(row.values.get("start") or ""))

    def post(self, name: str) -> Mapping[str, Any]:
        """The row that speaks."""
        row = standing_of(self.person(name)).present.post
        assert row is not None
        return row.values

    def put(self, name: str, info_set: str, **values: Any) -> None:
        """Corrects the first row of a set, or adds it, as the console."""
        rows = self.rows(name, info_set)
        row = rows[0] if rows else None
        dossiers.save_row(
            console_actor(),
            subject=self.person(name),
            info_set=info_set,
            row=row.row if row else None,
            base_version=row.version if row else 0,
            values=values,
        )

    def state(self, name: str) -> str:
        return Subject.objects.get(pk=self.person(name)).state

    def movement(self, case: Case) -> Movement:
        return Movement.objects.get(case=case.id)


def signed(*lines: str) -> dict[str, str]:
    """The form of a department whose lines are all done."""
    return {f"state-{line}": "done" for line in lines}


def today() -> date:
    return timezone.localdate()


def in_days(days: int) -> date:
    return today() + timedelta(days=days)


def draft(firm: Firm, name: str = "秦语桐", number: str = "030099") -> UUID:
    """A newcomer's dossier as HR opened it."""
    written = dossiers.create_subject(
        console_actor(),
        rows=[
            RowPlan(
                "identity",
                {"name": name, "employee_number": number, "sex": "2", "birth_date": "1998-08-15"},
            ),
            RowPlan("post", {"unit": firm.unit("销售部"), "position": "销售助理"}),
        ],
    )
    firm.cast.people[name] = written.subject
    return written.subject


def account_of(firm: Firm, name: str) -> UUID:
    return firm.office.account(name)


@pytest.fixture
def firm(cast: Cast) -> Firm:
    return Firm(cast)


__all__ = [
    "Firm",
    "account_of",
    "draft",
    "in_days",
    "signed",
    "today",
]
