"""Django's session middleware; it also gives a browser that signs in the cookie it is known by."""

from __future__ import annotations

from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse

from dangan.access.sessions.devices import remind


class Sessions(SessionMiddleware):
    """Sessions found by cookie."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        remind(request, response)
        return response
