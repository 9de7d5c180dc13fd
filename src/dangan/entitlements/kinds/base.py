"""What the kinds of case about rights have alike."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import ClassVar, TypeVar
from uuid import UUID

from django.utils import timezone

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.entitlements.models import Wish
from dangan.workflow.handling import CannotTakeEffect, CaseKind
from dangan.workflow.models import Case

W = TypeVar("W", bound=Wish)


def object_of(case: Case) -> UUID:
    """The row that the case was opened with; raises :class:`LookupError` without one."""
    if case.object is None:
        raise LookupError(case.number)
    return case.object


class WishKind(CaseKind):
    """A kind whose case carries a row of one of ``tables``."""

    grave: ClassVar[bool] = True
    tables: ClassVar[tuple[type[Wish], ...]] = ()

    def wish(self, case: Case, *, lock: bool = False) -> Wish:
        """The row that the case is about; raises :class:`LookupError`."""
        for table in self.tables:
            rows = table._default_manager.all()
            if lock:
                rows = rows.select_for_update()
            found = rows.filter(pk=object_of(case)).first()
            if found is not None:
                return found
        raise LookupError(case.object)

    def wishes(self, cases: Sequence[Case]) -> dict[UUID, Wish]:
        """The rows of these cases, by the row's identifier; one statement a table."""
        ids = [case.object for case in cases if case.object]
        return {
            row.id: row
            for table in self.tables
            for row in table._default_manager.filter(pk__in=ids)
        }

    @abstractmethod
    def describe(self, wish: Wish) -> str:
        """What is asked for in one line, without a person's data."""

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:  # noqa: ARG002
        rows = self.wishes(cases)
        return {
            case.id: self.describe(rows[case.object])
            for case in cases
            if case.object is not None and case.object in rows
        }

    def perform(self, actor: Actor, case: Case, act: str) -> None:  # noqa: ARG002 - one act each
        """What was asked for takes effect, decided by ``actor``, who neither asked nor gains."""
        wish = self.wish(case, lock=True)
        if wish.state != Wish.State.OPEN:
            raise CannotTakeEffect(Message("这项申请已经办结"))
        if actor.id in {wish.requested_by, wish.account}:
            raise CannotTakeEffect(Message("申请人和受益人不能同意自己的申请，请转交另一个人"))
        self.grant(actor, wish, case)
        wish.state, wish.decided_by, wish.decided_at = (
            Wish.State.GRANTED,
            actor.id,
            timezone.now(),
        )
        wish.save(update_fields=["state", "decided_by", "decided_at"])

    @abstractmethod
    def grant(self, actor: Actor, wish: Wish, case: Case) -> None:
        """The effect itself; raises :class:`CannotTakeEffect`."""

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:
        if outcome == "agreed":
            return
        wish = self.wish(case, lock=True)
        if wish.state == Wish.State.OPEN:
            wish.state = Wish.State.REFUSED if outcome == "refused" else Wish.State.WITHDRAWN
            wish.decided_by, wish.decided_at = actor.id, timezone.now()
            wish.save(update_fields=["state", "decided_by", "decided_at"])
