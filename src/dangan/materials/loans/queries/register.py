"""借阅台账: one line for each volume of each request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.materials.avoidance.queries import relations
from dangan.materials.catalogue.models import FileKind
from dangan.materials.catalogue.shown import PersonBlock, people
from dangan.materials.loans.models import OUT, Check, Loan
from dangan.materials.loans.rules.bodies import RequestBody
from dangan.materials.loans.rules.terms import is_overdue, overdue_days
from dangan.materials.loans.sealing import open_bodies
from dangan.materials.loans.within import within
from dangan.organization.calendar.queries import calendar
from dangan.roster import queries as roster

PER_PAGE = 30
STATES = {
    "open": _("未归还"),
    "today": _("今天到期"),
    "overdue": _("逾期"),
    "ready": _("待领取"),
    "findings": _("归还有问题"),
    "returned": _("已归还"),
}


@dataclass(frozen=True, slots=True)
class LoanLine:
    """One line of the register, cut to its reader. ``shape`` is a key of the ``state`` tag."""

    id: UUID
    number: str
    volume: UUID
    volume_number: str
    kind_label: str
    secrecy: int
    person: PersonBlock
    borrower: str
    outside: bool
    state: str
    state_label: str
    shape: str
    handed: date | None
    due: date | None
    late_days: int
    returned: date | None
    part: int
    """How many materials were chosen; 0: the whole volume."""
    extension: str
    signed: bool
    reason: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class LoanPage:
    """A page of the register; ``counts`` by tab, within the reader's reach."""

    lines: tuple[LoanLine, ...]
    counts: dict[str, int]
    total: int
    offset: int
    limit: int


def register(
    actor: Actor, *, state: str = "open", text: str = "", offset: int = 0, limit: int = PER_PAGE
) -> LoanPage:
    """The register within reach, most urgent first where something is out, else newest first."""
    require(actor, "loans.manage")
    today = timezone.localdate()
    kept = Loan.objects.filter(within(actor, "loans.manage")).exclude(state=Loan.State.ASKED)
    counts = kept.aggregate(**{key: Count("pk", filter=_tab(key, today)) for key in STATES})
    found = kept.filter(_tab(state, today)) if state in STATES else kept
    if text.strip():
        found = found.filter(_search(actor, text.strip()[:64]))
    total = found.count() if text.strip() or state not in STATES else counts[state]
    rows = list(_ordered(found, state).select_related("request", "volume")[offset : offset + limit])
    actor.trail.add(Event("loan.list", facts={"rows": len(rows), "state": state}))
    return LoanPage(tuple(lines(actor, rows)), counts, total, offset, limit)


def mine(actor: Actor) -> tuple[LoanLine, ...]:
    """What the actor borrows or has asked for, newest first. Permission archive.use."""
    require(actor, "archive.use")
    rows = list(
        _newest(
            Loan.objects.filter(Q(request__borrower=actor.id) | Q(request__requested_by=actor.id))
        ).select_related("request", "volume")[:PER_PAGE]
    )
    actor.trail.add(Event("loan.list", facts={"rows": len(rows), "state": "mine"}))
    return tuple(lines(actor, rows, told=True))


def lines(actor: Actor, rows: Sequence[Loan], *, told: bool = False) -> list[LoanLine]:
    """Lines for these loans in a fixed number of statements. A cadre file of the reader's own or
    of a relative stands without who has it and why: only that it is out."""
    today, days = timezone.localdate(), calendar()
    blocks = people(actor, {row.subject for row in rows}, told=told)
    bodies = open_bodies({row.request_id: row.request for row in rows}.values())
    names = names_of_accounts({row.request.borrower for row in rows if row.request.borrower})
    cadre = {row.subject for row in rows if row.volume.kind == FileKind.CADRE}
    avoided = set(relations(actor.subject, cadre)) if cadre else set()
    found = []
    for row in rows:
        shut = row.volume.kind == FileKind.CADRE and row.subject in avoided
        body = None if shut else bodies.get(row.request_id)
        late = overdue_days(days, row.due, today) if row.state in OUT and row.due else 0
        found.append(
            LoanLine(
                id=row.pk,
                number=row.request.number,
                volume=row.volume_id,
                volume_number=row.volume.number,
                kind_label=row.volume.get_kind_display(),
                secrecy=max(row.volume.secrecy, row.volume.highest),
                person=blocks[row.subject],
                borrower="" if shut else _borrower(row, names, body),
                outside=row.request.borrower is None,
                state=row.state,
                state_label=row.get_state_display(),
                shape=_shape(row, today),
                handed=timezone.localdate(row.handed_at) if row.handed_at else None,
                due=row.due,
                late_days=late,
                returned=timezone.localdate(row.ended_at) if row.ended_at else None,
                part=len(row.materials or ()),
                extension=row.extension,
                signed=bool(row.signing),
                reason=body.reason if body else "",
                contact=body.contact if body else "",
            )
        )
    return found


def _tab(key: str, today: date) -> Q:
    out = Q(state__in=OUT)
    return {
        "open": out,
        "today": Q(state=Loan.State.LENT, due=today),
        "overdue": out & Q(due__lt=today),
        "ready": Q(state=Loan.State.READY),
        "findings": Q(
            pk__in=Check.objects.filter(settled_at__isnull=True)
            .exclude(outcome=Check.Outcome.COMPLETE)
            .values("loan")
        ),
        "returned": Q(state=Loan.State.RETURNED),
    }[key]


def _search(actor: Actor, text: str) -> Q:
    hits = roster.search(actor, text, limit=200) if actor.may("roster.view") else []
    return (
        Q(volume__number__icontains=text)
        | Q(request__number__icontains=text)
        | Q(subject__in=[hit.subject for hit in hits])
    )


def _ordered(rows: QuerySet[Loan], state: str) -> QuerySet[Loan]:
    """By what presses, else as handed out last (an index answers), else as asked last."""
    if state in {"open", "today", "overdue"}:
        return rows.order_by("due", "id")
    if state in {"returned", "findings"}:
        return rows.order_by(F("handed_at").desc(nulls_last=True), "id")
    return _newest(rows)


def _newest(rows: QuerySet[Loan]) -> QuerySet[Loan]:
    return rows.order_by("-request__at", "id")


def _borrower(row: Loan, names: dict[UUID, str], body: RequestBody | None) -> str:
    if row.request.borrower:
        return names.get(row.request.borrower, "")
    if body is None or body.outside is None:
        return ""
    return f"{body.outside.organisation} {body.outside.name}"


def _shape(row: Loan, today: date) -> str:
    if row.state in OUT:
        late = row.state == Loan.State.LOST or (row.due is not None and is_overdue(row.due, today))
        return "late" if late else "run"
    return {"returned": "ok", "ready": "draft", "asked": "run"}.get(row.state, "off")
