"""安全月报: the list, one of them as PDF, making one now."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.security.reports import actions, queries


@page("security.view")
@require_safe
def register(request: ActorRequest) -> HttpResponse:
    """All reports, the newest first."""
    context = {
        "lines": queries.reports(request.actor),
        "months": actions.months_to_make(),
        "nav": "security_reports",
    }
    return render(request, "security/reports.html", context)


@page("security.view")
@require_POST
def make(request: ActorRequest) -> HttpResponse:
    """Makes a month's report anew, now."""
    try:
        month = date.fromisoformat(f"{request.POST.get('month', '')}-01")
        actions.make(request.actor, month=month)
    except ValueError:
        messages.error(request, _("没有这个月份，没有生成。请从列表里选择。"))
    else:
        messages.success(request, _("{month} 的月报已生成。").format(month=f"{month:%Y-%m}"))
    return redirect("security:reports")


@page("security.view")
@require_safe
def printed(request: ActorRequest, report: UUID) -> HttpResponse:
    """One report as PDF."""
    month, document = queries.document(request.actor, report)
    response = HttpResponse(document, content_type="application/pdf")
    name = f"security-report-{month:%Y-%m}.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
