"""What the engine asks of the organisation, and how the answers are kept.

The engine never looks anything up: it asks :class:`Asking`, which either asks a live
:class:`Directory` and writes down what it said, or gives what was written down before.
"""

from __future__ import annotations

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


class Asking:
    """The engine's view of the outside: every answer is kept in ``answers`` by its question.

    Subclasses say where an answer comes from. The same question within one event is asked once.
    """

    __slots__ = ("answers",)

    def __init__(self, answers: dict[str, Any]) -> None:
        self.answers = answers

    def _ask(self, question: str, what: str, *given: Any) -> Any:
        raise NotImplementedError

    def place(self, subject: str, initiator: str) -> str:
        """Where the case belongs: the unit of the person concerned, else of the initiator."""
        if subject:
            return str(self._ask(f"unit {subject}", "unit_of", subject))
        return str(self._ask(f"unit of {initiator}", "unit_of_account", initiator))

    def account_of(self, subject: str) -> str:
        return str(self._ask(f"account {subject}", "account_of", subject)) if subject else ""

    def heads(self, unit: str) -> Sequence[str]:
        answer: Sequence[str] = self._ask(f"heads {unit}", "heads", unit)
        return answer

    def supervisors(self, subject: str) -> Sequence[str]:
        answer: Sequence[str] = self._ask(f"supervisors {subject}", "supervisors", subject)
        return answer

    def holders(self, role: str, unit: str) -> Sequence[str]:
        answer: Sequence[str] = self._ask(f"holders {role} {unit}", "holders", role, unit)
        return answer

    def active(self, account: str) -> bool:
        return bool(self._ask(f"active {account}", "active", account))

    def due(self, start: datetime, days: float) -> datetime:
        answer = self._ask(f"due {start.isoformat()} {days:g}", "due", start, days)
        return datetime.fromisoformat(answer)

    def arm(self, branch: Branch) -> int:
        """The first arm whose conditions hold; the number of arms when none does."""
        return int(self._ask(f"arm {branch.key}", "arm", branch))

    def unit_fact(self, fact: str) -> str:
        """The unit that a fact names; empty when there is none."""
        return str(self._ask(f"fact {fact}", "unit_fact", fact) or "")

    def effective(self) -> date | None:
        """The day on which the case takes effect; ``None``: at once."""
        answer = self._ask("effective", "effective")
        return date.fromisoformat(answer) if answer else None


class Recording(Asking):
    """Asks the live directory, the calendar and the facts, and keeps what they said."""

    __slots__ = ("_finders",)

    def __init__(self, directory: Directory, due: Due, facts: Facts) -> None:
        super().__init__({})
        self._finders: dict[str, Callable[..., Any]] = {
            "unit_of": directory.unit_of,
            "unit_of_account": directory.unit_of_account,
            "account_of": directory.account_of,
            "heads": lambda unit: tuple(directory.heads(unit)),
            "supervisors": lambda subject: tuple(directory.supervisors(subject)),
            "holders": lambda role, unit: tuple(directory.holders(role, unit)),
            "active": directory.active,
            "due": lambda start, days: due(start, days).isoformat(),
            "arm": lambda branch: chosen_arm(branch, facts),
            "unit_fact": facts.get,
            "effective": lambda: facts.get("effective") or "",
        }

    def _ask(self, question: str, what: str, *given: Any) -> Any:
        if question not in self.answers:
            self.answers[question] = self._finders[what](*given)
        return self.answers[question]


class Recorded(Asking):
    """Gives what was kept; nobody is asked again. Raises :class:`LookupError` for what is not
    there: the events do not belong to this definition."""

    __slots__ = ()

    def _ask(self, question: str, what: str, *given: Any) -> Any:  # noqa: ARG002 - as above
        return self.answers[question]
