"""谁看过我的档案: who, when, what and why."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dangan.access.models import Account
from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.audit.rules import Event
from dangan.dossiers import queries as dossier_queries
from dangan.dossiers.models import Subject
from dangan.dossiers.queries import Look

PAGE = 40
AT_MOST = 1_000
"""Looks reached back over; older ones are told on request, from the log."""


@dataclass(frozen=True, slots=True)
class LookLine:
    """A look, with the department of whoever looked."""

    look: Look
    unit: str


@dataclass(frozen=True, slots=True)
class LookPage:
    """What the pager needs."""

    total: int
    offset: int
    limit: int


@page("self.edit")
@require_safe
def looks(request: ActorRequest) -> HttpResponse:
    """Every look at the own dossier but one's own."""
    actor = request.actor
    if actor.subject is None:
        raise Absent
    opened = dossier_queries.open_subject(actor, actor.subject)
    number = request.GET.get("page", "1")
    offset = (max(1, int(number)) - 1) * PAGE if number.isdecimal() and len(number) < 4 else 0
    found = dossier_queries.looks(opened, limit=AT_MOST)
    listed = found[offset : offset + PAGE]
    actor.trail.add(Event("self.looks", subject=actor.subject))
    people = dict(
        Account.objects.filter(pk__in={look.actor for look in listed}).values_list("pk", "subject")
    )
    units = dict(
        Subject.objects.filter(id__in=[p for p in people.values() if p]).values_list("id", "unit")
    )
    context = {
        "lines": [
            LookLine(look, opened.tree.label(units.get(people.get(look.actor))))  # type: ignore[arg-type]  # nobody's is no key
            for look in listed
        ],
        "page": LookPage(len(found), offset, PAGE),
        "nav": "me",
    }
    response = render(request, "dossiers/self/looks.html", context)
    response["Cache-Control"] = "no-store"
    return response
