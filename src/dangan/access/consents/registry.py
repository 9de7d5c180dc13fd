"""Which deeds take two people: registered at start-up by the rooms that do them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message

Facts = Mapping[str, Any]


class ConsentProblem(Exception):  # noqa: N818 - an answer to the asker
    """A deed cannot be asked for or done so; ``message`` says why."""

    def __init__(self, message: Message) -> None:
        super().__init__(message.text)
        self.message = message


def _nothing(actor: Actor, facts: Facts, account: UUID | None) -> None:
    """A kind without conditions of its own."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A deed that takes two people.

    ``label`` and ``describe`` are for the page, in the reader's language and without personal
    data. ``check`` raises :class:`ConsentProblem` and is called when the deed is asked for and
    again before it is done; ``perform`` does it inside the transaction of the agreement, its
    actor being whoever agreed.
    """

    key: str
    label: str | Promise
    asks: str
    """The permission of whoever asks. They must still hold it when another agrees."""
    agrees: str
    """The permission of whoever agrees or refuses."""
    describe: Callable[[Facts], str]
    perform: Callable[[Actor, Facts, UUID | None], None]
    check: Callable[[Actor, Facts, UUID | None], None] = _nothing


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Adds a kind; called from ``AppConfig.ready``. A key counts once, the last one wins."""
    _kinds[kind.key] = kind


def kinds() -> Mapping[str, Kind]:
    """Every kind, by key."""
    return _kinds
