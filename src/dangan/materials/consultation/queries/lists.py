"""Lists: the register 查阅登记表, one's own requests, what one may read, copies, provisions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dangan.access import units
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.dossiers.models import Subject
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.queries import kept_away
from dangan.materials.catalogue.shown import PersonBlock
from dangan.materials.consultation import wording
from dangan.materials.consultation.grants import READABLE, reading_of, shown_to
from dangan.materials.consultation.models import Consultation, Copying, Provision, Seat, Use
from dangan.materials.consultation.rules.bodies import ProvisionBody
from dangan.materials.consultation.rules.reading import Standing, standing
from dangan.materials.consultation.sealing import open_body, owner_of
from dangan.vault import queries as vault

PER_PAGE = 30
STATES: Mapping[str, str | Promise] = {
    "": _("全部"),
    "asked": _("审批中"),
    "agreed": _("待打开"),
    "open": _("阅览中"),
    "closed": _("已结束"),
    "refused": _("未准"),
}


@dataclass(frozen=True, slots=True)
class RegisterQuery:
    """What of the register is wanted: ``state`` a key of :data:`STATES`, days of asking."""

    state: str = ""
    since: date | None = None
    until: date | None = None
    number: str = ""
    offset: int = 0
    limit: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class ConsultationLine:
    """One line of the register."""

    row: Consultation
    person: PersonBlock
    kind_label: str
    secrecy: int
    standing: Standing
    shape: str
    word: str
    applicant: str
    unit: str
    readers: int
    shows: bool = False
    left: str = ""


@dataclass(frozen=True, slots=True)
class RegisterPage:
    lines: tuple[ConsultationLine, ...]
    total: int
    offset: int

    @property
    def more(self) -> int | None:
        after = self.offset + len(self.lines)
        return after if after < self.total else None


@dataclass(frozen=True, slots=True)
class CopyingLine:
    row: Copying
    person: PersonBlock
    secrecy: int
    shape: str
    word: str
    applicant: str
    taken: int


@dataclass(frozen=True, slots=True)
class ProvisionLine:
    row: Provision
    person: PersonBlock | None
    receiver: str
    purpose: str
    shape: str
    word: str
    applicant: str


def register(actor: Actor, query: RegisterQuery) -> RegisterPage:
    """The register, newest first, cut to the units over which consultations are managed."""
    require(actor, "consultation.manage")
    rows = _asked(query, _within(actor, Consultation.objects.all()))
    total = rows.count()
    page = list(
        rows.select_related("volume__subject")
        .prefetch_related("seats")
        .order_by("-at", "pk")[query.offset : query.offset + query.limit]
    )
    page = _without_own(actor, page)
    actor.trail.add(Event("consultation.list", facts={"n": total}))
    return RegisterPage(tuple(_lines(actor, page)), total, query.offset)


def mine(actor: Actor) -> list[ConsultationLine]:
    """What the actor asked for, newest first."""
    rows = Consultation.objects.filter(by=actor.id).select_related("volume__subject")
    return _lines(actor, list(rows.prefetch_related("seats").order_by("-at")[:PER_PAGE]), told=True)


def readings(actor: Actor) -> list[ConsultationLine]:
    """我可以阅览的: what the actor is a reader of and what can be opened or is open, then what
    ended within a month."""
    require(actor, "archive.read")
    now = timezone.now()
    lately = Q(until__isnull=True) | Q(until__gt=now - timedelta(days=30))
    rows = (
        Consultation.objects.filter(
            lately,
            state=Use.State.GRANTED,
            pk__in=Seat.objects.filter(account=actor.id, ended_at__isnull=True).values(
                "consultation"
            ),
        )
        .select_related("volume__subject")
        .prefetch_related("seats")
        .order_by("-decided_at")[: PER_PAGE * 2]
    )
    lines = _lines(actor, list(rows), told=True)
    for line in lines:
        actor.trail.add(Event("consultation.mine", subject=line.row.subject))
    order: Mapping[str, int] = {"open": 0, "agreed": 1}
    return sorted(lines, key=lambda line: order.get(line.standing, 2))


def copyings(actor: Actor) -> list[CopyingLine]:
    """The register of copies for who manages consultations; for others what they asked for."""
    rows = _own_or_managed(actor, Copying.objects.select_related("volume__subject"))
    page = list(rows.prefetch_related("taken").order_by("-at")[: PER_PAGE * 4])
    page = _without_own(actor, page)
    people = shown.people(actor, {row.subject for row in page})
    names = names_of_accounts({row.by for row in page})
    actor.trail.add(Event("copying.list", facts={"n": len(page)}))
    return [
        CopyingLine(
            row,
            people[row.subject],
            row.volume.highest,
            wording.USE_STATES[row.state][0],
            str(wording.USE_STATES[row.state][1]),
            names.get(row.by, ""),
            len(row.taken.all()),
        )
        for row in page
    ]


def provisions(actor: Actor) -> list[ProvisionLine]:
    """The register of provisions for who manages consultations; for others their own."""
    rows = _own_or_managed(actor, Provision.objects.select_related("volume__subject"))
    page = _without_own(actor, list(rows.order_by("-at")[: PER_PAGE * 4]))
    keys = vault.keys_of({owner_of(row.subject) for row in page}, skip_destroyed=True)
    people = shown.people(actor, {row.subject for row in page if row.subject})
    names = names_of_accounts({row.by for row in page})
    actor.trail.add(Event("provision.list", facts={"n": len(page)}))
    lines = []
    for row in page:
        key = keys.get(owner_of(row.subject))
        body = (
            open_body(key, row.pk, row.version, row.sealed, ProvisionBody)
            if key is not None
            else None
        )
        shape, word = wording.USE_STATES[row.state]
        lines.append(
            ProvisionLine(
                row,
                people[row.subject] if row.subject else None,
                body.receiver if body else "",
                body.purpose if body else "",
                shape,
                str(word),
                names.get(row.by, ""),
            )
        )
    return lines


def _within(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Rows about people over whose unit the actor manages consultations."""
    if actor.may_at("consultation.manage", ()):
        return rows
    wanted = [
        unit
        for unit, _label, _depth in units.choices()
        if actor.may_at("consultation.manage", units.path(unit))
    ]
    return rows.filter(volume__subject__in=Subject.objects.filter(unit__in=wanted))


def _own_or_managed(actor: Actor, rows: QuerySet[Any]) -> QuerySet[Any]:
    own = rows.filter(by=actor.id)
    if not actor.may("consultation.manage"):
        return own
    return own | _within(actor, rows)


def _without_own(actor: Actor, rows: list[Any]) -> list[Any]:
    """Without what others did with the actor's own or a relative's cadre file."""
    away = kept_away(actor, [row.volume for row in rows if row.volume is not None])
    return [row for row in rows if row.by == actor.id or row.volume_id not in away]


def _asked(query: RegisterQuery, rows: QuerySet[Any]) -> QuerySet[Any]:
    now = timezone.now()
    granted = Q(state=Use.State.GRANTED)
    over = (
        Q(until__lte=now) | Q(ended_at__isnull=False) | Q(until__isnull=True, use_before__lte=now)
    )
    by_state = {
        "asked": Q(state=Use.State.OPEN),
        "agreed": granted & Q(until__isnull=True) & ~over,
        "open": granted & Q(until__gt=now, ended_at__isnull=True),
        "closed": granted & over,
        "refused": Q(state__in=[Use.State.REFUSED, Use.State.WITHDRAWN]),
    }
    if query.state in by_state:
        rows = rows.filter(by_state[query.state])
    if query.since:
        rows = rows.filter(at__gte=_midnight(query.since))
    if query.until:
        rows = rows.filter(at__lt=_midnight(query.until + timedelta(days=1)))
    if query.number:
        wanted = query.number.strip()
        rows = rows.filter(Q(number__iexact=wanted) | Q(volume__number__iexact=wanted))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _lines(
    actor: Actor, rows: Sequence[Consultation], *, told: bool = False
) -> list[ConsultationLine]:
    now = timezone.now()
    people = shown.people(actor, {row.subject for row in rows}, told=told)
    names = names_of_accounts({row.by for row in rows})
    return [_line(row, people, names, actor.id, now) for row in rows]


def _line(
    row: Consultation,
    people: Mapping[UUID, PersonBlock],
    names: Mapping[UUID, str],
    account: UUID,
    now: datetime,
) -> ConsultationLine:
    stands = standing(reading_of(row), now)
    shape, word = wording.shape_and_word(stands)
    readable = row.volume.standing in READABLE and row.volume.restricted_at is None
    return ConsultationLine(
        row=row,
        person=people[row.subject],
        kind_label=row.volume.get_kind_display(),
        secrecy=max(row.volume.secrecy, row.volume.highest),
        standing=stands,
        shape=shape,
        word=word,
        applicant=names.get(row.by, ""),
        unit=units.label(row.unit) if row.unit else "",
        readers=len(row.seats.all()),
        shows=readable and shown_to(row, account, now),
        left=wording.left(row.until, now) if row.until and stands == "open" else "",
    )
