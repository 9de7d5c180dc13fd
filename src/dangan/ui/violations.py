"""What browsers report of the content policy: counted and named, never repeated.

A report can be sent by anybody and may quote a page. Of it only the directive, the pattern of the
page's address and the kind of what was refused are kept; no value reaches the log.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

BYTES = 16 * 1024
AT_ONCE = 10
"""Reports taken from one request."""
PER_MINUTE = 60
"""Reports one web process looks at in a minute; what comes beyond is thrown away unread."""
TYPES = frozenset({"application/csp-report", "application/reports+json", "application/json"})

_log = logging.getLogger("dangan.browser")


@dataclass(frozen=True, slots=True)
class Violation:
    """What a policy refused: the directive, the address pattern of the page, and of what kind it
    was (``inline``, ``eval``, ``own``, ``data``, ``foreign``)."""

    directive: str
    route: str
    kind: str


Listener = Callable[[Violation], None]
_listeners: list[Listener] = []
_counted: Counter[Violation] = Counter()
_lock = threading.Lock()
_window = [0.0, 0.0]
"""When the present minute began (monotonic), and how many reports it has seen."""


def listen(listener: Listener) -> None:
    """Register who is told of each violation. Call from ``AppConfig.ready``."""
    if listener not in _listeners:
        _listeners.append(listener)


def counted() -> dict[Violation, int]:
    """What this process has been told since it began."""
    with _lock:
        return dict(_counted)


def _room() -> bool:
    now = time.monotonic()
    with _lock:
        if now - _window[0] >= 60:
            _window[:] = [now, 0.0]
        _window[1] += 1
        return _window[1] <= PER_MINUTE


@csrf_exempt
@require_POST
def violation(request: HttpRequest) -> HttpResponse:
    """Takes reports of both forms (``report-uri`` and the Reporting API); always answers 204, so
    that nobody learns what became of one."""
    done = HttpResponse(status=204)
    if request.content_type not in TYPES or not 0 < _length(request) <= BYTES or not _room():
        return done
    try:
        given = json.loads(request.body)
    except (ValueError, RecursionError):
        return done
    for found in _violations(given):
        with _lock:
            _counted[found] += 1
        _log.warning("refused by policy: %s %s on %s", found.directive, found.kind, found.route)
        for listener in _listeners:
            listener(found)
    return done


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _violations(given: Any) -> Iterator[Violation]:
    reports = given if isinstance(given, list) else [given]
    for report in reports[:AT_ONCE]:
        body = report.get("csp-report") or report.get("body") if isinstance(report, dict) else None
        if not isinstance(body, dict):
            continue
        directive = _first(body, "effectiveDirective", "effective-directive", "violated-directive")
        if (name := directive.partition(" ")[0].partition("-elem")[0]) in _directives():
            page = _first(body, "documentURL", "document-uri")
            yield Violation(
                name, _route(page), _kind(_first(body, "blockedURL", "blocked-uri"), page)
            )


def _first(body: dict[str, Any], *names: str) -> str:
    return next((text for name in names if isinstance(text := body.get(name), str)), "")


def _directives() -> set[str]:
    stated = set(settings.CONTENT_SECURITY_POLICY["DIRECTIVES"])
    return stated | {"script-src-attr", "style-src-attr"}


def _route(address: str) -> str:
    try:
        return resolve(urlsplit(address).path).route or "/"
    except (Resolver404, ValueError):
        return "?"


def _kind(blocked: str, page: str) -> str:
    if blocked in {"inline", "eval", "wasm-eval", "trusted-types-sink", "trusted-types-policy"}:
        return blocked
    try:
        there, here = urlsplit(blocked), urlsplit(page)
    except ValueError:
        return "foreign"
    if there.scheme in {"data", "blob"} or blocked in {"data", "blob"}:
        return there.scheme or blocked
    return "own" if there.netloc and there.netloc == here.netloc else "foreign"
