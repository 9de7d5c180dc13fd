"""Reading notices: everybody sees their own and nobody else's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Q
from django.utils import timezone

from dangan.access.rules import Absent, Actor, require
from dangan.notices.models import Delivery, DeliveryState, Notice, Preference, Robot
from dangan.notices.rules.outbox import TROUBLES
from dangan.notices.rules.robots import SERVICES
from dangan.notices.rules.wishes import Wish
from dangan.notices.topics import say, topics
from dangan.organization.queries import tree
from dangan.ui.languages import label
from dangan.ui.messages import say as say_message

PER_PAGE = 50
BELL_SHOWS = 8
STATISTICS_DAYS = 7
FAILED_SHOWN = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A notice in the reader's language."""

    id: UUID
    title: str
    text: str
    icon: str
    url: str
    at: datetime
    read: bool
    urgent: bool
    group: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the actor's notices; ``total`` counts those that fit the filters."""

    lines: tuple[Line, ...]
    total: int
    unread: int
    offset: int
    limit: int
    groups: tuple[tuple[str, str, int], ...]
    """Key, label and unread count of each group."""


def unread(actor: Actor) -> int:
    """How many notices the actor has not read; one statement."""
    if not actor.may("notices.own"):
        return 0
    return Notice.objects.filter(account=actor.id, read_at=None).count()


def latest(actor: Actor, limit: int = BELL_SHOWS) -> tuple[Line, ...]:
    """The newest notices of the actor; one statement."""
    require(actor, "notices.own")
    rows = Notice.objects.filter(account=actor.id).order_by("-at", "id")[:limit]
    return tuple(_line(row) for row in rows)


def mine(actor: Actor, *, only_unread: bool = False, group: str = "", offset: int = 0) -> Page:
    """A page of the actor's notices; two statements."""
    require(actor, "notices.own")
    own = Notice.objects.filter(account=actor.id)
    counted = {
        row["topic"]: (row["count"], row["unread"])
        for row in own.values("topic").annotate(
            count=Count("id"), unread=Count("id", filter=Q(read_at=None))
        )
    }
    place = 1 if only_unread else 0
    fitting = {key: n for key, n in counted.items() if not group or _group(key) == group}
    rows = own.filter(read_at=None) if only_unread else own
    if group:
        rows = rows.filter(topic__in=list(fitting))
    return Page(
        lines=tuple(_line(row) for row in rows.order_by("-at", "id")[offset : offset + PER_PAGE]),
        total=sum(numbers[place] for numbers in fitting.values()),
        unread=sum(numbers[1] for numbers in counted.values()),
        offset=offset,
        limit=PER_PAGE,
        groups=tuple(
            (
                item.key,
                label(item.label, item.label_en),
                sum(n[1] for key, n in counted.items() if _group(key) == item.key),
            )
            for item in topics().groups.values()
        ),
    )


def target(actor: Actor, notice: UUID) -> str:
    """Where one of the actor's notices leads; raises :class:`Absent`."""
    require(actor, "notices.own")
    found = Notice.objects.filter(account=actor.id, pk=notice).values_list("url", flat=True)
    url = found.first()
    if url is None:
        raise Absent
    return url


def wish_of(actor: Actor) -> Wish:
    """How the actor wants to be told."""
    require(actor, "notices.own")
    return wishes_of([actor.id])[actor.id]


def wishes_of(accounts: Collection[UUID]) -> Mapping[UUID, Wish]:
    """How accounts want to be told, the defaults for those who never said; one statement."""
    found = {row.account: _wish(row) for row in Preference.objects.filter(account__in=accounts)}
    return {account: found.get(account) or Wish() for account in accounts}


def _wish(row: Preference) -> Wish:
    quiet = None
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = (row.quiet_from, row.quiet_until)
    return Wish(row.mail, row.digest, quiet, row.language)  # type: ignore[arg-type] # checked there


def _group(topic: str) -> str:
    return topics().group_of(topic)


def _line(row: Notice) -> Line:
    said = say(row.topic, row.facts)
    topic = topics().topics.get(row.topic)
    group = topics().groups.get(topic.group) if topic else None
    return Line(
        id=row.id,
        title=said.title,
        text=said.text,
        icon=topic.icon if topic else "bell",
        url=row.url,
        at=row.at,
        read=row.read_at is not None,
        urgent=row.urgent,
        group=label(group.label, group.label_en) if group else "",
    )


@dataclass(frozen=True, slots=True)
class RobotLine:
    """A robot as administrators see it: never its address or secret."""

    id: UUID
    kind: str
    service: str
    label: str
    groups: tuple[str, ...]
    group_labels: tuple[str, ...]
    units: tuple[UUID, ...]
    unit_labels: tuple[str, ...]
    per_minute: int
    language: str
    active: bool
    sent: int
    waiting: int
    failed: int


@dataclass(frozen=True, slots=True)
class FailedLine:
    """A delivery that was given up. ``receiver`` names a channel, never a person."""

    id: UUID
    at: datetime
    receiver: str
    title: str
    why: str
    code: int | None
    attempts: int


@dataclass(frozen=True, slots=True)
class Channels:
    """The administrators' page. ``mail`` counts deliveries of the last days by state."""

    mail: Mapping[str, int]
    oldest_waiting: datetime | None
    robots: tuple[RobotLine, ...]
    failed: tuple[FailedLine, ...]
    failed_total: int


def channels(actor: Actor) -> Channels:
    """How the channels do; four statements."""
    require(actor, "notices.manage")
    since = timezone.now() - timedelta(days=STATISTICS_DAYS)
    counts: dict[UUID | None, dict[str, int]] = {}
    recent = Delivery.objects.filter(
        Q(created_at__gt=since) | Q(state__in=[DeliveryState.WAITING, DeliveryState.FAILED])
    )
    for row in recent.values("robot", "state").annotate(count=Count("id")):
        counts.setdefault(row["robot"], {})[row["state"]] = row["count"]
    failed = Delivery.objects.filter(state=DeliveryState.FAILED)
    rows = list(failed.select_related("robot").order_by("-created_at")[:FAILED_SHOWN])
    oldest = (
        Delivery.objects.filter(state=DeliveryState.WAITING, due_at__lt=timezone.now())
        .order_by("due_at")
        .values_list("due_at", flat=True)
        .first()
    )
    return Channels(
        mail=counts.get(None, {}),
        oldest_waiting=oldest,
        robots=tuple(
            _robot(row, counts.get(row.id, {})) for row in Robot.objects.order_by("label")
        ),
        failed=tuple(_failed(row) for row in rows),
        failed_total=sum(states.get(DeliveryState.FAILED, 0) for states in counts.values()),
    )


def robot(actor: Actor, ident: UUID) -> RobotLine:
    """One robot; raises :class:`Absent`."""
    require(actor, "notices.manage")
    row = Robot.objects.filter(pk=ident).first()
    if row is None:
        raise Absent
    return _robot(row, {})


def _robot(row: Robot, counts: Mapping[str, int]) -> RobotLine:
    service = SERVICES[row.kind]
    return RobotLine(
        id=row.id,
        kind=row.kind,
        service=label(service.label, service.label_en),
        label=row.label,
        groups=tuple(row.groups),
        group_labels=_labels(row.groups),
        units=tuple(row.units),
        unit_labels=tuple(tree().label(unit) for unit in row.units),
        per_minute=row.per_minute,
        language=row.language,
        active=row.active,
        sent=counts.get(DeliveryState.DONE, 0),
        waiting=counts.get(DeliveryState.WAITING, 0) + counts.get(DeliveryState.CLAIMED, 0),
        failed=counts.get(DeliveryState.FAILED, 0),
    )


def _labels(keys: Sequence[str]) -> tuple[str, ...]:
    groups = topics().groups
    return tuple(label(groups[key].label, groups[key].label_en) for key in keys if key in groups)


def _failed(row: Delivery) -> FailedLine:
    return FailedLine(
        id=row.id,
        at=row.created_at,
        receiver=row.robot.label if row.robot else "",
        title=say(row.topic, row.facts).title,
        why=say_message(TROUBLES[row.error]) if row.error in TROUBLES else row.error,
        code=row.code,
        attempts=row.attempts,
    )
