"""馆藏统计 as a page with charts, and as a report to be printed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import FileKind, Secrecy
from dangan.operations.replica import from_replica
from dangan.reports.holdings import Holdings, holdings
from dangan.ui.printing import pdf

PRINTED = Path(__file__).parent / "printed"


@page("archive.statistics")
@require_safe
@from_replica
def show(request: ActorRequest) -> HttpResponse:
    """Figures, growth, use and branches."""
    found = holdings(request.actor)
    context = {
        "today": timezone.localdate(),
        "found": found,
        "figures": _figures(found),
        "charts": _charts(found),
        "units": [(row, _percent(row.share)) for row in found.units],
        "nav": "holdings",
    }
    return render(request, "reports/holdings.html", context)


@page("archive.statistics")
@require_safe
@from_replica
def report(request: ActorRequest) -> HttpResponse:
    """馆藏情况报告 as PDF."""
    found = holdings(request.actor)
    charts = _charts(found)
    values = {
        "day": timezone.localdate().isoformat(),
        "figures": [[str(one["label"]), f"{one['value']}{one['unit']}"] for one in _figures(found)],
        "kinds": [[label, _count(count)] for label, count in _pairs(charts["kinds"])],
        "marks": [[label, _count(count)] for label, count in _pairs(charts["marks"])],
        "months": [
            [
                f"{month:%Y-%m}",
                *(str(row[at]) for row in (found.filed, found.consulted, found.borrowed)),
            ]
            for at, month in enumerate(found.months)
        ],
        "units": [
            [row.name, _count(row.volumes), _count(row.pages), _percent(row.share)]
            for row in found.units
        ],
    }
    request.actor.trail.add(Event("holdings.print"))
    response = HttpResponse(pdf(PRINTED / "holdings.typ", values), content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="holdings.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _figures(found: Holdings) -> list[dict[str, Any]]:
    return [
        {"label": _("案卷"), "value": f"{found.volumes:,}", "unit": _("卷")},
        {"label": _("材料"), "value": f"{found.materials:,}", "unit": _("份")},
        {"label": _("电子化"), "value": _percent(found.digitised), "unit": ""},
        {"label": _("借出"), "value": f"{found.lent:,}", "unit": _("卷")},
        {
            "label": _("逾期未还"),
            "value": f"{found.overdue:,}",
            "unit": _("卷"),
            "late": found.overdue,
        },
        {"label": _("催收未到"), "value": f"{found.missing:,}", "unit": _("份")},
        {"label": _("超期未归档"), "value": f"{found.late:,}", "unit": _("份"), "late": found.late},
    ]


def _charts(found: Holdings) -> dict[str, Any]:
    """What the charts draw: labels and counts, nobody's file."""
    months = [f"{month:%y-%m}" for month in found.months]
    kinds = [str(FileKind(kind).label) for kind in found.by_kind]
    marks = [str(Secrecy(mark).label) for mark in found.by_secrecy]
    return {
        "people": found.volumes,
        "growth": {"labels": months, "series": [{"name": "", "bars": _bars(found.filed)}]},
        "use": {
            "labels": months,
            "series": [
                {"name": _("查阅"), "bars": _bars(found.consulted)},
                {"name": _("借阅"), "bars": _bars(found.borrowed)},
            ],
        },
        "kinds": {"labels": kinds, "series": [{"name": "", "bars": _bars(found.by_kind.values())}]},
        "marks": {
            "labels": marks,
            "series": [{"name": "", "bars": _bars(found.by_secrecy.values())}],
        },
        "words": {"people": "", "open": "", "few": _("少于 3 卷")},
    }


def _bars(counts: Any) -> list[dict[str, Any]]:
    return [{"count": count, "url": ""} for count in counts]


def _pairs(chart: dict[str, Any]) -> list[tuple[str, int | None]]:
    bars = chart["series"][0]["bars"]
    return [(label, bar["count"]) for label, bar in zip(chart["labels"], bars, strict=True)]


def _count(count: int | None) -> str:
    return _("少于 3") if count is None else f"{count:,}"


def _percent(share: float | None) -> str:
    return "—" if share is None else f"{share:.0%}"
