"""The cast at work: who proposes, who decides, and short ways to do it."""

from __future__ import annotations

from uuid import UUID

import pytest
from tests.cast import Cast
from tests.files.conftest import folder
from tests.workflow.conftest import Office

from dangan.access.rules import Actor
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Change, Proposal, Record
from dangan.dossiers.opening import open_rows
from dangan.dossiers.rules import Row, RowPlan
from dangan.vault import queries as vault_queries
from dangan.workflow import actions as workflow
from dangan.workflow.models import Case, Task

__all__ = ["Desk", "folder", "rows_of"]

DEGREE = {"school": "浙江大学", "level": "11", "start": "2013-09", "end": "2016-06"}


def rows_of(subject: UUID, info_set: str) -> list[Row]:
    """What the dossier says now."""
    keys = vault_queries.keys_of([subject])
    return open_rows(keys, dictionary_queries.current())[subject].get(info_set, [])


class Desk(Office):
    """One who asks and those who decide."""

    def __init__(self, cast: Cast) -> None:
        super().__init__(cast)
        self.person = cast.people["沈知微"]
        self.shen = self.actor("沈知微")
        self.hr = self.actor("何雨桐", "hr_specialist")
        self.manager = self.actor("梁慎行", "hr_manager")
        self.finance = self.actor("俞书衡", "finance")
        self.leader = self.actor("罗文博", "leader")
        self.legal = self.actor("法务", "legal")
        self.heads("研发中心", "陆怀瑾")
        self.lu = self.actor("陆怀瑾")

    def row(self, info_set: str, place: int = 0) -> Row:
        return rows_of(self.person, info_set)[place]

    def patch(self, info_set: str, **values: object) -> RowPlan:
        """A change of the first row of a set, on top of what it says now."""
        row = self.row(info_set)
        return RowPlan(info_set, values, row.row, row.version)

    def new(self, info_set: str, **values: object) -> RowPlan:
        return RowPlan(info_set, values)

    def agree_all(self, case: UUID) -> Case:
        """Everybody whose turn it is agrees, until nobody's turn is left."""
        for _ in range(10):
            task = Task.objects.filter(case=case, state="open", role="sign").first()
            if task is None:
                break
            workflow.agree(self.by_account(task.account), case=case, step=task.step)
        return Case.objects.get(id=case)

    def by_account(self, account: UUID) -> Actor:
        people = (self.shen, self.hr, self.manager, self.finance, self.leader, self.legal, self.lu)
        return next(person for person in people if person.id == account)

    def whose_turn(self, case: UUID) -> set[str]:
        tasks = Task.objects.filter(case=case, state="open")
        return {self.by_account(task.account).name for task in tasks}

    def untouched(self) -> tuple[int, int]:
        """What a dossier must still be like when nothing has come of a proposal."""
        return (
            Record.objects.filter(subject=self.person).count(),
            Change.objects.filter(subject=self.person).count(),
        )


def state_of(proposal: UUID) -> str:
    return Proposal.objects.get(id=proposal).state


@pytest.fixture
def desk(cast: Cast) -> Desk:
    return Desk(cast)
