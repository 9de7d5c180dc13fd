"""What rooms above teach the workflow about their cases: one :class:`CaseKind` each.

The workflow knows who decides what and when; what a case is about, how it is shown and what
happens when it is agreed belongs to the room that registers its kind from ``AppConfig.ready``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal
from uuid import UUID

from dangan.dictionary.rules import Message

if TYPE_CHECKING:
    from django import forms
    from django.utils.functional import Promise

    from dangan.access.rules import Actor
    from dangan.workflow.models import Case

Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Facts = Mapping[str, Json]
"""What branch conditions may ask of a case, by fact key; sealed where it is stored."""

FactType = Literal["flag", "number", "choice", "set", "unit", "date"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact that definitions of a kind may branch on; ``choices`` for choice and set."""

    key: str
    label: str
    label_en: str
    type: FactType
    choices: tuple[tuple[str, str, str], ...] = ()
    """(value, label, English label)"""


@dataclass(frozen=True, slots=True)
class Named:
    """Something definitions may name: an act (what an ``act`` step does) or a part (what a
    ``fill`` step asks for)."""

    key: str
    label: str
    label_en: str


class CannotTakeEffect(Exception):  # noqa: N818 - an answer to the decider
    """The effect cannot happen as things stand; ``message`` says why and what to do.

    Raised from :meth:`CaseKind.perform`; nothing has changed then.
    """

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class CaseKind(ABC):
    """What one kind of case is about. Subclass, set the attributes, override what applies.

    All methods run inside the verb's transaction where they write; ``actor`` is whoever acts
    (the system for what falls due by date). ``case.subject`` is the person concerned, if any.
    """

    key: ClassVar[str]
    label: ClassVar[str | Promise]
    icon: ClassVar[str] = "file-text"
    family: ClassVar[str] = ""
    """Kinds of one family give summaries of each other's cases: a list asks one of them once."""
    facts: ClassVar[tuple[Fact, ...]] = ()
    acts: ClassVar[tuple[Named, ...]] = ()
    parts: ClassVar[tuple[Named, ...]] = ()
    grave: ClassVar[bool] = False
    """Whether it gives rights or destroys: whoever agrees has proved themselves just before, and
    is no program (:mod:`dangan.workflow.views.proving`)."""
    template: ClassVar[str] = ""
    """Included in the case page, with ``content`` set to what :meth:`content` returned."""

    @abstractmethod
    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:
        """A short line for lists, by case id: what it touches, never a value. ≤ 2 statements."""

    @abstractmethod
    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        """What the template shows, cut to the actor's rights and noted in the log."""

    def fill_form(
        self, actor: Actor, case: Case, part: str, data: Mapping[str, Any] | None = None
    ) -> forms.Form:
        """The form a ``fill`` step shows for ``part``, bound to ``data`` when given."""
        del actor, case, data
        raise LookupError(part)

    def fill(self, actor: Actor, case: Case, part: str, form: forms.Form) -> Facts:
        """Stores a valid form; gives the facts that changed by it."""
        del actor, case, form
        raise LookupError(part)

    def perform(self, actor: Actor, case: Case, act: str) -> None:
        """The effect, exactly once, in the same transaction as the decision (or the due date).

        Raises :class:`CannotTakeEffect`: a decision is then refused with its message, a dated
        effect goes to the definition's keeper, who retries or returns it.
        """
        del actor, case
        raise LookupError(act)

    def ended(  # noqa: B027 - a kind may hold nothing
        self, actor: Actor, case: Case, outcome: str
    ) -> None:
        """The case has ended: ``agreed``, ``refused`` or ``withdrawn``. Release what it held."""

    def returned(self, actor: Actor, case: Case) -> None:  # noqa: B027 - as above
        """The case is back with whoever started it, to be changed and submitted again."""

    def edit_url(self, case: Case) -> str:
        """Where the initiator changes a returned case; empty when it cannot be changed."""
        del case
        return ""


_kinds: dict[str, CaseKind] = {}


def register(kind: CaseKind) -> None:
    """Adds a kind; registering the same key again replaces it."""
    _kinds[kind.key] = kind


def kind_of(key: str) -> CaseKind:
    """The kind with this key; raises :class:`LookupError` when no room knows it."""
    return _kinds[key]


def kinds() -> tuple[CaseKind, ...]:
    """All registered kinds by key."""
    return tuple(_kinds[key] for key in sorted(_kinds))
