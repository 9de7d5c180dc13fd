"""What stands beside a dossier: open tickets, recent changes, who looked; few statements."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, reach
from dangan.audit import queries as audit_queries
from dangan.audit.catalogue import label_of
from dangan.audit.rules import Event
from dangan.dictionary.rules import Dictionary
from dangan.dossiers.models import Change, Problem, Subject
from dangan.dossiers.queries.dossier import Opened
from dangan.dossiers.queries.finding import find_by_unique
from dangan.dossiers.queries.history import visible_sets
from dangan.dossiers.queries.problems import code_label, problem_view
from dangan.organization import queries as organization_queries
from dangan.roster import queries as roster_queries
from dangan.ui.languages import label as in_language

TICKETS = 8
CHANGES = 4


@dataclass(frozen=True, slots=True)
class Ticket:
    """An open problem ticket in one line."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class RecentChange:
    """An update record in one line: which sets it touched."""

    number: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody looked at the dossier, or did something to it."""

    actor: UUID
    name: str
    deed: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Beside:
    """The rail of a dossier."""

    problems: tuple[Ticket, ...]
    changes: tuple[RecentChange, ...]
    may_see_looks: bool


def beside(opened: Opened) -> Beside:
    """The rail, each part as far as the actor may see it."""
    actor = opened.actor
    return Beside(
        problems=_tickets(opened) if actor.may("problems.view") else (),
        changes=_changes(opened) if actor.may("history.view") else (),
        may_see_looks=may_see_looks(opened),
    )


def may_see_looks(opened: Opened) -> bool:
    """The person concerned, those who keep the dossier, and those who search the log."""
    actor = opened.actor
    return (
        actor.subject == opened.subject.id
        or actor.may("audit.search")
        or opened.may_edit(opened.dictionary.sets["identity"])
    )


def _tickets(opened: Opened) -> tuple[Ticket, ...]:
    seen = [item.key for item in visible_sets(opened)]
    stored = Problem.objects.filter(
        subject=opened.subject, state=Problem.State.OPEN, info_set__in=seen
    ).order_by("-found_at", "-id")[:TICKETS]
    found = []
    for item in stored:
        item.subject = opened.subject
        view = problem_view(
            opened.actor, opened.dictionary, item, opened.key, name="", unit_path=opened.unit_path
        )
        found.append(Ticket(view.id, view.message or code_label(view.code)))
    return tuple(found)


def _changes(opened: Opened) -> tuple[RecentChange, ...]:
    seen = {item.key: item for item in visible_sets(opened)}
    stored = (
        Change.objects.filter(subject=opened.subject, records__info_set__in=list(seen))
        .distinct()
        .order_by("-id")[:CHANGES]
    )
    return tuple(
        RecentChange(item.number, _touched(item, opened.dictionary, set(seen)), item.at)
        for item in stored
    )


def _touched(change: Change, dictionary: Dictionary, seen: set[str]) -> str:
    kind = in_language(str(Change.Kind(change.kind).label))
    labels = [
        in_language(item.label, item.label_en)
        for key in change.sets
        if key in seen and (item := dictionary.sets.get(key))
    ]
    if change.kind in (Change.Kind.CREATE, Change.Kind.IMPORT) and len(labels) > 1:
        return kind
    return _("{kind}：{sets}").format(kind=kind, sets="、".join(labels))


def looks(opened: Opened, *, limit: int) -> list[Look]:
    """Who looked, newest first. Raises :class:`Absent` for those whom it does not concern.

    One's own looks at a dossier are left out: they tell nobody anything new.
    """
    if not may_see_looks(opened):
        raise Absent
    events = audit_queries.looked_at(opened.subject.id, limit=max(limit, 60))
    opened.actor.trail.add(Event("history.looks", subject=opened.subject.id))
    others = [event for event in events if event.actor != opened.actor.id]
    found = [event for event in others if not _goes_with_a_read(event, others)][:limit]
    hidden = set(opened.dictionary.sets) - {item.key for item in visible_sets(opened)}
    names = names_of_accounts({event.actor for event in found})
    language = get_language() or "zh-hans"
    return [
        Look(
            actor=event.actor,
            name=names.get(event.actor, _("已注销的账号")),
            deed=_deed(opened.dictionary, event.action, _target(event, hidden), language),
            reason="" if _touches(event, hidden) else event.reason,
            at=event.at,
        )
        for event in found
    ]


def _goes_with_a_read(
    event: audit_queries.LoggedEvent, events: Sequence[audit_queries.LoggedEvent]
) -> bool:
    """Whether this is the portrait that every page of the dossier fetches after itself."""
    return event.action == "dossier.portrait" and any(
        other.action == "dossier.read"
        and other.actor == event.actor
        and abs(other.at - event.at) < timedelta(minutes=1)
        for other in events
    )


def _targets(event: audit_queries.LoggedEvent) -> list[str]:
    """Which sets or field an event was about: a change names the records it wrote."""
    records = event.facts.get("records")
    if not isinstance(records, list):
        return event.object.split(",")
    return list(dict.fromkeys(str(record["set"]) for record in records))


def _target(event: audit_queries.LoggedEvent, hidden: Collection[str]) -> str:
    """What of it the reader may know of: that a set was written tells that it is filled."""
    return ",".join(key for key in _targets(event) if key.partition(".")[0] not in hidden)


def _touches(event: audit_queries.LoggedEvent, hidden: Collection[str]) -> bool:
    """Whether its words may tell of a set that the reader does not see."""
    return any(key.partition(".")[0] in hidden for key in _targets(event))


def _deed(dictionary: Dictionary, action: str, target: str, language: str) -> str:
    """看 plus what: a field or the sets; many sets are the whole dossier."""
    verb = in_language(label_of(action, language=language), label_of(action, language=language))
    names = []
    for key in target.split(","):
        set_key, _dot, field = key.partition(".")
        info_set = dictionary.sets.get(set_key)
        if info_set is None:
            continue
        item = info_set.by_key.get(field) if field else None
        names.append(
            in_language(item.label, item.label_en)
            if item
            else in_language(info_set.label, info_set.label_en)
        )
    if not names:
        return verb
    if len(names) > 3:
        return _("{verb}{first}等 {n} 项").format(verb=verb, first=names[0], n=len(names))
    return _("{verb}{what}").format(verb=verb, what="、".join(names))


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose number it is, for somebody who may know."""

    subject: UUID
    name: str
    unit: str


def holder_of(actor: Actor, path: str, value: str) -> Holder | None:
    """Who has this unique value, if the person lies within the actor's reach."""
    subject = find_by_unique(path, value)
    if subject is None:
        return None
    tree = organization_queries.tree()
    unit = Subject.objects.filter(id=subject).values_list("unit", flat=True).first()
    if not reach(actor).contains(subject, tree.path_of(unit)):
        return None
    return Holder(subject, roster_queries.names([subject]).get(subject, ""), tree.label(unit))
