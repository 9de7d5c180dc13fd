"""What the kinds have in common: a row that a case carries, and its end."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar
from uuid import UUID

from django.db import models
from django.utils import timezone

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.materials.consultation.models import Use
from dangan.workflow.handling import CannotTakeEffect, CaseKind, Fact
from dangan.workflow.models import Case, Task

Row = TypeVar("Row", bound=Use)

FILE_KIND = Fact(
    "file_kind",
    "档案种类",
    "Kind of file",
    "choice",
    (
        ("cadre", "干部人事档案", "Cadre file"),
        ("staff", "企业职工档案", "Staff file"),
        ("employee_file", "单位自有资料", "The firm's own file"),
    ),
)
TOP_SECRECY = Fact("top_secrecy", "最高密级（2 机密、3 绝密）", "Highest secrecy mark", "number")


class UseKind(CaseKind, Generic[Row]):
    """A kind whose case carries one row of ``table``."""

    table: ClassVar[type[models.Model]]

    def row(self, case: Case, *, lock: bool = False) -> Row:
        """The row of the case; raises :class:`LookupError`."""
        rows = self.table._default_manager.all()
        rows = rows.select_for_update(of=("self",)) if lock else rows
        found: Any = rows.select_related("volume__subject", "volume__fonds").filter(pk=case.object)
        row: Row | None = found.first()
        if row is None:
            raise LookupError(case.number)
        return row

    @abstractmethod
    def describe(self, row: Row) -> str:
        """What is asked for in one line, without a person's data."""

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:  # noqa: ARG002
        wanted = {case.object: case.id for case in cases if case.object}
        rows: Any = self.table._default_manager.select_related("volume").filter(pk__in=wanted)
        return {wanted[row.pk]: self.describe(row) for row in rows}

    def perform(self, actor: Actor, case: Case, act: str) -> None:  # noqa: ARG002 - one act each
        """What was asked for takes effect, decided last by ``actor``."""
        row = self.row(case, lock=True)
        if row.state != Use.State.OPEN:
            raise CannotTakeEffect(Message("这项申请已经办结。"))
        if actor.id == row.by:
            raise CannotTakeEffect(Message("申请人不能同意自己的申请，请转交另一个人。"))
        self.grant(actor, row, case)
        row.state, row.decided_by, row.decided_at = Use.State.GRANTED, actor.id, timezone.now()
        row.save()

    @abstractmethod
    def grant(self, actor: Actor, row: Row, case: Case) -> None:
        """The effect itself, on the locked row; raises :class:`CannotTakeEffect`."""

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:
        if outcome == "agreed":
            return
        row = self.row(case, lock=True)
        if row.state == Use.State.OPEN:
            row.state = Use.State.REFUSED if outcome == "refused" else Use.State.WITHDRAWN
            row.decided_by, row.decided_at = actor.id, timezone.now()
            row.save(update_fields=["state", "decided_by", "decided_at"])

    @abstractmethod
    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        """What the case shows of the row, cut to the actor's rights."""


def signers(case: Case) -> list[UUID]:
    """Who has agreed so far, step by step, once each step: real hands, not whom they stood in
    for."""
    done = Task.objects.filter(case=case, role="sign", state=Task.State.DONE, verdict="agree")
    steps: dict[str, UUID] = {}
    for step, by in done.order_by("done_at").values_list("step", "done_by"):
        if by is not None:
            steps[step] = by
    return list(steps.values())
