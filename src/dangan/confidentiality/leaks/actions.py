"""The verbs of leaks: reporting at once, finishing a measure, and what the case stores."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.urls import reverse
from django.utils import timezone

from dangan.access.rules import Absent, Actor, refuse, require
from dangan.audit.actions import recording
from dangan.audit.rules import Event
from dangan.confidentiality.leaks import queries, rules, told
from dangan.confidentiality.leaks.models import Leak, LeakFile
from dangan.confidentiality.leaks.rules import Body
from dangan.confidentiality.leaks.sealing import open_body, seal_body
from dangan.dictionary.rules import Message
from dangan.files import actions as files
from dangan.materials.catalogue.queries import look
from dangan.notices.actions import tell
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM
from dangan.workflow import actions as workflow

DEFINITION = "leak"


class BadReport(Exception):  # noqa: N818 - an answer to the reporter
    """The report cannot be taken so; ``field`` names where, ``message`` says why."""

    def __init__(self, field: str, message: Message) -> None:
        super().__init__(message.text)
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Paper:
    """A file handed in with a report."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A report as somebody gives it. ``avoid``: who of those told is part of the matter."""

    what: str
    noticed: datetime
    kinds: Sequence[str] = ()
    material: str = ""
    holders: str = ""
    done: str = ""
    volume: UUID | None = None
    avoid: Collection[UUID] = ()
    papers: Sequence[Paper] = ()


def report(actor: Actor, *, report: Report) -> Leak:
    """Takes a report, opens its case and tells superior, HR and privacy officers, all at once.

    Permission leaks.report. Raises :class:`BadReport`, :class:`Absent` for a volume the reporter
    may not see, :class:`dangan.files.rules.BadFile` and the workflow's ``CannotStart``; nothing is
    kept then.
    """
    require(actor, "leaks.report")
    now = timezone.now()
    _check(report, now)
    heard = told.recipients(actor)
    avoid = {one.account for one in heard.people} & set(report.avoid)
    with recording(actor):
        if report.volume is not None:
            look(actor, report.volume)
        leak = Leak(id=uuid4(), by=actor.id, unit=heard.unit, at=now)
        leak.first_measure_at = now if report.done.strip() else None
        leak.sealed = seal_body(vault.key_of(SYSTEM), leak, _body(report, avoid))
        leak.save(force_insert=True)
        _keep_papers(actor, leak, report.papers)
        case = workflow.open_case(
            actor,
            definition=DEFINITION,
            subject=None,
            object=leak.id,
            facts={"tell": False, "personal": False, "people": 0},
            barred=avoid,
        )
        leak.case, leak.number = case.id, case.number
        leak.save(update_fields=["case", "number"])
        accounts = heard.without(avoid)
        workflow.copy_to(actor, case=case.id, who=accounts)
        tell(
            accounts=accounts,
            topic="leak.reported",
            url=reverse("leaks:one", args=[leak.id]),
            facts={"number": case.number},
            urgent=True,
            unit=leak.unit,
        )
        actor.trail.add(Event("leak.report", object=str(leak.id), facts={"number": leak.number}))
    return leak


def finish_measure(actor: Actor, *, leak: UUID, number: int) -> None:
    """Notes that a measure (counted from 0) is done. By whoever deals with the leak.

    Raises :class:`Absent`, :class:`~dangan.access.rules.Refused` for the mere reporter.
    """
    with recording(actor):
        view = queries.one(actor, leak)
        if not view.deals:
            raise refuse(actor, "leaks.manage", "补救措施由处置人登记完成。")
        row, body = locked(leak)
        if row.state == Leak.State.CLOSED:
            raise Absent
        try:
            measures = rules.finished(body.measures, number, timezone.localdate().isoformat())
        except IndexError as error:
            raise Absent from error
        store(row, body, measures=measures)
        actor.trail.add(Event("leak.measure", object=str(row.id), facts={"number": number + 1}))


def locked(leak: UUID) -> tuple[Leak, Body]:
    """The row, locked, with its words; raises :class:`Absent`. The caller decides who may."""
    row = Leak.objects.select_for_update().filter(pk=leak).first()
    if row is None:
        raise Absent
    return row, open_body(vault.key_of(SYSTEM), row)


def store(row: Leak, body: Body, **changed: Any) -> None:
    """Saves the row with its words changed so, as a new version."""
    row.version += 1
    row.sealed = seal_body(vault.key_of(SYSTEM), row, rules.changed(body, **changed))
    row.save()


def _check(report: Report, now: datetime) -> None:
    if len(report.what.strip()) < rules.WORDS_MIN:
        raise BadReport("what", Message("请写明发生了什么，至少 4 个字。"))
    if wrong := rules.problem_of_noticing(report.noticed, now):
        raise BadReport("noticed", wrong)
    if not report.kinds and not report.material.strip() and report.volume is None:
        raise BadReport("kinds", Message("请选择或写明涉及什么信息或材料。"))


def _body(report: Report, avoid: Collection[UUID]) -> Body:
    return Body(
        what=report.what.strip(),
        noticed=report.noticed.isoformat(),
        kinds=tuple(report.kinds),
        material=report.material.strip(),
        holders=report.holders.strip(),
        done=report.done.strip(),
        volume=report.volume,
        avoid=tuple(sorted(avoid)),
    )


def _keep_papers(actor: Actor, leak: Leak, papers: Sequence[Paper]) -> None:
    for paper in papers:
        kept = files.keep(actor, subject=SYSTEM, name=paper.name, data=paper.data)
        LeakFile.objects.create(leak=leak, file=kept.id, by=actor.id, at=leak.at)
