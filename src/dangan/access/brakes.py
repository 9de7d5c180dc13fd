"""Brakes: what is asked before a dossier is opened or taken out, registered by rooms above.

A brake counts, and stops whoever would go too far. Rooms that show a person's data ask here and
know no brake; the room of security registers the budget of opened dossiers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Literal, TypeAlias
from uuid import UUID

from dangan.access.rules import Actor
from dangan.access.rules.refusals import Refused

Deed: TypeAlias = Literal["open", "reveal", "export", "list"]
"""``open`` a dossier or volume, ``reveal`` what was masked, ``export`` people into a file,
``list`` people line by line through the API."""

Brake: TypeAlias = Callable[[Actor, Deed, Collection[UUID]], None]
"""Counts the deed and returns, or raises :class:`Braked`. At most one SQL statement."""


class Braked(Refused):
    """The actor has opened as many dossiers as a person needs; shown as a page that says how long
    to wait and whom to ask."""


_brakes: dict[str, Brake] = {}


def register(key: str, brake: Brake) -> None:
    """Called from ``AppConfig.ready``; the same key again replaces the brake."""
    _brakes[key] = brake


def ask(actor: Actor, deed: Deed, subjects: UUID | Collection[UUID]) -> None:
    """Asks every brake whether the actor may do this to these people, after rights were decided.

    Ask before anything is shown, once for each person who is shown; asking twice in a request
    counts once. One's own dossier is always free, and so is the system at its scheduled work.
    Raises :class:`Braked`, which the middleware answers.
    """
    if actor.kind == "system":
        return
    people = (subjects,) if isinstance(subjects, UUID) else subjects
    others = [person for person in people if person != actor.subject]
    if not others:
        return
    for brake in _brakes.values():
        brake(actor, deed, others)
