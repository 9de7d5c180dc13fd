"""The dossier: head, information sets, and beside them what needs a look."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Actor, Showing
from dangan.dossiers import links, queries
from dangan.dossiers.models import Subject
from dangan.dossiers.queries import Beside, DossierView, Opened
from dangan.dossiers.rules import NEXT_STATES
from dangan.dossiers.views import shown
from dangan.dossiers.views.fragments import swapped
from dangan.organization.rules import Tree
from dangan.roster.pinyin import pinyin_of_name

if TYPE_CHECKING:
    from collections.abc import Sequence

FIRST_SET = "identity"
LOOKS = 4
PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Crumb:
    """A unit above the person, linked to its people."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class StateStep:
    """A state the dossier may go to next."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class DossierContext:
    """What ``dossiers/dossier.html`` shows."""

    view: DossierView
    ways: shown.Ways
    pinyin: str
    state_label: str
    post: str
    unit: str
    supervisor: str
    facts: Sequence[shown.ShownCell]
    tabs: Sequence[shown.Tab]
    open_set: shown.ShownSet | None
    crumbs: Sequence[Crumb]
    portrait_url: str
    photo_url: str
    steps: Sequence[StateStep]
    links: Sequence[links.Link]
    beside: Beside | None
    percent: int | None
    missing: Sequence[tuple[str, str]]
    row: str
    at_list: bool
    today: date


@page("dossier.open")
@require_safe
def dossier(request: ActorRequest, subject: UUID) -> HttpResponse:
    """The dossier page; to htmx only the open set, the same template part."""
    today = timezone.localdate()
    day = _day(request.GET.get("as_of", ""), today)
    wanted = request.GET.get("set", "")
    opened = queries.open_subject(request.actor, subject)
    view = queries.open_dossier(
        request.actor, subject, as_of=day, sets=_listed(wanted), opened=opened
    )
    if wanted and wanted not in view.sets:
        raise Absent
    key = wanted or (FIRST_SET if FIRST_SET in view.sets else next(iter(view.sets), ""))
    fragment = swapped(request) == "sets"
    beside = None if fragment or day else queries.beside(opened)
    context = _context(request, opened, view, key, beside)
    template = "dossiers/parts/sets.html" if fragment else "dossiers/dossier.html"
    nav = "me" if view.own else "roster"
    response = render(request, template, {"page": context, "nav": nav})
    patch_vary_headers(response, ["HX-Request"])
    response["Cache-Control"] = "no-store"
    return response


@page("dossier.open")
@require_safe
def portrait(request: ActorRequest, subject: UUID, picture: UUID) -> HttpResponse:
    """The portrait; its address changes with the picture, so a stale one is never shown."""
    del picture
    response = HttpResponse(queries.portrait(request.actor, subject), content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response


@page("dossier.open")
@require_safe
def looks(request: ActorRequest, subject: UUID) -> HttpResponse:
    """Who looked at the dossier and why; the rail loads the latest once the page is there."""
    opened = queries.open_subject(request.actor, subject)
    if swapped(request) == "looks":
        found = queries.looks(opened, limit=LOOKS)
        return render(request, "dossiers/parts/looks.html", {"looks": found})
    context = {
        "subject": subject,
        "name": queries.name_in(opened),
        "looks": queries.looks(opened, limit=200),
        "nav": "roster",
    }
    return render(request, "dossiers/looks.html", context)


def _listed(wanted: str) -> list[str]:
    """The sets whose contents the page shows: those of the head and the open one."""
    return sorted({path.partition(".")[0] for path in shown.FACTS} | {wanted or FIRST_SET})


def _day(text: str, today: date) -> date | None:
    """The day asked for; today, later and nonsense mean the present."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day < today else None


def _context(
    request: ActorRequest, opened: Opened, view: DossierView, key: str, beside: Beside | None
) -> DossierContext:
    today = timezone.localdate()
    actor = request.actor
    ways = shown.Ways(
        edit=view.as_of is None and view.state not in ("departed", "retained", "destroyed"),
        history=actor.may("history.view"),
        as_of=view.as_of,
    )
    return DossierContext(
        view=view,
        ways=ways,
        pinyin=pinyin_of_name(view.name) if shown.text_of(view, "identity.name") else "",
        state_label=str(Subject.State(view.state).label),
        post=shown.text_of(view, "post.position"),
        unit=opened.tree.label(view.unit) if view.unit else "",
        supervisor=shown.text_of(view, "post.supervisor"),
        facts=shown.facts(view, today),
        tabs=shown.tabs(view, key, ways),
        open_set=shown.shown_set(view, view.sets[key], ways) if key else None,
        crumbs=_crumbs(actor, opened.tree, view.unit_path),
        portrait_url=portrait_url(view),
        photo_url=_photo_url(opened, view) if ways.edit else "",
        links=[] if view.as_of else links.of(actor, opened.subject),
        steps=_steps(actor, opened, view) if ways.edit or view.as_of is None else (),
        beside=beside,
        percent=_percent(actor, view),
        missing=missing_of(view, ways),
        row=request.GET.get("row", ""),
        at_list="set" not in request.GET,
        today=today,
    )


def _percent(actor: Actor, view: DossierView) -> int | None:
    """Completeness, for the person, for who can mend it and for who answers for the figures."""
    concerned = (
        view.own
        or actor.may("statistics.view")
        or any(item.may_edit for item in view.sets.values())
    )
    return view.completeness.percent if view.completeness and concerned else None


def _crumbs(actor: Actor, tree: Tree, path: Sequence[UUID]) -> list[Crumb]:
    """The lowest units above the person; links only for those who may open the roster."""
    if not actor.may("roster.view"):
        return [Crumb(tree.label(unit), "") for unit in path[-2:]]
    roster = reverse("roster:list")
    return [Crumb(tree.label(unit), f"{roster}?unit={unit}") for unit in path[-2:]]


def portrait_url(view: DossierView) -> str:
    row = view.current.get("identity")
    cell = row.cell("photo") if row else None
    if cell is None or not isinstance(cell.value, str):
        return ""
    return reverse("dossiers:portrait", args=[view.subject, cell.value])


def _photo_url(opened: Opened, view: DossierView) -> str:
    """Where the portrait is uploaded, for those who may."""
    editable = opened.showings(opened.dictionary.sets["identity"], "edit")
    if editable.get("photo") is not Showing.PLAIN or "identity" not in view.current:
        return ""
    return reverse("dossiers:photo", args=[view.subject])


def _steps(actor: Actor, opened: Opened, view: DossierView) -> list[StateStep]:
    identity = opened.dictionary.sets["identity"]
    if not actor.may("dossier.state") or not opened.may_edit(identity):
        return []
    base = reverse("dossiers:state", args=[view.subject])
    return [
        StateStep(str(label), f"{base}?to={value}")
        for value, label in shown.state_choices(NEXT_STATES[view.state], Subject.State)
    ]


def missing_of(view: DossierView, ways: shown.Ways) -> list[tuple[str, str]]:
    """What completeness lacks, with the way to fill it in."""
    if view.completeness is None:
        return []
    found = []
    for gap in view.completeness.missing:
        item = view.sets.get(gap.info_set)
        if item is None or (gap.field and gap.field not in {field.key for field in item.fields}):
            continue
        found.append((gap_label(item, gap.field), _fill_url(view, item, ways, gap.field)))
    return found


def gap_label(item: queries.SetView, field: str) -> str:
    """What is missing: a field by its name, a whole set by the set's."""
    known = item.info_set.by_key.get(field) if field else None
    return shown.label(known) if known else shown.label(item.info_set)


def _fill_url(view: DossierView, item: queries.SetView, ways: shown.Ways, field: str) -> str:
    if not (ways.edit and item.may_edit):
        return ""
    key = item.info_set.key
    if field == PHOTO:
        return reverse("dossiers:photo", args=[view.subject])
    current = view.current.get(key)
    if current is not None:
        return reverse("dossiers:edit", args=[view.subject, key, current.row])
    return reverse("dossiers:add", args=[view.subject, key])
