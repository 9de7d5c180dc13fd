"""Alarms as those see them who look after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, Showing, field_showings, require
from dangan.audit.rules import Event
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Subject
from dangan.organization import queries as organization
from dangan.roster import queries as roster
from dangan.security.actions.alarms import concerns
from dangan.security.alarms.concerning import about_others
from dangan.security.alarms.kinds import Kind, kind_of
from dangan.security.models import Alarm
from dangan.security.rules.stories import Fact
from dangan.security.sealing import Body, open_body
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM

PER_PAGE = 30
STATES = ("open", "closed", "all")


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """A line of the list; ``who`` is whoever the alarm is about, by account."""

    row: Alarm
    kind: Kind
    who: str


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """A page of alarms as ``pager`` needs it."""

    lines: tuple[AlarmLine, ...]
    total: int
    offset: int
    limit: int
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class AlarmView:
    """One alarm with all its words. ``log`` is the address of what the log knows of it."""

    row: Alarm
    kind: Kind
    who: str
    whose: str
    about_somebody: bool
    address: str
    facts: Mapping[str, Fact]
    reason: str
    taken_by: str
    closed_by: str
    log: str
    may_deal: bool


def alarms(actor: Actor, *, state: str = "open", offset: int = 0) -> AlarmPage:
    """Alarms, the newest first. Permission security.view. Those about the actor are left out."""
    require(actor, "security.view")
    shown = about_others(actor)
    rows = shown.order_by("-last_at")
    counts = {str(key): n for key, n in shown.values_list("state").annotate(Count("pk"))}
    if state == "open":
        rows = rows.exclude(state=Alarm.State.CLOSED)
    elif state == "closed":
        rows = rows.filter(state=Alarm.State.CLOSED)
    total = sum(
        n for key, n in counts.items() if state == "all" or (key == "closed") == (state == "closed")
    )
    window = list(rows[offset : offset + PER_PAGE])
    key = vault.key_of(SYSTEM)
    bodies = {row.id: open_body(key, row) for row in window}
    names = names_of_accounts({body.account for body in bodies.values() if body.account})
    lines = tuple(AlarmLine(row, kind_of(row.kind), _name(bodies[row.id], names)) for row in window)
    actor.trail.add(Event("alarm.list", facts={"rows": len(lines), "state": state}))
    return AlarmPage(lines, total, offset, PER_PAGE, counts)


def recent(actor: Actor, most: int = 6) -> list[AlarmLine]:
    """The newest that are not closed, for the overview. Permission security.view."""
    require(actor, "security.view")
    unclosed = about_others(actor).exclude(state=Alarm.State.CLOSED)
    rows = list(unclosed.order_by("-last_at")[:most])
    if not rows:
        return []
    key = vault.key_of(SYSTEM)
    bodies = {row.id: open_body(key, row) for row in rows}
    names = names_of_accounts({body.account for body in bodies.values() if body.account})
    return [AlarmLine(row, kind_of(row.kind), _name(bodies[row.id], names)) for row in rows]


def _name(body: Body, names: Mapping[UUID, str]) -> str:
    return names.get(body.account, "") if body.account else ""


def alarm(actor: Actor, number: UUID) -> AlarmView:
    """One alarm. Permission security.view; raises :class:`Absent` for one about the actor."""
    require(actor, "security.view")
    row = Alarm.objects.filter(pk=number).first()
    if row is None:
        raise Absent
    body = open_body(vault.key_of(SYSTEM), row)
    if concerns(actor, body):
        actor.trail.add(Event("alarm.read", outcome="refused", object=str(row.id)))
        raise Absent
    people = {one for one in (body.account, row.taken_by, row.closed_by) if one}
    names = names_of_accounts(people)
    actor.trail.add(Event("alarm.read", object=str(row.id)))
    return AlarmView(
        row=row,
        kind=kind_of(row.kind),
        who=_name(body, names),
        whose=_whose(actor, body.subject),
        about_somebody=body.subject is not None,
        address=body.address,
        facts=body.facts,
        reason=body.reason,
        taken_by=names.get(row.taken_by, "") if row.taken_by else "",
        closed_by=names.get(row.closed_by, "") if row.closed_by else "",
        log=_log(row, body) if actor.may("audit.search") else "",
        may_deal=actor.may("security.manage") and row.state != Alarm.State.CLOSED,
    )


def _whose(actor: Actor, subject: UUID | None) -> str:
    """The name of whose dossier it was, for those who may see names."""
    if subject is None:
        return ""
    unit = Subject.objects.filter(pk=subject).values_list("unit", flat=True).first()
    dictionary = dictionary_queries.current()
    path = organization.tree().path_of(unit) if unit else ()
    shown = field_showings(actor, subject, path, dictionary.sets["identity"], "read")
    if shown.get("name") is not Showing.PLAIN:
        return ""
    return roster.names([subject], dictionary).get(subject, "")


def _log(row: Alarm, body: Body) -> str:
    """The log's page, asked for what belongs to the story."""
    pairs: dict[str, str] = {
        "since": timezone.localtime(row.first_at - timedelta(days=1)).date().isoformat(),
        "until": timezone.localtime(row.last_at).date().isoformat(),
    }
    if body.account:
        pairs["actor"] = str(body.account)
    if body.subject:
        pairs["subject"] = str(body.subject)
    if body.address and not body.account:
        pairs["address"] = body.address
    return f"{reverse('audit:search')}?{urlencode(pairs)}"


def new_alarms(request: HttpRequest) -> int | None:
    """How many wait, for the navigation."""
    actor: Actor = request.actor  # type: ignore[attr-defined]  # see ActorRequest
    if not actor.may("security.manage"):
        return None
    known: int | None = getattr(request, "new_alarms", None)  # the overview has counted them
    if known is None:
        known = about_others(actor).filter(state=Alarm.State.NEW).count()
    return known or None
