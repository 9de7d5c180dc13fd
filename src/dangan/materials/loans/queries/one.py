"""One loan: for the archivist who handles it, the borrower, and those who decide its case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from dangan.access import units
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.files.queries import FileInfo, infos
from dangan.materials.avoidance.queries import relation
from dangan.materials.catalogue.models import FileKind, Material
from dangan.materials.catalogue.queries import Item, contents, look
from dangan.materials.catalogue.shown import VolumeLine, volume_line
from dangan.materials.loans.models import OUT, Check, Loan, Request
from dangan.materials.loans.queries.register import LoanLine, lines
from dangan.materials.loans.rules.bodies import RequestBody
from dangan.materials.loans.sealing import open_body, open_note
from dangan.materials.loans.within import within
from dangan.vault.queries import key_of
from dangan.vault.rules import KeyDestroyed


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A material on the list of return. ``title`` is empty for what the reader does not see."""

    material: UUID
    label: str
    title: str
    pages: int
    outcome: str = ""
    outcome_label: str = ""
    counted: int | None = None
    note: str = ""
    check: int | None = None
    settled: bool = False


@dataclass(frozen=True, slots=True)
class LoanView:
    """What a case or a loan's page shows of a request."""

    request: Request
    body: RequestBody
    borrower: str
    asked_by: str
    volumes: tuple[VolumeLine, ...]
    parts: Mapping[UUID, int]
    letter: FileInfo | None


@dataclass(frozen=True, slots=True)
class Detail:
    """A loan's page. ``keeps``: the reader handles it; ``borrows``: it is theirs."""

    loan: Loan
    line: LoanLine
    view: LoanView
    keeps: bool
    borrows: bool
    names: Mapping[UUID, str]
    checks: tuple[CheckLine, ...] = ()
    hidden: int = 0
    """Materials to check that only named readers see."""
    signed_at: datetime | None = None

    @property
    def out(self) -> bool:
        return self.loan.state in OUT

    @property
    def left(self) -> int:
        return sum(not item.outcome for item in self.checks) + self.hidden


def content_of(actor: Actor, request: Request) -> Mapping[str, Any]:
    """For the case page: whoever decides learns whose volumes, who borrows them and why."""
    actor.trail.add(Event("loan.read", subject=request.subject, object=str(request.pk)))
    return {"loan": view_of(actor, request, told=True)}


def view_of(actor: Actor, request: Request, *, told: bool) -> LoanView:
    """A request in words; the caller has decided that the actor may know of it. ``told``: its
    case has told them the name."""
    try:
        body = open_body(request)
    except KeyDestroyed as error:
        raise Absent from error
    rows = list(request.loans.select_related("volume__subject").order_by("volume__number"))
    names = names_of_accounts({request.borrower or request.requested_by, request.requested_by})
    outside = body.outside
    borrower = (
        names.get(request.borrower, "")
        if request.borrower
        else f"{outside.organisation} {outside.name}"
        if outside
        else ""
    )
    found = infos([request.letter]) if request.letter else {}
    return LoanView(
        request=request,
        body=body,
        borrower=borrower,
        asked_by=names.get(request.requested_by, ""),
        volumes=tuple(volume_line(actor, row.volume, told=told) for row in rows),
        parts={row.volume_id: len(row.materials or ()) for row in rows},
        letter=found.get(request.letter) if request.letter else None,
    )


def detail(actor: Actor, loan: UUID) -> Detail:
    """One loan for its borrower, whoever asked, or who keeps loans there. Raises :class:`Absent`
    for all others and for who keeps away (noted)."""
    row = (
        Loan.objects.select_related("request", "volume__subject", "volume__fonds")
        .filter(pk=loan)
        .first()
    )
    keeps = row is not None and _keeps(actor, row)
    mine = row is not None and actor.id in {row.request.borrower, row.request.requested_by}
    if row is None or not (keeps or (mine and actor.may("archive.use"))):
        subject = row.subject if row else None
        actor.trail.add(Event("loan.read", outcome="refused", subject=subject, object=str(loan)))
        raise Absent
    actor.trail.add(Event("loan.read", subject=row.subject, object=str(loan)))
    checks, hidden = for_return(actor, row) if keeps and row.state not in _BEFORE else ((), 0)
    people = {row.handed_by, row.ended_by, row.extension_by} - {None}
    return Detail(
        loan=row,
        line=lines(actor, [row], told=mine)[0],
        view=view_of(actor, row.request, told=mine),
        keeps=keeps,
        borrows=actor.id == row.request.borrower,
        names=names_of_accounts(who for who in people if who),
        checks=checks,
        hidden=hidden,
        signed_at=timezone.localtime(row.signed_at) if row.signed_at else None,
    )


def at_hand(actor: Actor, volume: UUID) -> Loan | None:
    """The loan that a volume in hand is about: the one that is out, else the first that waits to
    be fetched; None for none, or for none within reach."""
    rows = Loan.objects.filter(within(actor, "loans.manage"), volume=volume)
    found = rows.filter(state__in=OUT).first()
    return found or rows.filter(state=Loan.State.READY).order_by("request__agreed_at").first()


_BEFORE = (Loan.State.ASKED, Loan.State.READY, Loan.State.CANCELLED)


def for_return(actor: Actor, row: Loan) -> tuple[tuple[CheckLine, ...], int]:
    """The materials of the list of return with what was checked, and how many only named readers
    may check."""
    if row.volume.restricted_at is not None:
        return (), 0
    key = key_of(row.subject)
    checks = {check.material: check for check in row.checks.all()}
    states = (Material.State.FILED, Material.State.REMOVED)
    seen, _hidden = contents(look(actor, row.volume_id), key=key, states=states)
    chosen = {UUID(one) for one in row.materials} if row.materials is not None else None
    filed = set(
        Material.objects.filter(volume=row.volume_id, state=Material.State.FILED).values_list(
            "pk", flat=True
        )
    )
    shown = [
        item
        for item in sorted(seen, key=lambda one: (_order(one), one.body.formed, str(one.id)))
        if (chosen is None or item.id in chosen) and (item.id in filed or item.id in checks)
    ]
    wanted = filed if chosen is None else filed & chosen
    hidden = wanted - {item.id for item in shown} - checks.keys()
    return tuple(
        CheckLine(item.id, item.body.label or item.body.category, item.body.title, item.pages)
        if item.id not in checks
        else _checked(item, checks[item.id], open_note(key, checks[item.id]))
        for item in shown
    ), len(hidden)


def _checked(item: Item, check: Check, note: str) -> CheckLine:
    return CheckLine(
        material=item.id,
        label=item.body.label or item.body.category,
        title=item.body.title,
        pages=item.pages,
        outcome=check.outcome,
        outcome_label=check.get_outcome_display(),
        counted=check.pages,
        note=note,
        check=check.pk,
        settled=check.settled_at is not None,
    )


def _order(item: Item) -> tuple[int, int, int]:
    major, _dash, minor = item.body.category.partition("-")
    return (
        int(major) if major.isdecimal() else 99,
        int(minor) if minor.isdecimal() else 0,
        item.body.number,
    )


def _keeps(actor: Actor, row: Loan) -> bool:
    if not actor.may_at("loans.manage", units.path(row.volume.subject.unit)):
        return False
    cadre = row.volume.kind == FileKind.CADRE
    return not (cadre and relation(actor, row.subject) is not None)
