"""The list of volumes, the list of copies that lag, and opening a volume."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from dangan.access import units
from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.audit.rules import Event
from dangan.dictionary.rules import BadValue
from dangan.dossiers.models import Subject
from dangan.dossiers.views.people import person_finder
from dangan.materials.avoidance.queries import relation
from dangan.materials.catalogue import actions, queries
from dangan.materials.catalogue.line_forms import OpenForm, unit_choices
from dangan.materials.catalogue.models import FileKind, Secrecy, Volume
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries.listing import LIMIT, Filters, volumes
from dangan.materials.catalogue.shown import volume_lines
from dangan.materials.catalogue.views.answers import refuse, status
from dangan.roster.counting import counts_of
from dangan.ui.messages import say

MOST_OFFSET = 1_000_000


@page("archive.view")
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: ActorRequest) -> HttpResponse:
    """The list. POST carries the words searched for: names must not stand in an address."""
    filters = _filters(request.GET, request.POST.get("q", "").strip()[:64])
    found = volumes(request.actor, filters, offset=_offset(request), roster=counts_of(request))
    context = {
        "page": found,
        "filters": filters,
        "kinds": FileKind.choices,
        "standings": [
            (key, label, found.standings.get(key, 0))
            for key, label in Volume.Standing.choices
            if key != Volume.Standing.DESTROYED
        ],
        "all_count": sum(found.standings.values()),
        "marks": Secrecy.choices,
        "units": unit_choices(),
        "unit": str(filters.unit or ""),
        "lagging": len(queries.lagging_copies(request.actor)),
        "nav": "catalogue",
    }
    response = render(request, "catalogue/volumes.html", context)
    response["Cache-Control"] = "no-store"
    return response


def _filters(given: Mapping[str, str], text: str) -> Filters:
    mark = given.get("secrecy", "")
    kind, standing = given.get("kind", ""), given.get("standing", "")
    scanned = given.get("scanned", "")
    return Filters(
        text=text,
        kind=kind if kind in FileKind.values else "",
        standing=standing if standing in Volume.Standing.values else "",
        secrecy=int(mark) if mark in {"0", "1", "2", "3"} else None,
        unit=_uuid(given.get("unit", "")),
        scanned=scanned if scanned in {"part", "none"} else "",
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _offset(request: ActorRequest) -> int:
    text = request.GET.get("page", "1")
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 1
    return max(0, min(number - 1, MOST_OFFSET // LIMIT)) * LIMIT


@page("archive.edit")
@require_http_methods(["GET", "POST"])
def open_volume(request: ActorRequest) -> HttpResponse:
    """立卷."""
    kinds = queries.settings().kinds
    form = OpenForm(request.POST or None, kinds=kinds)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            subject = person_finder(request.actor)(given["person"].strip())
            made = actions.open_volume(
                request.actor,
                subject=UUID(subject),
                fonds=UUID(given["fonds"]),
                kind=given["kind"],
                retention=given["retention"],
                secrecy=given["secrecy"],
            )
        except BadValue as problem:
            form.add_error("person", say(problem.message))
        except CatalogueProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已立卷，档号 {number}。").format(number=made.number))
            return redirect("catalogue:volume", made.pk)
    context = {"form": form, "nav": "catalogue"}
    return render(request, "catalogue/open.html", context, status=status(form))


@page("archive.edit")
@require_safe
def copies(request: ActorRequest) -> HttpResponse:
    """正本已变，副本待更新."""
    found = queries.lagging_copies(request.actor)
    lines = volume_lines(request.actor, [row for row, _count in found])
    context = {
        "lines": [(line, count) for line, (_row, count) in zip(lines, found, strict=True)],
        "back": reverse("catalogue:volumes"),
        "nav": "catalogue",
    }
    return render(request, "catalogue/copies.html", context)


@page("archive.view")
@require_safe
def of_person(request: ActorRequest, subject: UUID) -> HttpResponse:
    """From a dossier to the person's volumes: straight into one, or to the list of several."""
    found = [
        volume
        for volume in queries.volumes_of(subject)
        if volume.restricted_at is None
        and request.actor.may_at("archive.view", units.path(volume.subject.unit))
    ]
    if len(found) == 1:
        return redirect("catalogue:volume", found[0].pk)
    person = Subject.objects.filter(pk=subject).first()
    if person is None or not request.actor.may_at("archive.view", units.path(person.unit)):
        raise Absent
    near = relation(request.actor, subject) is not None
    kept = [volume for volume in found if not (near and volume.kind == FileKind.CADRE)]
    request.actor.trail.add(Event("volume.list", subject=subject, facts={"rows": len(kept)}))
    context = {"lines": volume_lines(request.actor, kept), "nav": "catalogue"}
    return render(request, "catalogue/of_person.html", context)
