"""What the reading room answers with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.reading.rules.lines import Line


@dataclass(frozen=True, slots=True)
class PageRef:
    """A page that stands in a material now."""

    id: UUID
    material: UUID
    volume: UUID
    subject: UUID
    number: int
    picture: str
    """Tells whether it shows what it showed before: file, page of the file, rotation."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a snippet; ``marked`` is what was searched for."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A title or a page that holds all the words."""

    subject: UUID
    volume: UUID
    number: str
    """The volume's 档号."""
    material: UUID
    body: MaterialBody
    secrecy: int
    page: UUID | None
    """None: the words are in the title."""
    page_number: int
    snippet: tuple[Piece, ...]
    rank: int


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, the best first; ``more`` says that there is more than is shown."""

    words: tuple[str, ...]
    found: Sequence[Hit]
    more: bool

    @property
    def total(self) -> int:
        return len(self.found)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far reading has come."""

    done: int
    queued: int
    failed: int
    paused: bool = False

    @property
    def total(self) -> int:
        return self.done + self.queued + self.failed

    @property
    def percent(self) -> int:
        return 100 * (self.done + self.failed) // self.total if self.total else 0


@dataclass(frozen=True, slots=True)
class PageText:
    """What was read on one page of a material."""

    page: UUID
    number: int
    state: str
    state_label: str
    reason: str
    lines: tuple[Line, ...]
