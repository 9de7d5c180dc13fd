"""Where a request came from, as far as it can be believed."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest

from dangan.access.sessions.rules import inside


def address_of(request: HttpRequest) -> str:
    """The peer; or, told by a proxy that we trust, whom the proxy saw. Empty when unknown.

    ``X-Forwarded-For`` is read from the right: every proxy adds whom it saw at the end, and what
    stands left of the first address that is no proxy of ours was written by the client itself.
    Without ``DANGAN_TRUSTED_PROXIES`` the header is not looked at, but that behind https, where
    a proxy must stand, its last address counts.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    forwarded: str = request.META.get("HTTP_X_FORWARDED_FOR", "")
    seen = [part.strip() for part in forwarded.split(",")] if forwarded else []
    trusted = settings.DANGAN.trusted_proxies
    if not trusted:
        return _address(seen[-1] if seen and settings.DANGAN.https else peer)
    at = peer
    while seen and inside(at, trusted):
        at = seen.pop()
    return _address(at)


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return ""
