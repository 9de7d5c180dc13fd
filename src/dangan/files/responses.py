"""Files as answers to a browser: never run, never guessed at, never kept in a cache."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils import timezone

from dangan.access.rules import Absent, Actor
from dangan.files import queries

_Answer = TypeVar("_Answer", HttpResponse, StreamingHttpResponse)
_SANDBOX = "default-src 'none'; sandbox"


_numbers: list[Callable[[Actor], str]] = []


def number_by(provider: Callable[[Actor], str]) -> None:
    """Register what knows an actor's own employee number. Call from ``AppConfig.ready``."""
    if provider not in _numbers:
        _numbers.append(provider)


def watermark_of(actor: Actor) -> str:
    """Who looks, their number and when: written across every picture. Whoever has no employee
    number is told apart by the beginning of the account."""
    now = timezone.localtime()
    number = next((text for provider in _numbers if (text := provider(actor))), str(actor.id)[:8])
    return f"{actor.name} {number} {now:%Y-%m-%d %H:%M}"


def download(request: HttpRequest, actor: Actor, file: UUID, *, why: str) -> StreamingHttpResponse:
    """The file itself, to be saved. The caller has decided that the actor may have it.

    Raises :class:`Absent`.
    """
    del request
    info = queries.infos([file]).get(file)
    if info is None:
        raise Absent
    response = StreamingHttpResponse(
        queries.content(actor, file, why=why), content_type=info.media_type
    )
    plain = info.name.encode("ascii", "replace").decode().replace('"', "").replace("?", "_")
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(info.name)}"
    )
    response["Content-Length"] = str(info.size)
    return _guarded(response)


def preview(
    request: HttpRequest, actor: Actor, file: UUID, *, page: int = 1, width: int = 1200, why: str
) -> HttpResponse:
    """One page as a picture with the watermark. Raises :class:`Absent`."""
    del request
    picture = queries.page_image(
        actor, file, page, width=width, watermark=watermark_of(actor), why=why
    )
    return _guarded(HttpResponse(picture, content_type="image/jpeg"))


def _guarded(response: _Answer) -> _Answer:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _SANDBOX
    response["Cache-Control"] = "no-store"
    return response
