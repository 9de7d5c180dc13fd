"""Temperature and humidity."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.materials.storeroom.actions import air as actions
from dangan.materials.storeroom.forms import AirForm, WordsForm
from dangan.materials.storeroom.problems import StoreroomProblem
from dangan.materials.storeroom.queries import air
from dangan.materials.storeroom.views.common import done
from dangan.ui.messages import say

NAV = "storeroom"
PERIODS = (7, 30, 90, 365)


@page("storeroom.view")
@require_safe
def rooms(request: ActorRequest) -> HttpResponse:
    """The first room's log; without rooms the storeroom."""
    found = air.rooms(request.actor)
    if not found:
        messages.info(request, _("先添加库房，再登记温湿度。"))
        return redirect("storeroom:overview")
    return redirect("storeroom:room_air", room=found[0][0])


@page("storeroom.view")
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: ActorRequest, room: UUID) -> HttpResponse:
    """One room's log, and noting a reading."""
    now = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    form = AirForm(request.POST or None, initial={"at": now})
    if request.method == "POST" and form.is_valid():
        try:
            actions.note(request.actor, room=room, reading=form.reading())
        except StoreroomProblem as problem:
            form.add_error(problem.field or None, say(problem.message))
        else:
            messages.success(request, _("已登记"))
            return redirect("storeroom:room_air", room=room)
    context = {
        "air": air.room_air(request.actor, room, days=_days(request)),
        "rooms": air.rooms(request.actor),
        "periods": PERIODS,
        "form": form,
        "words_form": WordsForm(),
        "words": {"temperature": _("温度（℃）"), "humidity": _("湿度（%）")},
        "nav": NAV,
    }
    return render(request, "storeroom/air.html", context, status=422 if form.errors else 200)


@page("storeroom.manage")
@require_POST
def take_in(request: ActorRequest, room: UUID) -> HttpResponse:
    """导入 a logger's table."""
    file = request.FILES.get("file")
    if file is None:
        messages.error(request, _("请选择一个 CSV 文件。"))
        return redirect("storeroom:room_air", room=room)
    try:
        result = actions.take_in(request.actor, room=room, data=file.read(actions.MOST_BYTES + 1))
    except StoreroomProblem as problem:
        messages.error(request, say(problem.message))
    else:
        text = _("已导入 {added} 条，{known} 条已有")
        messages.success(request, text.format(added=result.added, known=result.known))
        for line in result.bad:
            messages.warning(request, say(line))
    return redirect("storeroom:room_air", room=room)


@page("storeroom.manage")
@require_POST
def measures(request: ActorRequest, reading: UUID) -> HttpResponse:
    """What was done about a reading out of bounds."""
    form = WordsForm(request.POST)
    words = form.cleaned_data["words"] if form.is_valid() else ""
    return done(
        request,
        lambda: actions.take_measures(request.actor, reading=reading, words=words),
        _("已登记"),
        "storeroom:air",
    )


def _days(request: ActorRequest) -> int:
    given = request.GET.get("days", "30")
    return int(given) if given.isdecimal() and int(given[:4]) in PERIODS else 30
