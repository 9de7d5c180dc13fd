"""Looking at pages: the viewer, its pictures, the original, and printing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Refused
from dangan.audit.rules import Event
from dangan.files import queries as files
from dangan.materials.catalogue import panels
from dangan.materials.catalogue.queries import Item, Look
from dangan.materials.scans import exporting, queries
from dangan.materials.scans.models import Page
from dangan.roster.counting import counts_of
from dangan.vault import queries as vault

_SANDBOX = "default-src 'none'; sandbox"
RAIL = 300
"""Thumbnails drawn at once; a material of more pages shows the rest by their numbers."""


def pane(request: ActorRequest, looked: Look, item: Item) -> Mapping[str, Any] | None:
    """The viewer at the right of the catalogue page; nothing without scans."""
    listed = queries.pages_of(looked, item) if item.scanned_pages else []
    return content(request, looked, item, listed) if listed else None


def content(
    request: ActorRequest, looked: Look, item: Item, listed: list[queries.PageInfo]
) -> dict[str, Any]:
    """What the viewer's template needs."""
    small = queries.thumbnails(request.actor, looked, item.id, listed[:RAIL])
    number = request.GET.get("page", "1")
    chosen = (
        int(number)
        if number.isdecimal() and len(number) < 6 and 0 < int(number) <= len(listed)
        else 1
    )
    numbers = [
        grant.number
        for grant in looked.sight.grants
        if not looked.sight.whole and (grant.materials is None or item.id in grant.materials)
    ]
    return {
        "pages": [(info, small.get(info.id, "")) for info in listed],
        "first": listed[chosen - 1] if listed else None,
        "chosen": chosen,
        "numbers": "、".join(numbers),
        "prints": looked.sight.prints(item.id),
        "downloads": looked.sight.downloads(item.id),
        "whole": looked.sight.whole,
        "arranges": looked.sight.edit and request.actor.may("archive.scan"),
        "item": item,
        "volume": looked.volume,
    }


@page("archive.read")
@require_safe
def view(request: ActorRequest, material: UUID) -> HttpResponse:
    """The viewer on a page of its own."""
    looked, item, listed = queries.pages(request.actor, material)
    context = {
        "pane": content(request, looked, item, listed),
        "item": item,
        "looked": looked,
        "head": panels.head(request.actor, looked, roster=counts_of(request)),
        "nav": "catalogue",
    }
    return render(request, "scans/view.html", context)


@page("archive.read")
@require_safe
def image(request: ActorRequest, page: UUID) -> HttpResponse:
    """One page as a picture with the watermark; never kept by a cache."""
    text = request.GET.get("w", "1200")
    width = int(text) if text.isdecimal() and len(text) < 5 else 1200
    picture = queries.image(request.actor, page, width=width)
    return _guarded(HttpResponse(picture, content_type="image/jpeg"))


@page("archive.read", step_up=True)
@require_safe
def download(request: ActorRequest, page: UUID) -> StreamingHttpResponse:
    """The original file, for those who have the download right."""
    file, media_type, pieces = queries.download(request.actor, page)
    name = files.infos([file])[file].name
    response = StreamingHttpResponse(pieces, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    _guard(response)
    return response


@page("archive.read")
@require_safe
def printed(request: ActorRequest, material: UUID) -> HttpResponse:
    """The pages as PDF to be printed: rendered, with the watermark on each."""
    looked, item, listed = queries.pages(request.actor, material)
    if not looked.sight.prints(item.id):
        request.actor.trail.add(
            Event(
                "page.print", outcome="refused", subject=looked.volume.subject_id,
                object=str(material),
            )
        )  # fmt: skip
        raise Refused("archive.print", _("打印需另行审批"), recorded=True)
    queries.refuse_away(request.actor, looked, "page.print", material)
    if not listed:
        raise Absent
    mark = queries.watermark_of_item(request.actor, looked, item)
    pages = list(Page.objects.filter(pk__in=[info.id for info in listed]).order_by("number"))
    bound = [exporting.Bound(item, pages)]
    key = vault.key_of(looked.volume.subject_id)
    data = b"".join(exporting.pdf_of(item.body.title, key, bound, watermark=mark))
    request.actor.trail.add(
        Event(
            "page.print",
            subject=looked.volume.subject_id,
            object=str(material),
            facts={"count": len(pages)},
        )
    )
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = 'attachment; filename="print.pdf"'
    return _guarded(response)


def _guarded(response: HttpResponse) -> HttpResponse:
    _guard(response)
    return response


def _guard(response: HttpResponse | StreamingHttpResponse) -> None:
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = _SANDBOX
    response["Cache-Control"] = "no-store"
