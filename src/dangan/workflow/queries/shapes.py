"""What the reads of the workflow give back: everything already worded for the reader."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from dangan.workflow.handling import Facts
from dangan.workflow.models import Case

Box = Literal["todo", "done", "started", "copied"]
Progress = Literal["done", "now", "later", "skipped"]


@dataclass(frozen=True, slots=True)
class DeskLine:
    """A case in one of the desk's boxes. ``task`` and ``step`` name what is to be done or was.

    ``on_behalf_of`` is the account whose deputy the reader is here, None for the own task.
    ``progress`` counts steps: done, in work, all. ``version`` is what a verb may be based on.
    """

    case: UUID
    number: str
    kind: str
    label: str
    icon: str
    definition: str
    summary: str
    subject: UUID | None
    subject_name: str
    unit_label: str
    initiator_name: str
    state: str
    step: str
    step_label: str
    since: datetime
    due_at: datetime | None
    overdue: bool
    wake_on: date | None
    progress: tuple[int, int, int]
    version: int
    task: int | None = None
    role: str = ""
    verdict: str = ""
    on_behalf_of: UUID | None = None
    on_behalf_of_name: str = ""
    unread: bool = False
    batchable: bool = False


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page of a box; ``kinds`` and ``states`` count the whole box before narrowing:
    (key, label, how many)."""

    box: Box
    total: int
    lines: tuple[DeskLine, ...]
    kinds: tuple[tuple[str, str, int], ...]
    states: tuple[tuple[str, str, int], ...]
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class SignerView:
    """Somebody in a step. ``verdict`` is empty while nothing is decided;
    ``by_name`` is the deputy who acted."""

    account: UUID
    name: str
    role: str
    verdict: str = ""
    at: datetime | None = None
    by_name: str = ""
    since: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StepView:
    """A step for the diagram; ``rows`` are the arms of a branch or the lanes of a parallel, each
    with its label, whether it was chosen (None: not known yet) and its steps."""

    key: str
    label: str
    type: str
    state: Progress
    signers: tuple[SignerView, ...] = ()
    due_at: datetime | None = None
    mode: str = ""
    rows: tuple[tuple[str, bool | None, tuple[StepView, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class TimelineLine:
    """One thing that happened. ``verb`` is its key, ``verb_label`` the word for it."""

    seq: int
    at: datetime
    actor: UUID
    name: str
    on_behalf_of_name: str
    verb: str
    verb_label: str
    step: str
    step_label: str
    words: str
    people: tuple[str, ...] = ()
    """Names of those it was handed, copied or added to."""


@dataclass(frozen=True, slots=True)
class CommentView:
    """What somebody said; ``files`` are sealed files (`dangan.files.queries.infos`)."""

    id: UUID
    by: UUID
    name: str
    at: datetime
    text: str
    mentions: tuple[str, ...]
    files: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """Something the reader may decide now, for themselves or as a deputy.

    ``verbs``: of agree, refuse, return, transfer, delegate, add_signer, remove_signer, fill,
    opinion, resubmit, retry. ``targets`` are the steps a return may go to, (key, label); the
    first is "start". ``part`` is what a fill step asks for.
    """

    step: str
    step_label: str
    role: str
    verbs: frozenset[str]
    targets: tuple[tuple[str, str], ...] = ()
    part: str = ""
    on_behalf_of: UUID | None = None
    on_behalf_of_name: str = ""
    removable: tuple[tuple[UUID, str], ...] = ()
    """Signers that may be dropped from the step."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as its page shows it. ``case`` is for :meth:`CaseKind.content`.

    ``may`` are the verbs that belong to no step: withdraw, urge, copy, comment.
    """

    case: Case
    number: str
    label: str
    definition_label: str
    icon: str
    state: str
    state_label: str
    subject_name: str
    unit_label: str
    initiator_name: str
    facts: Facts
    steps: tuple[StepView, ...]
    timeline: tuple[TimelineLine, ...]
    comments: tuple[CommentView, ...]
    copies: tuple[str, ...]
    files: tuple[UUID, ...]
    turns: tuple[Turn, ...]
    may: frozenset[str]
    overdue: bool = False
    stuck_reason: str = ""


@dataclass(frozen=True, slots=True)
class DryStep:
    """A step as it would run: who would decide it, and by which rule (``why``)."""

    key: str
    label: str
    who: tuple[str, ...]
    why: str
    depth: int = 0
    type: str = ""


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case in short, for the pages of other rooms."""

    case: UUID
    number: str
    kind: str
    label: str
    icon: str
    state: str
    state_label: str
    opened_at: datetime
    finished_at: datetime | None
    step_label: str = ""


@dataclass(frozen=True, slots=True)
class DefinitionLine:
    """A definition in the list. ``serving`` is the version in use, None when none is."""

    key: str
    label: str
    kind: str
    kind_label: str
    prefix: str
    serving: int | None
    draft: int | None
    running: int
    """Cases not ended, of any version."""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version in a definition's history."""

    version: int
    state: str
    by_name: str
    at: datetime
    running: int


@dataclass(frozen=True, slots=True)
class DefinitionView:
    """A definition's page: the ``body`` of the chosen version and what the checker says of it,
    as (step key, sentence)."""

    key: str
    version: int
    state: str
    body: dict[str, object]
    problems: tuple[tuple[str, str], ...]
    versions: tuple[VersionLine, ...]


@dataclass(frozen=True, slots=True)
class DeputyLine:
    """Who acts for whom, from when to when."""

    id: UUID
    account: UUID
    name: str
    deputy: UUID
    deputy_name: str
    begins: date
    ends: date
    active: bool = field(default=False)
