"""Whose reminders an actor sees: those of people and fields that they see plain."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from dangan.access.rules import Actor, Reach, scope
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import Dictionary
from dangan.lifecycle.reminders.rules import Kind
from dangan.organization.rules import Tree

NAME = "identity.name"


class Sight:
    """One actor's reach for each kind: the field behind it and the name, both in plain."""

    def __init__(self, actor: Actor, kinds: Mapping[str, Kind], tree: Tree) -> None:
        dictionary = dictionary_queries.current()
        self._tree = tree
        names = _plain(actor, dictionary, NAME)
        self._reach: dict[str, tuple[Reach, Reach]] = {
            kind.key: (_plain(actor, dictionary, kind.field), names)
            for kind in kinds.values()
            if kind.on
        }
        self._own = actor.subject

    def sees(self, kind: str, subject: UUID, unit: UUID | None) -> bool:
        """Whether one person's item of a kind is for the actor; never one's own: that is
        somebody else's work."""
        if kind not in self._reach or subject == self._own:
            return False
        path = self._tree.path_of(unit)
        return all(reach.contains(subject, path) for reach in self._reach[kind])

    def units(self) -> set[UUID] | None:
        """The units in which there may be anything to see; None for all."""
        found: set[UUID] = set()
        for reach, _names in self._reach.values():
            if reach.everyone:
                return None
            found |= reach.units
            for root in reach.subtrees:
                found |= self._tree.subtree(root)
        return found


def _plain(actor: Actor, dictionary: Dictionary, path: str) -> Reach:
    info_set, _, key = path.partition(".")
    found = dictionary.sets.get(info_set)
    item = next((field for field in found.fields if field.key == key), None) if found else None
    if item is None:
        return Reach()
    return scope(actor, "read", info_set, key, item.field_class).plain
