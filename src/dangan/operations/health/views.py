"""For load balancers, supervisors and Prometheus. None of these needs a session."""

from __future__ import annotations

import ipaddress
import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from dangan.access.sessions.addresses import address_of
from dangan.operations.health import metrics, probing
from dangan.ui import outage, states
from dangan.ui.requirements import page


@csrf_exempt
@page(None, public=True)
def live(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view
    """200 as long as this process answers at all; asks nothing else of anybody."""
    return _told({"status": "ok"})


@csrf_exempt
@page(None, public=True)
def ready(request: HttpRequest) -> HttpResponse:
    """200 when work can be given to this process, 503 with the parts that are out of order.

    Why they are is told to operators only.
    """
    wrong = probing.out_of_order()
    if not wrong:
        return _told({"status": "ok"})
    told: dict[str, Any] = {"status": "unavailable", "parts": sorted(wrong)}
    if is_operator(request):
        told["reasons"] = wrong
    response = _told(told, 503)
    response["Retry-After"] = "5"
    return response


@csrf_exempt
@page(None, public=True)
def metrics_page(request: HttpRequest) -> HttpResponse:
    """Prometheus's text form, for operators; to others the address does not exist."""
    if not is_operator(request):
        return HttpResponse(status=404, content_type="text/plain; charset=utf-8")
    response = HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def wrong_clock(request: HttpRequest) -> HttpResponse:
    """What everybody is told while the clock cannot be trusted."""
    text = _(
        "这台服务器的时钟被改动过，时限靠不住，因此暂停服务。已有资料没有改动。请告诉系统管理员。"
    )
    if request.path.startswith("/api/"):
        body = {"type": "/api/v1/problems/wrong-clock", "title": text, "status": 503}
        response: HttpResponse = JsonResponse(
            body, status=503, content_type="application/problem+json"
        )
    else:
        response = states.answer(request, 503, title=_("系统暂时不能用"), text=text)
    response["Retry-After"] = outage.RETRY_AFTER
    return response


def is_operator(request: HttpRequest) -> bool:
    """Does the request bear the token, or come from a network that needs none?

    Behind a proxy that ``DANGAN_HTTPS`` does not tell us of, everybody seems to come from this
    machine: a request that says it was passed on counts for nothing then.
    """
    token = settings.DANGAN.metrics_token
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if token and scheme == "Bearer":
        return secrets.compare_digest(given.encode(), token.encode())
    passed_on = "X-Forwarded-For" in request.headers or "Forwarded" in request.headers
    address = address_of(request)
    if not address or (passed_on and not settings.DANGAN.https):
        return False
    found = ipaddress.ip_address(address)
    networks = map(ipaddress.ip_network, settings.DANGAN.metrics_networks)
    return any(found in network for network in networks if network.version == found.version)


def _told(body: dict[str, Any], status: int = 200) -> HttpResponse:
    return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
