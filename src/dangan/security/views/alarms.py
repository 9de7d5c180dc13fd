"""安全告警."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page


@page("security.view")
@require_safe
def one(request: ActorRequest, alarm: UUID) -> HttpResponse:
    return render(request, "security/alarm.html", {"alarm": alarm})
