"""The verbs of cases: load – require – decide – save – log, one transaction each.

All may raise :class:`Absent` (no such case, or none the actor may know of), :class:`Refused`
(logged), :class:`NotAllowed` (the rules say no, with a sentence), :class:`AlreadyDecided`
(somebody was first) and :class:`CaseMoved` (``version`` given and no longer the present one).
:class:`~dangan.workflow.handling.CannotTakeEffect` takes a decision back whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from dangan.access.rules import Actor
from dangan.workflow.handling import Facts
from dangan.workflow.models import Case, Comment, DefinitionVersion, Deputy


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one of many: ``problem`` is empty when it was agreed."""

    task: int
    number: str
    problem: str = ""


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What one sweep did, in counts."""

    reminded: int = 0
    escalated: int = 0
    effective: int = 0
    failed: int = 0
    reassigned: int = 0


def open_case(
    actor: Actor,
    *,
    definition: str,
    subject: UUID | None,
    object: UUID | None,
    facts: Facts,
    words: str = "",
    effective: date | None = None,
) -> Case:
    """Opens and submits a case by the definition in use; joins the caller's transaction.

    ``effective`` becomes the fact of that name. Who may start what is the calling room's to
    require; ``start`` of the definition is required here. Raises :class:`CannotStart`.
    """
    raise NotImplementedError


def agree(
    actor: Actor, *, case: UUID, step: str, words: str = "", version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:  # fmt: skip
    """同意. The effect, if this was the last decision, happens in the same transaction."""
    raise NotImplementedError


def refuse(
    actor: Actor, *, case: UUID, step: str, words: str = "", version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:  # fmt: skip
    """拒绝: the case ends."""
    raise NotImplementedError


def return_case(
    actor: Actor, *, case: UUID, step: str, words: str = "", version: int | None = None,
    on_behalf_of: UUID | None = None, to: str = "start",
) -> Case:  # fmt: skip
    """退回 to whoever started it, or to an earlier step."""
    raise NotImplementedError


def fill(
    actor: Actor, *, case: UUID, step: str, part: str, data: Mapping[str, Any], words: str = "",
    version: int | None = None, on_behalf_of: UUID | None = None,
) -> Case:  # fmt: skip
    """Stores what a fill step asks for and agrees. Raises :class:`BadPart` with the bound form."""
    raise NotImplementedError


def withdraw(actor: Actor, *, case: UUID, words: str = "", version: int | None = None) -> Case:
    """撤回 by whoever started it, while nobody has decided."""
    raise NotImplementedError


def resubmit(
    actor: Actor, *, case: UUID, facts: Facts, words: str = "", version: int | None = None
) -> Case:
    """A returned case goes on its way again, with its facts as they are now."""
    raise NotImplementedError


def transfer(
    actor: Actor, *, case: UUID, step: str, to: UUID, words: str = "",
    version: int | None = None, on_behalf_of: UUID | None = None,
) -> Case:  # fmt: skip
    """转交: ``to`` (an account) decides instead, for good."""
    raise NotImplementedError


def delegate(
    actor: Actor, *, case: UUID, step: str, to: UUID, words: str = "",
    version: int | None = None, on_behalf_of: UUID | None = None,
) -> Case:  # fmt: skip
    """委派: asks ``to`` for an opinion, the step comes back with it."""
    raise NotImplementedError


def give_opinion(
    actor: Actor, *, case: UUID, step: str, words: str, version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:  # fmt: skip
    """The opinion somebody was asked for."""
    raise NotImplementedError


def add_signers(
    actor: Actor, *, case: UUID, step: str, who: Sequence[UUID],
    place: Literal["before", "after"], words: str = "", version: int | None = None,
    on_behalf_of: UUID | None = None,
) -> Case:  # fmt: skip
    """加签: these accounts decide too, before or after the actor."""
    raise NotImplementedError


def remove_signer(
    actor: Actor, *, case: UUID, step: str, who: UUID, words: str = "",
    version: int | None = None, on_behalf_of: UUID | None = None,
) -> Case:  # fmt: skip
    """减签: ``who`` need not decide."""
    raise NotImplementedError


def copy_to(actor: Actor, *, case: UUID, who: Sequence[UUID], words: str = "") -> Case:
    """抄送 to these accounts: from now on they may read the case."""
    raise NotImplementedError


def urge(actor: Actor, *, case: UUID) -> Case:
    """催办: a notice to everybody whose turn it is; at most once in four hours."""
    raise NotImplementedError


def comment(
    actor: Actor, *, case: UUID, text: str, mentions: Sequence[UUID] = (),
    files: Sequence[UUID] = (),
) -> Comment:  # fmt: skip
    """A comment; those mentioned are told, and must be able to see the case."""
    raise NotImplementedError


def agree_many(actor: Actor, *, tasks: Sequence[int], words: str = "") -> list[Result]:
    """批量同意, each in a transaction of its own; fill steps are left out with a sentence."""
    raise NotImplementedError


def retry_act(actor: Actor, *, case: UUID, version: int | None = None) -> Case:
    """Tries an effect again that could not happen on its day."""
    raise NotImplementedError


def sweep(now: datetime | None = None) -> SweepReport:
    """Reminders and time limits, effects that are due, signers who left, dissolved units."""
    raise NotImplementedError


def name_deputy(
    actor: Actor, *, deputy: UUID, begins: date, ends: date, account: UUID | None = None
) -> Deputy:
    """代理: ``deputy`` may act for the actor; for another ``account`` only with cases.all."""
    raise NotImplementedError


def end_deputy(actor: Actor, *, deputy: UUID) -> None:
    """Ends a deputyship (``deputy`` is its identifier) as of now."""
    raise NotImplementedError


def save_definition(actor: Actor, *, key: str, body: Mapping[str, Any]) -> DefinitionVersion:
    """Keeps a draft, made if there is none. Raises :class:`BadDefinition` when it has no shape;
    what the checker says against it keeps it only from serving."""
    raise NotImplementedError


def serve_definition(actor: Actor, *, key: str, version: int) -> DefinitionVersion:
    """From now on new cases follow this version. Raises :class:`BadDefinition`."""
    raise NotImplementedError


def withdraw_definition(actor: Actor, *, key: str) -> None:
    """No new cases by this definition; those that run go on."""
    raise NotImplementedError
