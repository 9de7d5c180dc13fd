"""Pages for what went otherwise: each says what happened, whether data are safe, what to do next.

Absent and forbidden dossiers share one 404, so that an answer never confirms that somebody exists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from django.http import HttpRequest

from django.http import HttpResponse

# These are drawn without the shell: its counts need the very things that may be failing.
_BARE = frozenset({500, 503})


def answer(
    request: HttpRequest, status: int, *, title: str = "", text: str = "", **context: Any
) -> HttpResponse:
    """The state page for ``status`` (400, 403, 404, 500, 503); ``title`` and ``text`` override.

    In an htmx request the page's block replaces the whole main area, so that a refusal never
    hides in the corner a fragment was meant for.
    """
    context |= {"title": title, "text": text, "request_number": request_number(request)}
    bare = status in _BARE
    body = render_to_string(f"ui/states/{status}.html", context, None if bare else request)
    response = HttpResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response


def request_number(request: HttpRequest) -> str:
    """The number by which the log knows this request, short enough to read over the telephone."""
    trail = getattr(getattr(request, "actor", None), "trail", None)
    if trail is None:
        return ""
    digits = str(trail.request).replace("-", "")
    return f"{digits[:4]}-{digits[4:8]}"


def refusal_title(verb: str) -> str:
    """The head of a 403 page: ``verb`` says what was refused, such as 导出花名册."""
    return _("你没有{verb}的权限").format(verb=verb)
