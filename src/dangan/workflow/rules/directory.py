"""What the engine asks of the organisation, and how the answers are kept.

The engine never looks anything up: it asks :class:`Asking`, which either asks a live
:class:`Directory` and writes down what it said, or gives what was written down before.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from dangan.workflow.rules.conditions import chosen_arm
from dangan.workflow.rules.definitions import Branch
from dangan.workflow.rules.states import Facts

Due: TypeAlias = Callable[[datetime, float], datetime]
"""From when, how many working days → when (``organization.calendar``'s ``Calendar.due``)."""


class Directory(Protocol):
    """Who is who. All answers are ids as text; people who cannot sign in are left out."""

    def unit_of(self, subject: str) -> str:
        """The unit the subject is in; empty when there is none."""
        ...

    def unit_of_account(self, account: str) -> str:
        """The unit of whoever holds the account; for cases about nobody."""
        ...

    def account_of(self, subject: str) -> str:
        """The subject's account that may sign in; empty when there is none."""
        ...

    def heads(self, unit: str) -> Sequence[str]:
        """Head of the unit, of the one above, … up to the root; empty text where there is none.

        A dissolved or unknown unit answers with what stands above it.
        """
        ...

    def supervisors(self, subject: str) -> Sequence[str]:
        """The personal superior, the superior's superior, …; empty text where there is none."""
        ...

    def holders(self, role: str, unit: str) -> Sequence[str]:
        """Accounts holding ``role`` by a grant that reaches ``unit`` (any unit when empty)."""
        ...

    def active(self, account: str) -> bool:
        """Whether the account may sign in today."""
        ...


class Asking(ABC):
    """The engine's view of the outside: every answer is kept in ``answers`` by its question.

    Subclasses say where an answer comes from. The same question within one event is asked once.
    """

    __slots__ = ("answers",)

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    @abstractmethod
    def _ask(self, question: str, what: str, *given: Any) -> Any:
        """The answer of ``what`` for ``given``, kept under ``question``."""

    def place(self, subject: str, initiator: str) -> str:
        """Where the case belongs: the unit of the person concerned, else of the initiator."""
        if subject:
            return str(self._ask(f"unit {subject}", "unit_of", subject))
        return str(self._ask(f"unit of {initiator}", "unit_of_account", initiator))

    def account_of(self, subject: str) -> str:
        return str(self._ask(f"account {subject}", "account_of", subject)) if subject else ""

    def heads(self, unit: str) -> Sequence[str]:
        answer: tuple[str, ...] = self._ask(f"heads {unit}", "heads", unit)
        return answer

    def supervisors(self, subject: str) -> Sequence[str]:
        answer: tuple[str, ...] = self._ask(f"supervisors {subject}", "supervisors", subject)
        return answer

    def holders(self, role: str, unit: str) -> Sequence[str]:
        answer: tuple[str, ...] = self._ask(f"holders {role} {unit}", "holders", role, unit)
        return answer

    def active(self, account: str) -> bool:
        return bool(self._ask(f"active {account}", "active", account))

    def due(self, now: datetime, days: float) -> datetime:
        """When ``days`` working days from now are over; ``now`` is the time of the event."""
        answer = self._ask(f"due {days:g}", "due", now, days)
        return datetime.fromisoformat(answer)

    def arm(self, branch: Branch) -> int:
        """The first arm whose conditions hold; the number of arms when none does."""
        return int(self._ask(f"arm {branch.key}", "arm", branch))

    def unit_fact(self, fact: str) -> str:
        """The unit that a fact names; empty when there is none."""
        return str(self._ask(f"fact {fact}", "fact", fact) or "")

    def effective(self) -> date | None:
        """The day on which the case takes effect; ``None``: at once."""
        answer = self._ask("fact effective", "fact", "effective")
        return date.fromisoformat(answer) if answer else None


class Recording(Asking):
    """Asks the live directory, the calendar and the facts, and keeps what they said."""

    __slots__ = ("_calendar", "_directory", "_facts")

    def __init__(self, directory: Directory, calendar_due: Due, facts: Facts) -> None:
        super().__init__({})
        self._directory, self._calendar, self._facts = directory, calendar_due, facts

    def _ask(self, question: str, what: str, *given: Any) -> Any:
        kept = self.answers
        if question not in kept:
            mine = _MINE.get(what)
            answer = mine(self, *given) if mine else getattr(self._directory, what)(*given)
            kept[question] = tuple(answer) if isinstance(answer, list) else answer
        return kept[question]

    def _due(self, start: datetime, days: float) -> str:
        return self._calendar(start, days).isoformat()

    def _arm(self, branch: Branch) -> int:
        return chosen_arm(branch, self._facts)

    def _fact(self, fact: str) -> Any:
        return self._facts.get(fact)


_MINE: dict[str, Callable[..., Any]] = {
    "due": Recording._due,
    "arm": Recording._arm,
    "fact": Recording._fact,
}
"""What is not asked of the directory."""


class Recorded(Asking):
    """Gives what was kept; nobody is asked again. Raises :class:`LookupError` for what is not
    there: the events do not belong to this definition."""

    __slots__ = ()

    def _ask(self, question: str, what: str, *given: Any) -> Any:  # noqa: ARG002 - as above
        return self.answers[question]
