"""One person's scans as they leave the house: bookmarked PDF or a tree of images."""

from __future__ import annotations

import secrets
from uuid import UUID

from django.http import StreamingHttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dangan.access import brakes
from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Refused
from dangan.audit.rules import Event
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue import shown
from dangan.materials.catalogue.rules.order import Entry, arrange
from dangan.materials.catalogue.table import categories
from dangan.materials.scans import exporting, queries
from dangan.materials.scans.models import Page
from dangan.vault import queries as vault


@page("archive.download", step_up=True)
@require_safe
def export(request: ActorRequest, volume: UUID, form: str) -> StreamingHttpResponse:
    """Every page that the actor sees of the volume; needs the download right over all of it.

    ``copy`` is a PDF with 复制件 and a number across each page; the log has the number.
    """
    looked = catalogue.look(request.actor, volume)
    if not looked.sight.download:
        raise Refused("archive.download", _("下载原件需另行审批"))
    queries.refuse_away(request.actor, looked, "page.export", volume)
    key = vault.key_of(looked.volume.subject_id)
    items, _hidden = catalogue.contents(looked, key=key)
    pages: dict[UUID, list[Page]] = {}
    for row in Page.objects.filter(
        material__in=[item.id for item in items], state=Page.State.CURRENT
    ).order_by("number"):
        pages.setdefault(row.material_id, []).append(row)
    order = arrange((Entry(item.id, item.body) for item in items), categories())
    by_id = {item.id: item for item in items}
    bound = [
        exporting.Bound(by_id[entry.id], pages[entry.id]) for entry in order if entry.id in pages
    ]
    if not bound:
        raise Absent
    brakes.ask(request.actor, "export", looked.volume.subject_id)
    number = secrets.token_hex(4).upper() if form == "copy" else ""
    request.actor.trail.add(
        Event(
            "page.export",
            subject=looked.volume.subject_id,
            object=str(volume),
            facts={"count": sum(len(one.pages) for one in bound), "form": form, "copy": number},
        )
    )
    line = shown.volume_line(request.actor, looked.volume)
    if form != "tree":
        mark = _("复制件 %(number)s") % {"number": number} if number else ""
        pieces = exporting.pdf_of(line.text, key, bound, watermark=mark)
        response = StreamingHttpResponse(pieces, content_type="application/pdf")
    else:
        response = StreamingHttpResponse(
            exporting.tree_of(key, bound), content_type="application/zip"
        )
    suffix = "zip" if form == "tree" else "pdf"
    name = f"{looked.volume.number}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response
