"""Help, language and the error handlers."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from dangan.ui import outage, states
from dangan.ui.help import TOPICS

if TYPE_CHECKING:
    from django.http import HttpRequest


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Short sections on the use of each page."""
    return render(request, "ui/help.html", {"topics": TOPICS})


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in a cookie and go back to the page it was chosen on."""
    target = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
        target = "/"
    response = HttpResponseRedirect(target)
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return states.answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return states.answer(request, 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    return states.answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """503 where the database is away for the moment, 500 for a fault of ours."""
    if not outage.passing(sys.exc_info()[1]):
        return states.answer(request, 500)
    response = states.answer(
        request,
        503,
        title=_("系统暂时不能用"),
        text=_(
            "数据库连不上，或者写不进去，这次没有改动任何资料。请稍后再试；过几分钟还这样，请告诉系统管理员。"
        ),
    )
    response["Retry-After"] = outage.RETRY_AFTER
    return response
