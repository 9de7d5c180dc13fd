"""What somebody holds, has asked for, and may ask to see."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from dangan.access.models import Grant, Permit
from dangan.access.queries import GrantLine, own_grants
from dangan.access.rules import Absent, Actor, Showing, require
from dangan.audit.rules import Event
from dangan.dictionary.rules import InfoSet
from dangan.dossiers.queries import open_subject
from dangan.entitlements import reaching
from dangan.entitlements.kinds.looking import RevealKind, field_labels
from dangan.entitlements.kinds.temporary import TemporaryGrantKind
from dangan.entitlements.models import RevealWish, TemporaryWish, Wish
from dangan.organization import people
from dangan.ui.languages import label

SHOWN = 20


@dataclass(frozen=True, slots=True)
class PermitLine:
    """Leave to look at somebody, in force or over lately."""

    subject: UUID
    name: str
    info_set: str
    fields: tuple[tuple[str, list[str]], ...]
    ends: datetime
    over: bool
    number: str
    case: UUID | None


@dataclass(frozen=True, slots=True)
class WishLine:
    """Something asked for."""

    kind: str
    icon: str
    summary: str
    name: str
    state: str
    number: str
    case: UUID | None
    at: datetime


@dataclass(frozen=True, slots=True)
class MyRights:
    """The page 临时授权: what I hold, may look at now, and have asked for."""

    grants: tuple[GrantLine, ...]
    permits: tuple[PermitLine, ...]
    wishes: tuple[WishLine, ...]


def my_rights(actor: Actor) -> MyRights:
    """The actor's own rights and requests. The names of people looked at are logged as read."""
    require(actor, "grants.request")
    permits = list(Permit.objects.filter(account=actor.id).order_by("-ends")[:SHOWN])
    temporary = list(
        TemporaryWish.objects.filter(account=actor.id).order_by("-requested_at")[:SHOWN]
    )
    reveals = list(RevealWish.objects.filter(account=actor.id).order_by("-requested_at")[:SHOWN])
    subjects = {row.subject for row in permits} | {row.subject for row in reveals}
    names = people.names(subjects)
    for subject in subjects:
        actor.trail.add(Event("rights.own", subject=subject))
    lines = [
        *(_wish(row, TemporaryGrantKind(), "") for row in temporary),
        *(_wish(row, RevealKind(), names.get(row.subject, "")) for row in reveals),
    ]
    return MyRights(
        grants=own_grants(actor),
        permits=tuple(_permit(row, names.get(row.subject, "")) for row in permits),
        wishes=tuple(sorted(lines, key=lambda line: line.at, reverse=True)[:SHOWN]),
    )


def _permit(row: Permit, name: str) -> PermitLine:
    return PermitLine(
        subject=row.subject,
        name=name,
        info_set=row.info_set,
        fields=tuple(field_labels({row.info_set: row.fields})),
        ends=row.ends,
        over=row.ends <= timezone.now(),
        number=row.number,
        case=row.case,
    )


def _wish(row: Wish, kind: TemporaryGrantKind | RevealKind, name: str) -> WishLine:
    return WishLine(
        kind=str(kind.label),
        icon=kind.icon,
        summary=kind.describe(row),
        name=name,
        state=row.state,
        number=row.number,
        case=row.case,
        at=row.requested_at,
    )


@dataclass(frozen=True, slots=True)
class AskablePage:
    """The fields of one set that may be asked for: (key, label, class label)."""

    subject: UUID
    name: str
    info_set: str
    set_label: str
    sets: tuple[tuple[str, str], ...]
    fields: tuple[tuple[str, str, str], ...]


def askable(actor: Actor, subject: UUID, info_set: str = "") -> AskablePage:
    """What the actor does not see plain of one person; raises :class:`Absent` when out of sight,
    and when nothing is left to ask for."""
    require(actor, "grants.request")
    opened = open_subject(actor, subject)
    if actor.subject == subject:
        raise Absent
    hidden: dict[str, tuple[InfoSet, list[str]]] = {}
    for key, known in opened.dictionary.sets.items():
        fields = [
            item for item, showing in opened.showings(known).items() if showing is not Showing.PLAIN
        ]
        if fields:
            hidden[key] = (known, fields)
    if not hidden or (info_set and info_set not in hidden):
        raise Absent
    chosen = info_set or next(iter(hidden))
    known, fields = hidden[chosen]
    actor.trail.add(Event("rights.own", subject=subject, object=chosen))
    return AskablePage(
        subject=subject,
        name=people.names([subject]).get(subject, ""),
        info_set=chosen,
        set_label=label(known.label, known.label_en),
        sets=tuple((key, label(item.label, item.label_en)) for key, (item, _f) in hidden.items()),
        fields=tuple(
            (item.key, label(item.label, item.label_en), item.field_class.name.lower())
            for item in known.fields
            if item.key in set(fields)
        ),
    )


def administrative(actor: Actor, account: UUID) -> tuple[tuple[str, str], ...]:
    """The administrative roles of an account that can be handed over: (value, label)."""
    require(actor, "rights.request")
    held = Grant.objects.filter(account=account, begins__isnull=True).order_by("at")
    return tuple(
        (f"{grant.role}|{grant.unit or ''}", reaching.pair_label(grant.role, grant.unit))
        for grant in held
        if reaching.is_administrative(grant.role)
    )
