"""Looking for alarms: what the log says since the last look, held against the rules.

Alarms are raised one by one, each in a transaction of its own, before the watermark moves on: a
look that is killed is done again, and what it had raised already is the same story.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import TypeAlias
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from dangan.access.models import Account, Grant
from dangan.access.queries import in_force
from dangan.audit import queries as audit
from dangan.audit.catalogue import looks
from dangan.audit.queries import streaming
from dangan.audit.queries.streaming import Line, Position
from dangan.dossiers.models import Subject
from dangan.organization import queries as organization
from dangan.organization.calendar.queries import calendar
from dangan.security import canaries
from dangan.security.alarms.probes import suspicions
from dangan.security.alarms.raising import raise_suspicion
from dangan.security.models import Budget, Opening, Watermark
from dangan.security.rules import entering, reading, running
from dangan.security.rules.deeds import BEGINS, DAY, ENDS, Deed, Habit, Known
from dangan.security.rules.stories import Suspicion
from dangan.workflow.models import Case, Task

KEY = "alarms"
WORK = timedelta(days=14)
HABITS = timedelta(days=28)
KEEP_OPENINGS = timedelta(days=40)
KEEPERS = ("hr_manager", "archivist")
ADMINISTRATORS = ("it", "security_admin", "auditor")
CHANGES = frozenset(
    {
        "record.write", "record.delete", "record.destroy", "subject.create", "subject.state",
        "dossier.restrict", "dossier.unrestrict", "dossier.destroy", "proposal.submit",
    }
)  # fmt: skip
"""Actions that show that somebody works on a dossier rather than reads it."""
Row: TypeAlias = tuple[UUID, date, time, datetime, UUID]
LOGINS = frozenset({"login.failed", "login.done"})

_log = logging.getLogger("dangan.security")


def look(now: datetime | None = None) -> int:
    """Raises what there is to raise; how many alarms are new or went on."""
    given, now = now is not None, timezone.localtime(now)
    raised = canaries.settle()
    mark, _new = Watermark.objects.get_or_create(key=KEY)
    position = Position(mark.era, mark.xid, mark.event)
    if position == Position() and mark.at is None:
        position = _begin(now)
    while True:
        lines, position = streaming.follow(position)
        raised += _raise(found(lines, now, now if given else _database_now()))
        if len(lines) < streaming.AT_ONCE:
            break
    raised += _raise(suspicions(now))
    Watermark.objects.filter(key=KEY).update(
        era=position.era, xid=position.xid, event=position.event, at=now
    )
    Opening.objects.filter(at__lt=now - KEEP_OPENINGS).delete()
    return raised


def _begin(now: datetime) -> Position:
    """The first look of an installation that has worked before begins a day back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT era, xid::text::bigint, id FROM audit_event WHERE at < %s"
            " ORDER BY at DESC, id DESC LIMIT 1",
            [now - DAY],
        )
        row = cursor.fetchone()
    return Position(*row) if row else Position()


def _raise(found: Iterator[Suspicion]) -> int:
    return sum(raise_suspicion(one) is not None for one in found)


def found(lines: list[Line], now: datetime, database_now: datetime) -> Iterator[Suspicion]:
    """What the rules make of new events, and of how the log and the clock stand."""
    yield from running.clock([_deed(line) for line in lines], now, database_now)
    yield from running.log_lag(_log_standing(), now)
    people = [line for line in lines if line.kind in {"account", "token"}]
    since = min((line.at for line in lines), default=now) - DAY
    if people:
        actors = {line.actor for line in people}
        touched = {line.subject for line in people if line.subject and line.action in opens()}
        deeds = _deeds(actors, touched, since, now)
        known = known_for(deeds, now)
        for rule in reading.RULES:
            yield from rule(deeds, known)
        yield from entering.reasons(_reveals(people, since, now))
    entries = _entries(lines, since, now)
    nothing = Known(now=now, working=lambda _day: True, opens=frozenset())
    for rule in entering.RULES:
        yield from rule(entries, nothing)


@cache
def opens() -> frozenset[str]:
    """The actions that show somebody's dossier without changing it."""
    return frozenset(key for key in looks() if key not in CHANGES)


def _deed(line: Line) -> Deed:
    return Deed(
        timezone.localtime(line.at),
        line.actor,
        line.action,
        line.outcome,
        line.subject,
        line.object,
        line.address,
    )


def _deeds(
    actors: Collection[UUID], subjects: Collection[UUID], since: datetime, now: datetime
) -> list[Deed]:
    """The last day of whoever did something, and of whoever was looked at."""
    lines = streaming.lines_of(
        actions=opens(), since=since, until=now, actors=actors, subjects=subjects
    )
    return [_deed(line) for line in lines if line.kind in {"account", "token"}]


def _entries(lines: list[Line], since: datetime, now: datetime) -> list[Deed]:
    """Log-ins of the last day when there was a new one, and what was refused to whoever was."""
    wanted: list[Line] = []
    if any(line.action == "login.failed" for line in lines):
        wanted += streaming.lines_of(actions=LOGINS, since=since, until=now)
    turned = {line.actor for line in lines if line.outcome == "refused"}
    if turned:
        wanted += streaming.refusals(turned, since, now)
    return [_deed(line) for line in sorted(wanted, key=lambda line: (line.at, line.id))]


def _reveals(
    lines: list[Line], since: datetime, now: datetime
) -> dict[UUID, list[tuple[datetime, UUID, str]]]:
    """Lifted masks of the day with their reasons, of whoever lifted one now."""
    actors = {line.actor for line in lines if line.action == "field.reveal"}
    if not actors:
        return {}
    told = streaming.lines_of(actions=["field.reveal"], since=since, until=now, actors=actors)
    found: dict[UUID, list[tuple[datetime, UUID, str]]] = defaultdict(list)
    for event in streaming.with_reasons([line.id for line in told if line.outcome == "done"]):
        if event.subject is not None:
            found[event.actor].append((timezone.localtime(event.at), event.subject, event.reason))
    return found


def known_for(deeds: Collection[Deed], now: datetime) -> Known:
    """What rules need to know about those who did something and those they looked at."""
    actors = {deed.actor for deed in deeds}
    subjects = {deed.subject for deed in deeds if deed.subject}
    person_of = {
        account: person
        for account, person in Account.objects.filter(pk__in=actors).values_list("pk", "subject")
        if person is not None
    }
    everybody = subjects | set(person_of.values())
    unit_of, departed = {}, set()
    for subject, unit, state in Subject.objects.filter(pk__in=everybody).values_list(
        "id", "unit", "state"
    ):
        unit_of[subject] = unit
        if state in {Subject.State.DEPARTED, Subject.State.RETAINED}:
            departed.add(subject)
    days = calendar()
    roles = _roles(actors)
    return Known(
        now=now,
        working=days.is_working_day,
        opens=opens(),
        person_of=person_of,
        unit_of=unit_of,
        superiors=_superiors(set(person_of.values()), unit_of),
        departed=frozenset(departed),
        worked=_worked(actors, subjects, now),
        habits=_habits(actors, now, days.is_working_day),
        budgets=_budgets(roles),
        week=_week(actors, now),
        keepers=frozenset(a for a, held in roles.items() if held & set(KEEPERS)),
        administrators=frozenset(a for a, held in roles.items() if held & set(ADMINISTRATORS)),
    )


def _roles(actors: Collection[UUID]) -> dict[UUID, set[str]]:
    found: dict[UUID, set[str]] = {actor: set() for actor in actors}
    held = Grant.objects.filter(in_force(timezone.localdate()), account__in=actors)
    for account, role in held.values_list("account", "role"):
        found[account].add(role)
    return found


def _budgets(roles: dict[UUID, set[str]]) -> dict[UUID, tuple[int, int]]:
    table = {row.role: (row.per_hour, row.per_day) for row in Budget.objects.all()}
    fallback = table.get("*", (20, 60))
    return {
        actor: max((table[role] for role in held if role in table), default=fallback)
        for actor, held in roles.items()
    }


def _superiors(
    people: Collection[UUID], unit_of: dict[UUID, UUID | None]
) -> dict[UUID, frozenset[UUID]]:
    """The heads of everybody's unit and of those above it, themselves left out."""
    tree = organization.tree()
    found = {}
    for person in people:
        unit = unit_of.get(person)
        path = tree.path_of(unit) if unit and unit in tree.nodes else ()
        heads = {tree.nodes[step].head for step in path}
        found[person] = frozenset(head for head in heads if head and head != person)
    return found


def _worked(
    actors: Collection[UUID], subjects: Collection[UUID], now: datetime
) -> frozenset[tuple[UUID, UUID]]:
    """Between whom there was work: a case one took part in, or a change, of the last fortnight."""
    if not subjects:
        return frozenset()
    since = now - WORK
    recent = Q(finished_at__isnull=True) | Q(finished_at__gte=since)
    cases = Case.objects.filter(recent, subject__in=subjects)
    pairs = set(cases.filter(initiator__in=actors).values_list("initiator", "subject"))
    tasks = Task.objects.filter(account__in=actors, case__in=cases)
    pairs |= set(tasks.values_list("account", "case__subject"))
    found = {(account, subject) for account, subject in pairs if subject is not None}
    changes = streaming.lines_of(actions=CHANGES, since=since, until=now, subjects=subjects)
    found |= {(line.actor, line.subject) for line in changes if line.subject}
    return frozenset(found)


def _week(actors: Collection[UUID], now: datetime) -> dict[UUID, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, count(DISTINCT subject) FROM security_opening"
            " WHERE account = ANY(%s) AND at > %s AND at <= %s GROUP BY account",
            [list(actors), now - timedelta(days=7), now],
        )
        return dict(cursor.fetchall())


def _habits(
    actors: Collection[UUID], now: datetime, working: Callable[[date], bool]
) -> dict[UUID, Habit]:
    """How these accounts worked over the last four weeks, today left out."""
    midnight = timezone.make_aware(datetime.combine(now.date(), time()))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account, (at AT TIME ZONE %s)::date, (at AT TIME ZONE %s)::time,"
            " date_trunc('hour', at), subject FROM security_opening"
            " WHERE account = ANY(%s) AND at >= %s AND at < %s",
            [str(now.tzinfo), str(now.tzinfo), list(actors), now - HABITS, midnight],
        )
        rows = cursor.fetchall()
    return habits_from(rows, working)


def habits_from(rows: Collection[Row], working: Callable[[date], bool]) -> dict[UUID, Habit]:
    """Habits from openings: account, local day and time, hour, subject."""
    days: dict[UUID, dict[date, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    tops: dict[UUID, dict[datetime, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    odd: dict[UUID, set[date]] = defaultdict(set)
    for account, day, moment, hour, subject in rows:
        days[account][day].add(subject)
        tops[account][hour].add(subject)
        if not working(day) or not BEGINS <= moment < ENDS:
            odd[account].add(day)
    return {
        account: Habit(
            days=len(found),
            busiest_day=_usual(found.values()),
            busiest_hour=_usual(tops[account].values()),
            odd_days=len(odd[account]),
        )
        for account, found in days.items()
    }


def _usual(sizes: Collection[set[UUID]]) -> int:
    """The size that nine in ten do not exceed."""
    ordered = sorted(len(one) for one in sizes)
    return ordered[(len(ordered) - 1) * 9 // 10] if ordered else 0


def _log_standing() -> running.LogStanding:
    standing = audit.standing()
    return running.LogStanding(
        standing.size,
        standing.copied,
        standing.signed_at,
        streaming.oldest_waiting(streaming.signed_to()),
    )


def _database_now() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (now,) = cursor.fetchone()
    return timezone.localtime(now)
