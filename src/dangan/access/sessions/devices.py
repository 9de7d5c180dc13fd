"""A browser seen before, or not: a random cookie, of which an account keeps a keyed token."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from dangan.access.models import Account
from dangan.access.sessions.models import Device
from dangan.config.browser import cookie_name
from dangan.vault.queries import token_of

LASTS = 400 * 24 * 60 * 60
"""Seconds a browser is remembered after its last sign-in; browsers keep no cookie longer."""
_BYTES = 24

Listener = Callable[[UUID], None]
"""Called with the account, inside the transaction of the sign-in."""

_listeners: dict[str, Listener] = {}


def on_new_device(key: str, listener: Listener) -> None:
    """``listener`` hears of every sign-in from a browser the account had not used before."""
    _listeners[key] = listener


def cookie() -> str:
    """The cookie's name."""
    return cookie_name("device", https=settings.DANGAN.https)


def recognise(request: HttpRequest, account: Account) -> bool:
    """Notes the browser of a sign-in; True for one that is new while others were known.

    Somebody's first browser is not news to them.
    """
    secret = request.COOKIES.get(cookie(), "")
    if len(secret) < _BYTES or len(secret) > 4 * _BYTES:
        secret = secrets.token_urlsafe(_BYTES)
    request.device_secret = secret  # type: ignore[attr-defined]  # told to the browser by `remind`
    now, token = timezone.now(), token_of("device", f"{account.id}|{secret}")
    known = Device.objects.filter(account=account)
    if known.filter(token=token).update(last_at=now):
        return False
    others = known.exists()
    Device.objects.create(account=account, token=token, last_at=now)
    if others:
        for key in sorted(_listeners):
            _listeners[key](account.id)
    return others


def remind(request: HttpRequest, response: HttpResponse) -> None:
    """Gives the browser that has just signed in its cookie."""
    secret = getattr(request, "device_secret", "")
    if secret:
        response.set_cookie(
            cookie(),
            secret,
            max_age=LASTS,
            secure=settings.DANGAN.https,
            httponly=True,
            samesite="Lax",
        )
