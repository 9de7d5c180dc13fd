"""Reading leaks: one, those of a reporter, and the register. Whoever is part of the matter sees
none of it, whatever else they may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dangan.access import units
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.confidentiality.leaks import rules
from dangan.confidentiality.leaks.models import Leak, LeakFile
from dangan.confidentiality.leaks.rules import Body
from dangan.confidentiality.leaks.sealing import open_body
from dangan.files.queries import FileInfo, infos
from dangan.organization import queries as organization
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM, SubjectKey
from dangan.workflow.models import Case, Task
from dangan.workflow.rights import may_see

PER_PAGE = 30
QUARTERS = 4
STATES = ("open", "overdue", "closed", "all")


@dataclass(frozen=True, slots=True)
class LeakView:
    """A leak as its reader sees it. ``deals``: takes part in dealing with it or manages leaks."""

    row: Leak
    body: Body
    reporter: str
    unit: str
    files: tuple[FileInfo, ...]
    hours: float | None
    deals: bool
    manages: bool
    overdue: bool

    @property
    def noticed(self) -> datetime:
        """When it was noticed."""
        return datetime.fromisoformat(self.body.noticed)

    @property
    def steps(self) -> list[tuple[str, datetime | None]]:
        """From the report to the end, with when each was done."""
        row = self.row
        told = [(_("告知"), row.told_at)] if row.tell_by else []
        return [
            (_("报告"), row.at),
            (_("首项措施"), row.first_measure_at),
            (_("评估"), row.assessed_at),
            (_("落实措施"), row.remedied_at),
            *told,
            (_("结论"), row.concluded_at),
            (_("结案"), row.closed_at),
        ]


@dataclass(frozen=True, slots=True)
class LeakLine:
    """A line of the register."""

    row: Leak
    reporter: str
    unit: str
    hours: float | None
    overdue: bool


@dataclass(frozen=True, slots=True)
class Register:
    """A page of the register as ``pager`` needs it."""

    lines: tuple[LeakLine, ...]
    total: int
    offset: int
    limit: int
    quarters: tuple[Quarter, ...]


@dataclass(frozen=True, slots=True)
class Quarter:
    """Leaks of a quarter, counted by severity; ``unknown`` are not assessed yet."""

    year: int
    number: int
    minor: int
    major: int
    grave: int
    unknown: int

    @property
    def total(self) -> int:
        return self.minor + self.major + self.grave + self.unknown


def one(actor: Actor, leak: UUID) -> LeakView:
    """A leak with all its words, noted in the log.

    Seen by its reporter, whoever takes part in its case, and leaks.manage over the reporter's
    unit; never by whoever is part of the matter. Raises :class:`Absent`.
    """
    row = Leak.objects.filter(pk=leak).first()
    if row is None:
        raise Absent
    key = vault.key_of(SYSTEM)
    body = open_body(key, row)
    manages = _manages(actor, row)
    allowed = row.by == actor.id or manages or _takes_part(actor, row)
    if actor.id in body.avoid or not allowed:
        actor.trail.add(Event("leak.read", outcome="refused", object=str(leak)))
        raise Absent
    actor.trail.add(Event("leak.read", object=str(leak)))
    return _view(actor, row, body, key, manages=manages)


def of_case(actor: Actor, case: Case) -> LeakView | None:
    """The leak of a case the actor may see; None for whoever is part of the matter."""
    try:
        return one(actor, case.object) if case.object else None
    except Absent:
        return None


def mine(actor: Actor) -> list[Leak]:
    """My own reports, newest first: states only."""
    return list(Leak.objects.filter(by=actor.id).order_by("-at")[:20])


def register(actor: Actor, *, state: str = "open", offset: int = 0) -> Register:
    """Leaks within reach, with the counts of the newest four quarters. Permission leaks.manage."""
    managed = _managed(actor)
    found = _chosen(managed, state)
    page = found[offset : offset + PER_PAGE]
    names = names_of_accounts({row.by for row in page})
    late = _late(page)
    tree = organization.tree()
    lines = tuple(
        LeakLine(
            row,
            names.get(row.by, ""),
            tree.label(row.unit),
            rules.hours_between(row.at, row.first_measure_at),
            row.id in late,
        )
        for row in page
    )
    actor.trail.add(
        Event("leak.list", facts={"rows": len(lines)}, detail={"leaks": [str(r.id) for r in page]})
    )
    return Register(lines, len(found), offset, PER_PAGE, tuple(_quarters(managed)))


def _quarters(rows: Iterable[Leak]) -> list[Quarter]:
    counted: Counter[tuple[int, int, int | None]] = Counter()
    for row in rows:
        day = timezone.localtime(row.at)
        counted[day.year, (day.month + 2) // 3, row.severity] += 1
    newest = sorted({(year, quarter) for year, quarter, _severity in counted}, reverse=True)
    return [
        Quarter(
            year,
            quarter,
            counted[year, quarter, Leak.Severity.MINOR],
            counted[year, quarter, Leak.Severity.MAJOR],
            counted[year, quarter, Leak.Severity.GRAVE],
            counted[year, quarter, None],
        )
        for year, quarter in newest[:QUARTERS]
    ]


def paper(actor: Actor, leak: UUID, file: UUID) -> UUID:
    """The file, if it came with a leak the actor may see; raises :class:`Absent`."""
    one(actor, leak)
    if not LeakFile.objects.filter(leak=leak, file=file).exists():
        raise Absent
    return file


def _manages(actor: Actor, row: Leak) -> bool:
    return actor.may("leaks.manage") and actor.may_at("leaks.manage", units.path(row.unit))


def _managed(actor: Actor) -> list[Leak]:
    """What the register holds for the actor, newest first; never what the actor is part of.

    Whom a matter concerns stands sealed, so each row is opened; a firm has few leaks.
    """
    require(actor, "leaks.manage")
    key = vault.key_of(SYSTEM)
    rows: QuerySet[Leak] = Leak.objects.order_by("-at")
    return [
        row for row in rows if _manages(actor, row) and actor.id not in open_body(key, row).avoid
    ]


def _chosen(rows: Sequence[Leak], state: str) -> list[Leak]:
    if state == "overdue":
        late = _late(rows)
        return [row for row in rows if row.id in late]
    if state in {"open", "closed"}:
        return [row for row in rows if row.state == state]
    return list(rows)


def _late(rows: Iterable[Leak]) -> set[UUID]:
    """Those with a step over its limit, or with telling due and not done."""
    now = timezone.now()
    unclosed = [row for row in rows if row.state == Leak.State.OPEN]
    cases = {row.case: row.id for row in unclosed if row.case}
    due = Task.objects.filter(case__in=list(cases), state=Task.State.OPEN, due_at__lt=now)
    late = {cases[case] for case in due.values_list("case", flat=True)}
    late |= {row.id for row in unclosed if row.tell_by and not row.told_at and row.tell_by < now}
    return late


def _takes_part(actor: Actor, row: Leak) -> bool:
    case = Case.objects.filter(pk=row.case).first() if row.case else None
    return case is not None and may_see(actor, case)


def _view(actor: Actor, row: Leak, body: Body, key: SubjectKey, *, manages: bool) -> LeakView:
    ids = list(row.files.order_by("at", "id").values_list("file", flat=True))
    found = infos(ids, held={SYSTEM: key})
    mine_to_do = Task.objects.filter(case=row.case).filter(
        Q(account=actor.id) | Q(done_by=actor.id)
    )
    return LeakView(
        row=row,
        body=body if manages or row.by != actor.id else rules.as_reported(body),
        reporter=names_of_accounts({row.by}).get(row.by, ""),
        unit=organization.tree().label(row.unit),
        files=tuple(found[file] for file in ids if file in found),
        hours=rules.hours_between(row.at, row.first_measure_at),
        deals=manages or (row.by != actor.id and mine_to_do.exists()),
        manages=manages,
        overdue=bool(_late([row])),
    )
