"""What the forms of all parts share: who fills in what, and fields of an information set."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms

from dangan.access.rules import Actor, Showing, field_showings
from dangan.dictionary.rules import Json
from dangan.dossiers.forms import RowForm, Slot
from dangan.dossiers.rules import Row
from dangan.dossiers.views.edit import form_context
from dangan.lifecycle.models import Movement
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.standing import Standing


@dataclass(frozen=True, slots=True)
class PartContext:
    """Who fills which part of what."""

    actor: Actor
    movement: Movement
    person: Standing
    body: Body
    part: str

    def showings(self, info_set: str) -> Mapping[str, Showing]:
        """What of a set the filler may read."""
        named = self.person.dictionary.sets[info_set]
        return field_showings(self.actor, self.person.subject, self.person.path, named, "read")


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its form, and the movement's body once it is filled in."""

    form: Callable[[PartContext, Mapping[str, Any] | None], forms.Form]
    store: Callable[[PartContext, Any], Body]


def slots(
    context: PartContext, info_set: str, keys: Sequence[str], values: Mapping[str, Json | None]
) -> list[Slot]:
    """Fields of a set to fill in, each with what is there as far as it may be read."""
    named = context.person.dictionary.sets[info_set]
    seen = context.showings(info_set)
    return [
        Slot(
            item,
            showing := seen.get(key, Showing.HIDDEN),
            editable=True,
            value=values.get(key) if showing is Showing.PLAIN else None,
        )
        for key in keys
        if (item := named.by_key.get(key)) is not None
    ]


def values_of(row: Row | None) -> Mapping[str, Json | None]:
    return row.values if row else {}


class PartForm(RowForm):
    """Fields of an information set, and the movement's own beside them."""

    same_name = ""
    """A tick that says nothing changes, instead of the fields."""

    def __init__(
        self,
        context: PartContext,
        info_set: str,
        keys: Sequence[str],
        values: Mapping[str, Json | None],
        data: Mapping[str, Any] | None,
    ) -> None:
        super().__init__(
            context.person.dictionary.sets[info_set],
            slots(context, info_set, keys, values),
            form_context(context.actor),
            data,
            bare=True,
        )
        self.context = context

    def row(self) -> dict[str, Json | None]:
        """The row as filled in, without what was left empty."""
        return {key: value for key, value in self.patch().items() if value not in (None, "")}
