"""Whether htmx asks for a part of a page, and for which."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import HttpRequest


def swapped(request: HttpRequest) -> str | None:
    """The id of the element that the answer replaces; None when a whole page is wanted."""
    headers = request.headers
    if headers.get("HX-Request") != "true" or headers.get("HX-History-Restore-Request"):
        return None
    return headers.get("HX-Target", "")
