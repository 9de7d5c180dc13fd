"""Changes to the dictionary, asked for, made and logged as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields

from dangan.access.rules import Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.dictionary import actions
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.building import Plain
from dangan.dictionary.rules import Field

EDIT = "dictionary.edit"


def add_set(actor: Actor, *, plain: Plain) -> None:
    """Add an information set. Raises ``Refused`` or ``BadDictionary``, as do all below."""
    require(actor, EDIT)
    with recording(actor):
        _note(actor, f"add_set {plain.get('key')}", actions.add_set(by=actor.id, plain=plain))


def add_field(actor: Actor, *, set_key: str, key: str, plain: Plain) -> None:
    """Add a field to a set."""
    require(actor, EDIT)
    with recording(actor):
        revision = actions.add_field(by=actor.id, set_key=set_key, key=key, plain=plain)
        _note(actor, f"add_field {set_key}.{key}", revision)


def change_field(actor: Actor, *, path: str, changes: Plain, base_revision: int) -> None:
    """Change a field as seen at ``base_revision``; raises ``DictionaryConflict`` too."""
    require(actor, EDIT)
    before = dictionary_queries.current().field(path)
    with recording(actor):
        revision = actions.change_field(
            by=actor.id, path=path, changes=changes, base_revision=base_revision
        )
        _note(actor, f"change_field {path}", revision, _differences(before, path))


def retire_field(actor: Actor, *, path: str) -> None:
    """Take a field out of use."""
    require(actor, EDIT)
    with recording(actor):
        _note(actor, f"retire_field {path}", actions.retire_field(by=actor.id, path=path))


def restore_field(actor: Actor, *, path: str) -> None:
    """Bring a retired field back."""
    require(actor, EDIT)
    with recording(actor):
        _note(actor, f"restore_field {path}", actions.restore_field(by=actor.id, path=path))


def retire_set(actor: Actor, *, key: str) -> None:
    """Take a set out of use."""
    require(actor, EDIT)
    with recording(actor):
        _note(actor, f"retire_set {key}", actions.retire_set(by=actor.id, key=key))


def restore_set(actor: Actor, *, key: str) -> None:
    """Bring a retired set back."""
    require(actor, EDIT)
    with recording(actor):
        _note(actor, f"restore_set {key}", actions.restore_set(by=actor.id, key=key))


def add_table(actor: Actor, *, key: str, plain: Plain, codes: Sequence[Plain]) -> None:
    """Add a code table with its first codes."""
    require(actor, EDIT)
    with recording(actor):
        revision = actions.add_table(by=actor.id, key=key, plain=plain, codes=codes)
        _note(actor, f"add_table {key}", revision)


def put_code(actor: Actor, *, table_key: str, plain: Plain) -> None:
    """Add a code to a table, or change one."""
    require(actor, EDIT)
    with recording(actor):
        revision = actions.put_code(by=actor.id, table_key=table_key, plain=plain)
        _note(actor, f"put_code {table_key}.{plain.get('code')}", revision)


def _differences(before: Field, path: str) -> Mapping[str, list[str]]:
    """From what to what: a lowered class or mask changes everybody's rights, so the log says it."""
    after = dictionary_queries.current().field(path)
    return {
        item.name: [str(getattr(before, item.name)), str(getattr(after, item.name))]
        for item in fields(Field)
        if getattr(before, item.name) != getattr(after, item.name)
    }


def _note(
    actor: Actor, what: str, revision: int, changes: Mapping[str, list[str]] | None = None
) -> None:
    facts = {"revision": revision} | ({"changes": changes} if changes else {})
    actor.trail.add(Event(action="dictionary.change", object=what, facts=facts))
