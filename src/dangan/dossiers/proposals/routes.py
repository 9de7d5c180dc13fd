"""The routes in force, and which way a decided change goes by them."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from dangan.access.rules import Actor, Showing, field_showings
from dangan.dictionary.rules import Field
from dangan.dossiers.models import ProposalClaim, RouteTable
from dangan.dossiers.proposals.refusals import Claimed, NeedsApproval
from dangan.dossiers.proposals.rules import (
    DIRECT,
    RouteRule,
    Touched,
    Who,
    route,
    routes_from_table,
    touched_by,
)
from dangan.dossiers.proposals.rules.routes import touched
from dangan.dossiers.rules import changed_fields
from dangan.dossiers.writing import Draft, Setting
from dangan.workflow.definitions_store import ensure_all
from dangan.workflow.models import Case, DefinitionVersion
from dangan.workflow.rights import may_see

_SEED = Path(__file__).parent / "data" / "routes.toml"

KIND = "change"
"""The kind of case that proposals become."""

FREE = frozenset({"console", "system"})
"""Kinds of actors whose changes need no desk: they repair what no desk can reach."""


@lru_cache(maxsize=1)
def seed() -> tuple[RouteRule, ...]:
    """The table of a new installation."""
    return routes_from_table(tomllib.loads(_SEED.read_text(encoding="utf-8"))["routes"])


@dataclass(frozen=True, slots=True)
class Routes:
    """The table in force; version 0 is the built-in one."""

    version: int
    rules: tuple[RouteRule, ...]


def current() -> Routes:
    """The routes in force; one statement."""
    found = RouteTable.objects.order_by("-version").first()
    if found is None:
        return Routes(0, seed())
    return Routes(found.version, routes_from_table(found.body))


def destinations() -> dict[str, tuple[str, str]]:
    """Where a change may be sent: the definitions of this kind in use, with both labels."""
    ensure_all()
    serving = DefinitionVersion.objects.filter(
        state=DefinitionVersion.State.SERVING, body__kind=KIND
    )
    return {
        item.definition_id: (item.body["label"], item.body.get("label_en") or item.body["label"])
        for item in serving.order_by("definition")
    }


@dataclass(frozen=True, slots=True)
class Way:
    """Which way a change goes: by ``to``, a definition's key or :data:`DIRECT`."""

    to: str
    who: Who
    fields: tuple[Touched, ...]

    @property
    def direct(self) -> bool:
        return self.to == DIRECT


def way_of(setting: Setting, draft: Draft) -> Way:
    """The way of a draft that has been decided."""
    fields = tuple(
        item
        for write in draft.writes
        for item in touched_by(setting.dictionary, write.plan, write.old, write.new)
    )
    who = _who(setting, draft)
    return Way(route(current().rules, who, fields), who, fields)


def _who(setting: Setting, draft: Draft) -> Who:
    if setting.actor.subject == draft.subject:
        return "self"
    if setting.rights == ("edit",):
        return "other"
    for write in draft.writes:
        info_set = setting.dictionary.sets[write.info_set]
        for unit in {draft.unit, draft.unit_after}:
            showings = field_showings(
                setting.actor, draft.subject, setting.path(unit), info_set, "edit"
            )
            editable = {key for key, showing in showings.items() if showing is Showing.PLAIN}
            if not changed_fields(write.old, write.new) <= editable:
                return "starter"
    return "other"


def ways_of_fields(actor: Actor, subject: UUID, fields: Sequence[Field]) -> dict[str, str]:
    """By key, which way a change of each field alone would go; for forms. One statement."""
    rules = current().rules
    who: Who = "self" if actor.subject == subject else "other"
    return {item.key: route(rules, who, [touched(item)]) for item in fields}


def way_of_deletion(actor: Actor, subject: UUID, fields: Sequence[Field]) -> str:
    """Which way deleting a row with these fields would go; for the page that asks."""
    who: Who = "self" if actor.subject == subject else "other"
    return route(current().rules, who, [touched(item, deleted=True) for item in fields])


def direct_only(setting: Setting, draft: Draft) -> None:
    """The guard of direct writes: raises :class:`Claimed` for a row that is being decided on and
    :class:`NeedsApproval` for what the routes send to a desk."""
    if setting.actor.kind in FREE:
        return
    refuse_claimed(setting.actor, [write.row for write in draft.writes])
    way = way_of(setting, draft)
    if not way.direct:
        raise NeedsApproval(way.to)


def refuse_claimed(actor: Actor, rows: Sequence[UUID], *, but: UUID | None = None) -> None:
    """Raises :class:`Claimed` when one of ``rows`` belongs to an open proposal other than
    ``but``."""
    claims = ProposalClaim.objects.filter(row__in=rows).select_related("proposal")
    if but is not None:
        claims = claims.exclude(proposal=but)
    found = claims.order_by("id").first()
    if found is not None:
        proposal = found.proposal
        case = Case.objects.filter(id=proposal.case).first() if proposal.case else None
        shown = case.id if case and may_see(actor, case) else None
        raise Claimed(proposal.case_number, found.row, shown)
