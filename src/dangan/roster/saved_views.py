"""Saved views 视图: a name and a state of the roster page, kept for one account.

Name and conditions may mention people, so both are sealed under the account's own key; the
database sees whose view it is and where it stands, nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from django.db import models

from dangan.access.rules import Absent, Actor, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.roster.forms import Ask
from dangan.roster.rules import RosterQuery, filter_from_plain, filter_to_plain
from dangan.vault.queries import key_of
from dangan.vault.rules import Place, seal, unseal

AT_MOST = 12
NAME_AT_MOST = 20


class SavedView(models.Model):
    """One saved view; ``sealed`` holds name and state."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    account = models.UUIDField()
    position = models.PositiveSmallIntegerField()
    sealed = models.BinaryField()

    class Meta:
        app_label = "roster"
        db_table = "roster_view"
        ordering = ("position",)
        indexes = (models.Index(fields=("account", "position"), name="roster_view_of_account"),)

    def __str__(self) -> str:
        return str(self.id)


@dataclass(frozen=True, slots=True)
class View:
    """A saved view, opened."""

    id: UUID
    name: str
    ask: Ask


class TooManyViews(Exception):  # noqa: N818 - said where it is raised
    """The account has as many views as the tabs can hold."""


def views_of(actor: Actor) -> list[View]:
    """The actor's own views in their order; somebody without an account has none."""
    if actor.kind != "account":
        return []
    rows = list(SavedView.objects.filter(account=actor.id))
    if not rows:
        return []
    key = key_of(actor.id)
    return [_opened(row.id, unseal(key, _place(row), bytes(row.sealed))) for row in rows]


def save_view(actor: Actor, *, name: str, ask: Ask, view: UUID | None = None) -> UUID:
    """Keep ``ask`` under ``name``: a new view, or another state for an existing one.

    Raises Refused, TooManyViews, Absent (no such view of this account).
    """
    require(actor, "views.save")
    with recording(actor):
        rows = SavedView.objects.select_for_update().filter(account=actor.id)
        if view is None:
            if len(rows) >= AT_MOST:
                raise TooManyViews
            place = max((row.position for row in rows), default=0) + 1
            row = SavedView(account=actor.id, position=place)
        else:
            row = next((item for item in rows if item.id == view), None) or _absent()
        body = json.dumps(to_plain(name[:NAME_AT_MOST], ask), ensure_ascii=False)
        row.sealed = seal(key_of(actor.id), _place(row), body.encode())
        row.save()
        actor.trail.add(Event("view.save", object=str(row.id)))
    return row.id


def delete_view(actor: Actor, *, view: UUID) -> None:
    """Forget one of the actor's views. Raises Refused, Absent."""
    require(actor, "views.save")
    with recording(actor):
        count, _ = SavedView.objects.filter(account=actor.id, id=view).delete()
        if not count:
            _absent()
        actor.trail.add(Event("view.delete", object=str(view)))


def to_plain(name: str, ask: Ask) -> dict[str, Any]:
    """A view as JSON-ready values."""
    query = ask.query
    return {
        "name": name,
        "text": query.text,
        "unit": str(query.unit) if query.unit else None,
        "subtree": query.subtree,
        "filters": {path: filter_to_plain(item) for path, item in query.filters.items()},
        "states": sorted(query.states) if query.states is not None else None,
        "sort": query.sort,
        "descending": query.descending,
        "limit": query.limit,
        "columns": list(query.columns),
    }


def from_plain(plain: Mapping[str, Any]) -> Ask:
    """Read back what :func:`to_plain` wrote."""
    return Ask(
        RosterQuery(
            text=plain["text"],
            unit=UUID(plain["unit"]) if plain["unit"] else None,
            subtree=plain["subtree"],
            filters={path: filter_from_plain(item) for path, item in plain["filters"].items()},
            states=frozenset(plain["states"]) if plain["states"] is not None else None,
            sort=plain["sort"],
            descending=plain["descending"],
            limit=plain["limit"],
            columns=tuple(plain["columns"]),
        )
    )


def _opened(view: UUID, body: bytes) -> View:
    plain = json.loads(body)
    ask = from_plain(plain)
    return View(view, plain["name"], Ask(ask.query, view=str(view)))


def _place(row: SavedView) -> Place:
    return Place("view", row.account, row=row.id)


def _absent() -> SavedView:
    raise Absent
