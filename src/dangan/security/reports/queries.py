"""Reports as those see them who look after security."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor, require
from dangan.audit.rules import Event
from dangan.security.models import Report
from dangan.security.reports.figures import Figures
from dangan.security.sealing import open_document, open_figures
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM


@dataclass(frozen=True, slots=True)
class ReportLine:
    """A month's report in one line."""

    row: Report
    made_by: str
    figures: Figures


def reports(actor: Actor) -> list[ReportLine]:
    """All reports, the newest first. Permission security.view."""
    require(actor, "security.view")
    rows = list(Report.objects.defer("document").order_by("-month")[:36])
    names = names_of_accounts({row.made_by for row in rows})
    key = vault.key_of(SYSTEM) if rows else None
    return [
        ReportLine(
            row,
            names.get(row.made_by, ""),
            msgspec.json.decode(open_figures(key, row), type=Figures),
        )
        for row in rows
        if key is not None
    ]


def document(actor: Actor, number: UUID) -> tuple[date, bytes]:
    """The month and the PDF. Permission security.view; raises :class:`Absent`."""
    require(actor, "security.view")
    row = Report.objects.filter(pk=number).first()
    if row is None:
        raise Absent
    actor.trail.add(
        Event("security.report", object=str(row.id), facts={"month": f"{row.month:%Y-%m}"})
    )
    return row.month, open_document(vault.key_of(SYSTEM), row)
