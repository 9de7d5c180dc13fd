"""The search page: titles and text of scans, by person and material."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Actor
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.shown import PersonBlock
from dangan.materials.reading import actions, queries
from dangan.materials.reading.problems import ReadingProblem
from dangan.materials.reading.shapes import Hit, Hits
from dangan.materials.reading.wordings import open_words, seal_words
from dangan.ui.messages import say


@dataclass(slots=True)
class MaterialHits:
    """One material with what was found in it."""

    material: UUID
    title: str
    category: str
    date: str
    secrecy: int
    in_title: Hit | None = None
    pages: list[Hit] = field(default_factory=list)


@dataclass(slots=True)
class PersonHits:
    """One person's volume with its materials."""

    person: PersonBlock
    volume: UUID
    number: str
    materials: dict[UUID, MaterialHits] = field(default_factory=dict)


@page("archive.search")
@require_http_methods(["GET", "POST"])
def search(request: ActorRequest) -> HttpResponse:
    """The box and what it found. What was typed comes in a body and goes on sealed."""
    if request.method == "POST":
        text = request.POST.get("words", "").strip()
        sealed = {"w": seal_words(request.actor, text)} if text else {}
        return redirect(f"{reverse('reading:search')}?{urlencode(sealed)}")
    sealed_words = request.GET.get("w", "")
    text = open_words(request.actor, sealed_words)
    hits, problem = None, ""
    try:
        hits = queries.search(request.actor, text) if text else None
    except ReadingProblem as error:
        problem = say(error.message)
    context = {
        "text": text,
        "sealed_words": sealed_words,
        "hits": hits,
        "groups": grouped(request.actor, hits) if hits else [],
        "problem": problem,
        "progress": None if hits else queries.progress(request.actor),
        "may_rest": request.actor.may("archive.settings"),
        "nav": "archive-search",
    }
    response = render(request, "reading/search.html", context, status=422 if problem else 200)
    response["Cache-Control"] = "no-store"
    return response


def grouped(actor: Actor, hits: Hits) -> Sequence[PersonHits]:
    """Finds by volume and material, in the order of the best find of each."""
    people = shown.people(actor, {hit.subject for hit in hits.found})
    groups: dict[UUID, PersonHits] = {}
    for hit in hits.found:
        group = groups.setdefault(
            hit.volume, PersonHits(people[hit.subject], hit.volume, hit.number)
        )
        item = group.materials.setdefault(hit.material, _material(hit))
        if hit.page is None:
            item.in_title = hit
        else:
            item.pages.append(hit)
    for group in groups.values():
        for item in group.materials.values():
            item.pages.sort(key=lambda hit: hit.page_number)
    return list(groups.values())


def _material(hit: Hit) -> MaterialHits:
    body = hit.body
    parts = (
        f"{body.year:04d}" if body.year else "",
        *(f"{n:02d}" for n in (body.month, body.day) if n),
    )
    return MaterialHits(
        hit.material, body.title, body.category, "-".join(filter(None, parts)), hit.secrecy
    )


@page("archive.settings")
@require_POST
def rest(request: ActorRequest) -> HttpResponse:
    """Pauses reading, or goes on."""
    if request.POST.get("to") == "rest":
        actions.rest(request.actor)
        messages.success(request, _("已暂停识别，正在识别的一页做完后停下。"))
    else:
        actions.resume(request.actor)
        messages.success(request, _("已继续识别，一分钟内开始。"))
    return redirect("reading:search")
