"""检查: the plan, what waits for repair, one volume's or place's checks."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.audit.rules import Event
from dangan.files.queries import page_image
from dangan.files.rules import BadFile
from dangan.materials.storeroom import papers
from dangan.materials.storeroom.actions import checking as actions
from dangan.materials.storeroom.forms import CheckForm, WordsForm
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries import checking, shelves
from dangan.materials.storeroom.queries.places import require_place, tree
from dangan.materials.storeroom.views.common import as_pdf, done
from dangan.ui.messages import say

NAV = "stocktaking"


@page("storeroom.view")
@require_safe
def checks(request: ActorRequest) -> HttpResponse:
    """What is due, and what waits for repair."""
    today = timezone.localdate()
    context = {
        "plan": checking.plan(request.actor),
        "defects": checking.defects(request.actor),
        "first": today - timedelta(days=182),
        "last": today,
        "tab": "checks",
        "nav": NAV,
    }
    return render(request, "storeroom/checks.html", context)


@page("storeroom.view")
@require_http_methods(["GET", "HEAD", "POST"])
def volume(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Checks of a volume, and the next one."""
    row = shelves.known_volume(request.actor, volume)
    form = CheckForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.check_volume(
                request.actor,
                volume=volume,
                findings=form.findings(),
                words=form.cleaned_data["words"],
            )
        except (StoreroomProblem, BadFile) as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(request, _("检查已登记"))
            return redirect("storeroom:check_volume", volume=volume)
    context = {
        "one": shelves.shelved(request.actor, [row])[0],
        "made": checking.checks_of(request.actor, volume=volume),
        "form": form,
        "nav": NAV,
    }
    return render(request, "storeroom/check.html", context, status=422 if form.errors else 200)


@page("storeroom.view")
@require_http_methods(["GET", "HEAD", "POST"])
def place(request: ActorRequest, place: UUID) -> HttpResponse:
    """Checks of a place with all that stands in it."""
    grown = tree()
    require_place(request.actor, grown, place)
    form = CheckForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.check_place(
                request.actor,
                place=place,
                findings=form.findings(),
                words=form.cleaned_data["words"],
            )
        except (StoreroomProblem, BadFile) as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(request, _("检查已登记，包括 {n} 卷").format(n=made.covered))
            return redirect("storeroom:check_place", place=place)
    context = {
        "label": grown.label(place),
        "place": place,
        "made": checking.checks_of(request.actor, place=place),
        "form": form,
        "nav": NAV,
    }
    return render(request, "storeroom/check.html", context, status=422 if form.errors else 200)


@page("storeroom.manage")
@require_POST
def repair(request: ActorRequest, defect: UUID) -> HttpResponse:
    """送修 or 修复完成."""
    form = WordsForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    verb = actions.mended if request.POST.get("done") else actions.ask_repair
    return done(
        request,
        lambda: verb(request.actor, defect=defect, words=words),
        _("已登记"),
        "storeroom:checks",
    )


@page("storeroom.view")
@require_safe
def photograph(request: ActorRequest, defect: UUID) -> HttpResponse:
    """The photograph of a finding, with a watermark."""
    row = checking.defect(request.actor, defect)
    made = row.check_made
    if row.photograph is None:
        raise Absent
    request.actor.trail.add(
        Event(
            "check.photograph",
            subject=made.volume.subject_id if made.volume else None,
            object=str(row.pk),
        )
    )
    mark = f"{request.actor.name} {timezone.localtime():%Y-%m-%d %H:%M}"
    image = page_image(request.actor, row.photograph, width=1000, watermark=mark)
    response = HttpResponse(image, content_type="image/jpeg")
    response["Cache-Control"] = "no-store"
    return response


@page("storeroom.view")
@require_safe
def paper(request: ActorRequest) -> HttpResponse:
    """检查记录 of a time."""
    first, last = _day(request.GET.get("first", "")), _day(request.GET.get("last", ""))
    if first is None or last is None or first > last:
        messages.error(request, _("起止日期不对，应如 2026-11-20，开始不晚于结束。"))
        return redirect("storeroom:checks")
    return as_pdf(papers.checks(request.actor, first, last), f"checks-{first}-{last}")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
