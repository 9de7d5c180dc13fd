"""转出登记 and one slip."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.files.queries import FileInfo, infos
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import settings
from dangan.materials.catalogue.shown import PersonBlock, people
from dangan.materials.loans.within import within
from dangan.materials.transfers.actions.sending import may_keep
from dangan.materials.transfers.models import Line, Transfer
from dangan.materials.transfers.rules.bodies import LineBody, SlipBody
from dangan.materials.transfers.sealing import open_lines, open_slip, open_slips
from dangan.roster import queries as roster

PER_PAGE = 30
STATES = {
    "asked": _("审批中"),
    "ready": _("待发出"),
    "sent": _("待回执"),
    "late": _("逾期未回执"),
    "received": _("已收回执"),
    "rejected": _("对方退回"),
}


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One slip in the register."""

    id: UUID
    number: str
    case_number: str
    receiver: str
    persons: tuple[str, ...]
    """Names as far as the reader may see them."""
    people: int
    volumes: int
    originals: int
    copies: int
    materials: int
    secrecy: int
    way: str
    state: str
    state_label: str
    shape: str
    sent_on: date | None
    receipt_on: date | None
    late: bool
    chased: int


@dataclass(frozen=True, slots=True)
class SlipPage:
    lines: tuple[SlipLine, ...]
    counts: dict[str, int]
    total: int
    offset: int
    limit: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person's files on a slip: 姓名、单位及职务、转递原因、正本、副本、材料."""

    subject: UUID
    name: str
    post: str
    reason: str
    originals: int
    copies: int
    materials: int
    numbers: tuple[str, ...]
    secrecy: int
    outcome: str


@dataclass(frozen=True, slots=True)
class SlipView:
    """A slip as its keepers and those who decide its case see it."""

    transfer: Transfer
    body: SlipBody
    persons: tuple[PersonLine, ...]
    names: Mapping[UUID, str]
    scan: FileInfo | None
    due: date | None
    late: bool

    @property
    def originals(self) -> int:
        return sum(line.originals for line in self.persons)

    @property
    def copies(self) -> int:
        return sum(line.copies for line in self.persons)

    @property
    def materials(self) -> int:
        return sum(line.materials for line in self.persons)


def slips(
    actor: Actor, *, state: str = "", text: str = "", offset: int = 0, limit: int = PER_PAGE
) -> SlipPage:
    """转出登记 within reach, newest first. Permission transfers.manage."""
    require(actor, "transfers.manage")
    kept = Transfer.objects.filter(
        pk__in=Line.objects.filter(within(actor, "transfers.manage")).values("transfer")
    )
    counts = kept.aggregate(**{key: Count("pk", filter=_tab(key)) for key in STATES})
    found = kept.filter(_tab(state)) if state in STATES else kept
    if text.strip():
        found = found.filter(_search(actor, text.strip()[:64]))
    total = found.count()
    rows = list(_newest(found)[offset : offset + limit])
    actor.trail.add(Event("transfer.list", facts={"rows": len(rows), "state": state}))
    return SlipPage(tuple(_lines(actor, rows)), counts, total, offset, limit)


def slip(actor: Actor, transfer: UUID) -> SlipView:
    """One slip for those who keep every file on it. Raises :class:`Absent` (noted)."""
    row = Transfer.objects.filter(pk=transfer).first()
    lines = (
        list(row.lines.select_related("volume__subject").order_by("volume__number")) if row else []
    )
    if row is None or not lines or not all(may_keep(actor, line.volume) for line in lines):
        actor.trail.add(Event("transfer.read", outcome="refused", object=str(transfer)))
        raise Absent
    return _view(actor, row, lines)


def content_of(actor: Actor, row: Transfer) -> Mapping[str, Any]:
    """For the case page: whoever decides learns whose files go where."""
    lines = list(row.lines.select_related("volume__subject").order_by("volume__number"))
    return {"slip": _view(actor, row, lines)}


def transfers_of(volumes: Iterable[UUID]) -> dict[UUID, Transfer]:
    """The open transfer of each volume; one statement. The caller decides who may know."""
    rows = Line.objects.filter(volume__in=volumes, open=True).select_related("transfer")
    return {row.volume_id: row.transfer for row in rows}


def _view(actor: Actor, row: Transfer, lines: list[Line]) -> SlipView:
    for person in dict.fromkeys(line.subject for line in lines):
        actor.trail.add(Event("transfer.read", subject=person, object=str(row.pk)))
    who = {row.requested_by, row.sent_by, row.receipt_by} - {None}
    files = infos([row.receipt_scan]) if row.receipt_scan else {}
    due = row.sent_on + timedelta(days=settings().receipt_chase_days) if row.sent_on else None
    body = open_slip(row)
    return SlipView(
        transfer=row,
        body=body,
        persons=_persons(lines, open_lines(lines), body),
        names=names_of_accounts(one for one in who if one),
        scan=files.get(row.receipt_scan) if row.receipt_scan else None,
        due=due,
        late=row.state == Transfer.State.SENT and due is not None and timezone.localdate() > due,
    )


def _persons(
    lines: list[Line], bodies: Mapping[int, LineBody], slip: SlipBody
) -> tuple[PersonLine, ...]:
    grouped: dict[UUID, list[Line]] = {}
    for line in lines:
        grouped.setdefault(line.subject, []).append(line)
    found = []
    for subject, own in grouped.items():
        body = bodies.get(own[0].pk, LineBody(name=""))
        copies = [line for line in own if line.volume.copy == Volume.Copy.PARTIAL]
        found.append(
            PersonLine(
                subject=subject,
                name=body.name,
                post=body.post,
                reason=body.reason or slip.reason,
                originals=sum(line.books for line in own) - sum(line.books for line in copies),
                copies=sum(line.books for line in copies),
                materials=sum(line.materials for line in own),
                numbers=tuple(line.volume.number for line in own),
                secrecy=max(max(line.volume.secrecy, line.volume.highest) for line in own),
                outcome=own[0].outcome,
            )
        )
    return tuple(found)


def _lines(actor: Actor, rows: list[Transfer]) -> Iterable[SlipLine]:
    """Lines for the register in a fixed number of statements."""
    bodies = open_slips(rows)
    by_slip: dict[UUID, list[Line]] = {}
    for line in Line.objects.filter(transfer__in=rows).select_related("volume").order_by("pk"):
        by_slip.setdefault(line.transfer_id, []).append(line)
    blocks = people(actor, {line.subject for own in by_slip.values() for line in own})
    today, days = timezone.localdate(), settings().receipt_chase_days
    for row in rows:
        own = by_slip.get(row.pk, [])
        late = (
            row.state == Transfer.State.SENT
            and row.sent_on is not None
            and today > row.sent_on + timedelta(days=days)
        )
        copies = sum(x.books for x in own if x.volume.copy == Volume.Copy.PARTIAL)
        subjects = dict.fromkeys(line.subject for line in own)
        yield SlipLine(
            id=row.pk,
            number=row.number,
            case_number=row.case_number,
            receiver=bodies[row.pk].receiver,
            persons=_names(blocks[subject] for subject in subjects),
            people=len(subjects),
            volumes=len(own),
            originals=sum(line.books for line in own) - copies,
            copies=copies,
            materials=sum(line.materials for line in own),
            secrecy=max((max(x.volume.secrecy, x.volume.highest) for x in own), default=0),
            way=row.way,
            state=row.state,
            state_label=row.get_state_display(),
            shape=_shape(row, late),
            sent_on=row.sent_on,
            receipt_on=row.receipt_on,
            late=late,
            chased=row.chased,
        )


def _names(blocks: Iterable[PersonBlock]) -> tuple[str, ...]:
    return tuple(block.name for block in blocks if block.name)


def _tab(key: str) -> Q:
    if key == "late":
        before = timezone.localdate() - timedelta(days=settings().receipt_chase_days)
        return Q(state=Transfer.State.SENT, sent_on__lt=before)
    return Q(state=key)


def _search(actor: Actor, text: str) -> Q:
    hits = roster.search(actor, text, limit=200) if actor.may("roster.view") else []
    mine = Line.objects.filter(
        Q(volume__number__icontains=text) | Q(subject__in=[hit.subject for hit in hits])
    )
    found = Q(case_number__icontains=text) | Q(pk__in=mine.values("transfer"))
    return found | Q(serial=int(text)) if text.isdecimal() and len(text) < 9 else found


def _newest(rows: QuerySet[Transfer]) -> QuerySet[Transfer]:
    return rows.order_by("-at", "pk")


def _shape(row: Transfer, late: bool) -> str:
    if late:
        return "late"
    return {
        "asked": "run",
        "back": "back",
        "ready": "draft",
        "sent": "run",
        "received": "ok",
        "rejected": "back",
    }.get(row.state, "off")
