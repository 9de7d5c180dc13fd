"""The roster page, the people search of the top bar, and saved views."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.config.browser import cookie_name
from dangan.dictionary.queries import current
from dangan.dictionary.rules import Dictionary
from dangan.organization.queries import tree as organization_tree
from dangan.roster import forms, listing, queries
from dangan.roster.cells import rows_of
from dangan.roster.counting import Counts, counts_of
from dangan.roster.forms import ACTIVE_STATES, LEFT_STATES, Ask
from dangan.roster.rules import RosterPage, RosterQuery
from dangan.roster.saved_views import (
    NAME_AT_MOST,
    TooManyViews,
    View,
    delete_view,
    save_view,
    views_of,
)
from dangan.roster.wording import Wording

LAYOUT_COOKIE = cookie_name("roster", https=settings.DANGAN.https)
ROWS_COOKIE = cookie_name("rows", https=settings.DANGAN.https)
LAYOUT_AGE = 365 * 24 * 3600
FIRST_TAB = "active"


@page("roster.view")
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: ActorRequest) -> HttpResponse:
    """The list. POST carries what may not stand in an address; htmx gets the changed parts."""
    dictionary = current()
    views = views_of(request.actor)
    base = _base(request, views)
    ask = forms.read(_data(request), dictionary, posted=request.method == "POST", base=base)
    context = _context(request, ask, dictionary, views)
    if not request.headers.get("HX-Request"):
        response = render(request, "roster/page.html", context)
    else:
        context["typed"] = request.headers.get("HX-Trigger-Name") == "q"
        response = render(request, "roster/answer.html", context)
        address = ask.address(base)
        here = reverse("roster:list")
        response["HX-Push-Url"] = f"{here}?{address}" if address else here
    if request.method == "POST":
        _keep_layout(response, ask)
    return response


@page("roster.view")
@require_POST
def search(request: ActorRequest) -> HttpResponse:
    """The first people that a few characters find, for the box at the top of every page."""
    text = request.POST.get("q", "").strip()[: forms.TEXT_AT_MOST]
    if not request.headers.get("HX-Request"):
        return people(request)
    hits = queries.search(request.actor, text) if text else []
    words = Wording(current(), organization_tree())
    found = [
        {
            "subject": hit.subject,
            "parts": {
                path.partition(".")[2]: words.value(path, cell.value)
                for path, cell in hit.cells.items()
                if cell.value is not None and cell.showing == "plain"
            },
        }
        for hit in hits
    ]
    return render(request, "roster/hits.html", {"hits": found, "text": text})


@page("views.save")
@require_http_methods(["GET", "POST"])
def save(request: ActorRequest) -> HttpResponse:
    """Ask for a name, then keep the page's state under it."""
    if request.method == "GET":
        return render(request, "roster/save.html", {"limit": NAME_AT_MOST})
    name = request.POST.get("view_name", "").strip()
    if not name:
        context = {"limit": NAME_AT_MOST, "error": _("请给视图起个名字")}
        return render(request, "roster/save.html", context, status=422)
    ask = _posted(request)
    try:
        view = save_view(request.actor, name=name, ask=ask)
    except TooManyViews:
        context = {"limit": NAME_AT_MOST, "name": name, "error": _("视图已满，请先删去一个")}
        return render(request, "roster/save.html", context, status=422)
    return _go(f"{reverse('roster:list')}?view={view}")


@page("views.save")
@require_POST
def update(request: ActorRequest, view: UUID) -> HttpResponse:
    """Keep the page's present state under an existing view."""
    kept = next((item for item in views_of(request.actor) if item.id == view), None)
    if kept is None:
        raise Absent
    save_view(request.actor, name=kept.name, ask=_posted(request), view=view)
    return _go(f"{reverse('roster:list')}?view={view}")


@page("views.save")
@require_POST
def delete(request: ActorRequest, view: UUID) -> HttpResponse:
    """Forget a saved view."""
    delete_view(request.actor, view=view)
    return _go(reverse("roster:list"))


def _data(request: ActorRequest) -> QueryDict:
    return request.POST if request.method == "POST" else request.GET


def _base(request: ActorRequest, views: list[View]) -> Ask:
    """The view the state begins from; a bare address means the first tab."""
    data = _data(request)
    key = data.get("view", "") or ("" if data else FIRST_TAB)
    saved = next((view.ask for view in views if str(view.id) == key), None)
    if saved is not None:
        return saved
    base = listing.builtin(key, timezone.localdate()) or Ask(RosterQuery())
    return replace(base, query=replace(base.query, **_layout(request)))


def _posted(request: ActorRequest) -> Ask:
    return forms.read(request.POST, current(), posted=True)


def _layout(request: ActorRequest) -> dict[str, Any]:
    """Columns and page size this browser chose last; they say nothing about people."""
    try:
        kept = json.loads(request.COOKIES.get(LAYOUT_COOKIE, "{}"))
        columns = tuple(str(path) for path in kept.get("columns", ()))
        size = int(kept.get("size", forms.SIZES[0]))
    except (ValueError, TypeError, AttributeError):
        return {}
    return {"columns": columns, "limit": size}


def _keep_layout(response: HttpResponse, ask: Ask) -> None:
    kept = {"columns": ask.query.columns, "size": ask.query.limit}
    response.set_cookie(
        LAYOUT_COOKIE,
        json.dumps(kept),
        max_age=LAYOUT_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def _context(
    request: ActorRequest, ask: Ask, dictionary: Dictionary, views: list[View]
) -> dict[str, Any]:
    actor, units = request.actor, organization_tree()
    found = queries.page(actor, ask.query)
    if found.total and not found.rows:
        ask = ask.page(1)
        found = queries.page(actor, ask.query)
    words = Wording(dictionary, units, _people_named(found, dictionary))
    rights = listing.rights_of(actor, dictionary)
    readable = listing.readable_of(rights)
    columns = listing.columns_of(ask.query, words)
    counts = counts_of(request)
    tabs = _tabs(counts, ask, views)
    return {
        "ask": ask,
        "query": ask.query,
        "page": found,
        "columns": columns,
        "table_width": 40 + sum(column.width for column in columns),
        "lines": rows_of(listing.lines_of(found, columns, words)),
        "conditions": listing.conditions_of(ask, words, readable),
        "addable": listing.addable_of(ask, words, readable),
        "choices": listing.choices_of(ask.query, words, rights),
        "tree": listing.tree_of(units, counts.by_unit(ACTIVE_STATES), ask.query.unit),
        "tabs": tabs,
        "own_view": next((tab for tab in tabs if tab.current and tab.own), None),
        "advice": _advice(counts, ask, words) if not found.total else None,
        "narrowed": _narrowed(ask),
        "sizes": forms.SIZES,
        "pages": _pages(found),
        "roomy": request.COOKIES.get(ROWS_COOKIE) == "roomy",
        "nav": "roster",
    }


def _tabs(counts: Counts, ask: Ask, views: list[View]) -> list[listing.Tab]:
    today = timezone.localdate()
    asks = {key: listing.builtin(key, today) for key in listing.BUILTIN_TABS}
    known = [(key, str(listing.BUILTIN_TABS[key]), kept, False) for key, kept in asks.items()]
    known += [(str(view.id), view.name, view.ask, True) for view in views]
    found = counts.totals([kept.query for _, _, kept, _ in known if kept])
    return [
        listing.Tab(key, name, count, key == ask.view, own)
        for (key, name, _, own), count in zip(known, found, strict=True)
    ]


def _advice(counts: Counts, ask: Ask, words: Wording) -> tuple[str, str, int] | None:
    dropped = [forms.without(ask, path).query for path in forms.conditions(ask)]
    return listing.advice(ask, words, counts.totals(dropped))


def _narrowed(ask: Ask) -> bool:
    """Whether there is anything to clear: more than a tab's own states and no unit."""
    query = ask.query
    usual = query.states in {None, ACTIVE_STATES, LEFT_STATES}
    return bool(query.text or query.filters or query.unit or not usual)


def _people_named(found: RosterPage, dictionary: Dictionary) -> dict[UUID, str]:
    """Names of people whom cells refer to, a supervisor: who sees the cell may see the name."""
    paths = [field.path for field in dictionary.roster_fields if field.type == "subject"]
    wanted = {
        UUID(str(cell.value))
        for row in found.rows
        for path in paths
        if (cell := row.cells.get(path)) is not None and cell.value and cell.showing == "plain"
    }
    return queries.names(wanted) if wanted else {}


def _pages(found: RosterPage) -> dict[str, int]:
    limit = max(1, found.limit)
    number, last = found.offset // limit + 1, max(1, -(-found.total // limit))
    return {
        "number": number,
        "last": last,
        "previous": number - 1,
        "next": number + 1 if number < last else 0,
        "first_row": min(found.offset + 1, found.total),
        "last_row": min(found.offset + limit, found.total),
    }


def _go(address: str) -> HttpResponse:
    """On to another address; told by header, because htmx would follow a redirect inside."""
    return HttpResponse(status=204, headers={"HX-Redirect": address})
