"""Where a case stands, what happens to it, and what follows.

Everything here goes to JSON and back (``msgspec.json``, or ``msgspec.to_builtins`` and
``msgspec.convert``) and holds random ids, keys of definitions and times only: never a fact, a
word or a name. Accounts, subjects and units are strings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal, TypeAlias

import msgspec

from dangan.dictionary.rules import Message

Status = Literal["open", "returned", "waiting", "agreed", "refused", "withdrawn"]
ENDED = frozenset({"agreed", "refused", "withdrawn"})

Verb = Literal[
    "submit", "agree", "refuse", "return", "withdraw", "resubmit", "transfer", "delegate",
    "opine", "add_signers", "remove_signer", "copy", "urge", "fill",
    "overdue", "reassign", "wake", "acted", "act_failed", "retry",
]  # fmt: skip
"""What can happen. The last two lines but ``fill`` and ``retry`` are the system's."""

SYSTEM_VERBS = frozenset({"overdue", "reassign", "wake", "acted", "act_failed"})
START = "start"
"""The target of a return that gives the case back to whoever started it."""

Facts: TypeAlias = Mapping[str, Any]


class NotAllowed(Exception):  # noqa: N818 - an answer to whoever asked
    """It cannot be done as things stand; ``message`` says why and what to do. Nothing changed."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


class _Kept(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """Ancestor of what is stored. ``gc=False``: nothing frozen and made of text can be a cycle."""


class Event(_Kept, frozen=True):
    """Something that happens to a case.

    ``by`` is the account (empty: the system), ``on_behalf_of`` the signer a deputy stands for,
    ``to`` the target of a return (a step or ``start``), ``who`` the accounts that a transfer,
    a delegation, a copy or an added or removed signer is about, ``place`` before or after.
    """

    verb: Verb
    by: str = ""
    on_behalf_of: str = ""
    step: str = ""
    to: str = ""
    who: tuple[str, ...] = ()
    place: Literal["", "before", "after"] = ""


class Recorded(_Kept, frozen=True):
    """An event as it is kept: with its time and all that the outside answered.

    ``answers`` holds answers of the directory, due dates, chosen arms and the effective date by
    question, so that :func:`dangan.workflow.rules.engine.replay` asks nobody.
    """

    event: Event
    at: datetime
    answers: dict[str, Any] = {}


class Party(_Kept, frozen=True):
    """One voice of a step: any of ``who`` gives it.

    ``why`` says how they were found: the rule's name, ``above`` (next in charge), ``keeper``,
    ``added``, ``handed_over``, ``escalated``. ``rule`` is the place of the assignee rule, -1 for
    added signers. ``own`` marks a party whose rule names the initiator or the person concerned,
    who may act here and nowhere else. ``ahead_of`` are the parties that wait for this one (加签
    before). ``dropped``: removed again (减签).
    """

    who: tuple[str, ...]
    why: str = ""
    rule: int = -1
    verdict: Literal["", "agreed", "refused"] = ""
    by: str = ""
    on_behalf_of: str = ""
    at: datetime | None = None
    own: bool = False
    each: bool = False
    added: Literal["", "before", "after"] = ""
    added_by: str = ""
    ahead_of: tuple[int, ...] = ()
    dropped: bool = False


class Ask(_Kept, frozen=True):
    """委派: ``by`` asked ``who`` for an opinion; the decision stays where it was."""

    by: str
    who: str
    at: datetime
    answered_at: datetime | None = None


class StepState(_Kept, frozen=True):
    """A step that was reached. ``open`` waits for people; an act ``waiting`` for its day, ``due``
    to be done in this transaction, or ``failed`` and with the keeper. ``arm`` is the way a branch
    took (the number of arms: otherwise). ``next_at`` is when :data:`Verb` overdue is due."""

    status: Literal["open", "done", "waiting", "due", "failed"]
    since: datetime
    parties: tuple[Party, ...] = ()
    asks: tuple[Ask, ...] = ()
    arm: int = -1
    due_at: datetime | None = None
    next_at: datetime | None = None
    escalations: int = 0
    done_at: datetime | None = None


class State(_Kept, frozen=True):
    """Where a case stands. ``steps`` has only steps that were reached.

    ``barred`` are the accounts that must not decide: initiator, person concerned, whoever
    submitted again in the initiator's place. ``starters`` may change, resubmit and withdraw.
    """

    status: Status
    initiator: str
    subject: str
    unit: str
    barred: tuple[str, ...]
    starters: tuple[str, ...]
    submitted_at: datetime
    steps: dict[str, StepState] = {}
    subject_account: str = ""
    decided: bool = False
    returned_from: str = ""
    wake_on: date | None = None
    copies: tuple[str, ...] = ()
    urged_at: datetime | None = None
    ended_at: datetime | None = None


EffectKind = Literal[
    "assigned", "released", "copied", "urged", "reminded", "overdue", "escalated", "asked",
    "opined", "returned", "waiting", "perform", "stranded", "ended",
]  # fmt: skip


class Effect(_Kept, frozen=True):
    """What follows from an event, to be done in the same transaction.

    assigned, released: tasks of ``step`` begin or end for ``accounts`` (``due_at``) · copied ·
    urged, reminded (before the limit), overdue, escalated (to ``accounts``) · asked, opined ·
    returned: back with the starters · waiting: until ``on`` · perform: do ``act`` now, then send
    ``acted`` or ``act_failed`` · stranded: nobody at all is left for ``step`` · ended: with
    ``outcome``.
    """

    kind: EffectKind
    step: str = ""
    accounts: tuple[str, ...] = ()
    due_at: datetime | None = None
    act: str = ""
    on: date | None = None
    outcome: Literal["", "agreed", "refused", "withdrawn"] = ""


class Outcome(msgspec.Struct, frozen=True):
    """The state after an event, what follows, and the event as it must be kept."""

    state: State
    effects: tuple[Effect, ...]
    recorded: Recorded


class Task(msgspec.Struct, frozen=True):
    """One account's open work: ``kind`` sign, fill, opinion, keep (a failed act) or change (a
    returned case)."""

    step: str
    account: str
    kind: Literal["sign", "fill", "opinion", "keep", "change"]
    since: datetime
    due_at: datetime | None = None
