"""The page of reminders, and how the organisation wants them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.lifecycle.reminders import actions, queries
from dangan.lifecycle.reminders.forms import SettingsForm
from dangan.lifecycle.reminders.settings import settings as current_settings
from dangan.lifecycle.reminders.settings import shipped
from dangan.ui.messages import say

_SPANS = (
    ("overdue", gettext_lazy("已过期")),
    ("7", gettext_lazy("7 天内")),
    ("30", gettext_lazy("30 天内")),
    ("90", gettext_lazy("90 天内")),
    ("all", gettext_lazy("全部")),
)


@page("reminders.view")
@require_safe
def reminders(request: ActorRequest) -> HttpResponse:
    """What falls due, by kind and span."""
    kind = request.GET.get("kind", "")
    span = request.GET.get("span", "30")
    number = request.GET.get("page", "")
    fits = number.isascii() and number.isdigit() and len(number) < 6
    shown = queries.reminders(
        request.actor,
        kind=kind if kind in shipped() else "",
        span=span if span in queries.SPANS else "30",
        offset=(max(1, int(number)) - 1 if fits else 0) * queries.PER_PAGE,
    )
    context = {"shown": shown, "kind": kind, "span": span, "spans": _SPANS}
    return render(request, "reminders/list.html", context)


@page("definitions.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: ActorRequest) -> HttpResponse:
    """Which kinds are on and how long before."""
    form = SettingsForm(request.POST or None, given=current_settings())
    if request.method == "POST" and form.is_valid():
        try:
            actions.save_settings(
                request.actor, chosen=form.chosen(), women=form.cleaned_data["women"]
            )
        except actions.BadSettings as bad:
            form.add_error(bad.field if bad.field in form.fields else None, say(bad.message))
        else:
            messages.success(request, _("提醒设置已保存"))
            return redirect("reminders:settings")
    context = {"form": form, "nav": "reminders"}
    status = 422 if form.errors else 200
    return render(request, "reminders/settings.html", context, status=status)
