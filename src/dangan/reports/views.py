"""The statistics page, and its figures as a spreadsheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.dictionary.queries import current
from dangan.organization.queries import tree as organization_tree
from dangan.reports.statistics import FEMALE, MALE, Bar, Statistics, statistics
from dangan.roster import forms, listing
from dangan.roster.counting import counts_of
from dangan.roster.forms import ACTIVE_STATES, Ask
from dangan.roster.rules import AGE_BANDS, SENIORITY_BANDS, SMALLEST_CELL, RosterQuery
from dangan.roster.wording import Wording, band_label

CONDITIONS = ("post.status", "post.employment_form", "post.post_level", "identity.sex")
DEPARTMENTS_SHOWN = 7


@page("statistics.view")
@require_safe
def show(request: ActorRequest) -> HttpResponse:
    """Figures, charts and departments of everybody within the asker's reach."""
    dictionary, units = current(), organization_tree()
    base = Ask(RosterQuery(states=ACTIVE_STATES))
    ask = forms.read(request.GET, dictionary, posted=False, base=base)
    found = statistics(counts_of(request), ask, dictionary, units)
    words = Wording(dictionary, units)
    readable = listing.readable_of(listing.rights_of(request.actor, dictionary))
    whole = "departments" in request.GET
    context = {
        "today": timezone.localdate(),
        "query": ask.query,
        "unit_name": units.label(ask.query.unit),
        "units": list(units.walk()),
        "conditions": listing.conditions_of(ask, words, readable, CONDITIONS),
        "narrowed": bool(ask.query.unit or ask.query.filters),
        "found": found,
        "figures": _figures(found),
        "smallest": SMALLEST_CELL,
        "charts": _charts(found),
        "departments": _departments(found, whole=whole),
        "hidden_departments": 0 if whole else max(0, len(found.departments) - DEPARTMENTS_SHOWN),
        "more_address": _more(request),
    }
    return render(request, "reports/statistics.html", context)


def roster_address(ask: Ask) -> str:
    """Where the people behind a figure are listed."""
    address = ask.address()
    return f"{reverse('roster:list')}?{address or 'view=all'}"


def _more(request: ActorRequest) -> str:
    data = request.GET.copy()
    data["departments"] = "all"
    return f"{request.path}?{data.urlencode()}"


def _figures(found: Statistics) -> list[dict[str, Any]]:
    """The strip: label, figure, unit beside it, remark."""
    people = found.people
    return [
        {"label": _("人数"), "value": f"{people:,}", "unit": _("人")},
        _share(_("女性"), found.women, people),
        {"label": _("平均年龄"), "value": _decimal(found.mean_age), "unit": _("岁")},
        {"label": _("平均司龄"), "value": _decimal(found.mean_seniority), "unit": _("年")},
        _share(_("硕士及以上"), found.postgraduates, people),
    ]


def _share(label: str, count: int | None, people: int) -> dict[str, Any]:
    if count is None or not people:
        return {"label": label, "value": "—", "unit": ""}
    unit = _("{count} 人").format(count=f"{count:,}")
    return {"label": label, "value": f"{count / people:.1%}", "unit": unit}


def _decimal(value: float | None) -> str:
    return "—" if value is None else f"{value:.1f}"


def _charts(found: Statistics) -> dict[str, Any]:
    """What the charts draw, ready for JSON: no person, only labels, counts and addresses."""
    ages = [band_label("derived.age_band", band) for band in AGE_BANDS]
    bands = [band_label("derived.seniority_band", band) for band in SENIORITY_BANDS]
    educated = [_education_label(bar.key) for bar in found.education]
    men, women = _bars(found.ages[MALE]), _bars(found.ages[FEMALE])
    return {
        "people": found.people,
        "age": _chart(ages, {"name": _("男"), "bars": men}, {"name": _("女"), "bars": women}),
        "education": _chart(educated, {"bars": _bars(found.education)}),
        "seniority": _chart(bands, {"bars": _bars(found.seniority)}),
        "words": {"people": _("人"), "open": _("点击查看名单"), "few": _("少于 3 人")},
    }


def _chart(labels: list[str], *series: dict[str, Any]) -> dict[str, Any]:
    """Of a field that the actor may not count, nothing but noughts would be drawn: ``empty``."""
    drawn = any(bar["count"] for one in series for bar in one["bars"])
    return {"labels": labels, "series": series, "empty": not drawn}


def _bars(bars: list[Bar]) -> list[dict[str, Any]]:
    return [{"count": bar.count, "url": roster_address(bar.ask)} for bar in bars]


def _education_label(key: str) -> str:
    return {
        "doctor": _("博士研究生"),
        "master": _("硕士研究生"),
        "bachelor": _("大学本科"),
        "college": _("大学专科"),
        "secondary": _("高中及中专"),
        "basic": _("初中及以下"),
    }[key]


def _departments(found: Statistics, *, whole: bool) -> list[dict[str, Any]]:
    rows = found.departments if whole else found.departments[:DEPARTMENTS_SHOWN]
    most = max((row.count or 0 for row in found.departments), default=0)
    return [
        {
            "name": row.name,
            "count": row.count,
            "width": 100 * row.count / most if row.count and most else 0,
            "women": _percent(row.women),
            "age": _decimal(row.age),
            "seniority": _decimal(row.seniority),
            "postgraduates": _percent(row.postgraduates),
            "url": roster_address(row.ask),
        }
        for row in rows
    ]


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"
