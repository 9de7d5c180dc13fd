"""The working calendar's page and the import of a year."""

from __future__ import annotations

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.organization.calendar import actions, importing, queries
from dangan.ui.messages import say
from dangan.ui.templatetags.dangan import weekday

FILE_AT_MOST = 2**20
_A_WEEK = tuple(f"2024-01-0{day}" for day in range(1, 8))
"""Monday to Sunday."""


class ImportForm(forms.Form):
    """A year's days off, pasted or as a file."""

    year = forms.IntegerField(
        label=gettext_lazy("年份"), min_value=importing.FIRST_YEAR, max_value=importing.LAST_YEAR
    )
    text = forms.CharField(
        label=gettext_lazy("通知原文或表格"),
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        required=False,
    )
    file = forms.FileField(label=gettext_lazy("或选一个 CSV 文件"), required=False)


@page("calendar.view")
@require_safe
def year(request: ActorRequest) -> HttpResponse:
    """A year, month by month."""
    asked = request.GET.get("year", "")
    chosen = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else 0
    if not importing.FIRST_YEAR <= chosen <= importing.LAST_YEAR:
        chosen = timezone.localdate().year
    view = queries.year_view(request.actor, chosen)
    heads = [weekday(day) for day in map(date.fromisoformat, _A_WEEK)]
    context = {"view": view, "heads": heads, "nav": "calendar"}
    return render(request, "organization/calendar/year.html", context)


@page("calendar.edit")
@require_http_methods(["GET", "HEAD", "POST"])
def load(request: ActorRequest) -> HttpResponse:
    """A year's days off: first tried, then taken over."""
    suggested = next(iter(queries.missing_years(queries.calendar(), timezone.localdate())), None)
    form = ImportForm(
        request.POST or None,
        request.FILES or None,
        initial={"year": suggested or timezone.localdate().year + 1},
    )
    context: dict[str, object] = {"form": form, "nav": "calendar"}
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.errors else 200
        return render(request, "organization/calendar/load.html", context, status=status)
    chosen = form.cleaned_data["year"]
    try:
        text = _text(form)
        if "take" in request.POST:
            table = actions.import_year(request.actor, year=chosen, text=text)
            messages.success(
                request,
                _("{year} 年的放假安排已导入：放假 {off} 天，周末上班 {worked} 天").format(
                    year=chosen, off=table.off, worked=table.worked
                ),
            )
            return redirect(f"{request.path.removesuffix('import/')}?year={chosen}")
        context |= {"table": importing.read(text, chosen), "text": text}
    except importing.BadTable as bad:
        context["problems"] = [(line, say(message)) for line, message in bad.problems]
        return render(request, "organization/calendar/load.html", context, status=422)
    return render(request, "organization/calendar/load.html", _said(context))


def _said(context: dict[str, object]) -> dict[str, object]:
    """The dry run's outcome in the reader's language."""
    table = context["table"]
    assert isinstance(table, importing.Table)  # noqa: S101 - for the type checker
    context["days"] = [(item, queries.name_of(item.name)) for item in table.days]
    context["warnings"] = [say(message) for message in table.warnings]
    context["known"] = queries.calendar().knows(table.year)
    return context


def _text(form: ImportForm) -> str:
    """What was pasted, or the file's text; raises :class:`~.importing.BadTable`."""
    file = form.cleaned_data["file"]
    if not file:
        return str(form.cleaned_data["text"])
    if file.size > FILE_AT_MOST:
        raise importing.BadTable([(0, importing.TOO_LARGE)])
    return importing.decode(file.read())
