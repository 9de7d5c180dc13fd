"""取得我的信息副本: one's own dossier to take away, for people and for machines."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.dossiers import queries as dossier_queries
from dangan.dossiers.queries import DossierView, RowView
from dangan.dossiers.views import shown
from dangan.ui import printing

FORM = Path(__file__).parent.parent / "printed" / "copy.typ"
FORMATS = ("json", "pdf")


@page("self.edit", step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: ActorRequest) -> HttpResponse:
    """What the copy holds; asked for by POST, it is the copy itself. Noted in the log."""
    actor = request.actor
    if actor.subject is None:
        raise Absent
    wanted = request.POST.get("format", "")
    if request.method != "POST" or wanted not in FORMATS:
        view = dossier_queries.open_dossier(actor, actor.subject)
        sets = [shown.label(item.info_set) for item in view.sets.values() if item.rows]
        return render(request, "dossiers/self/copy.html", {"sets": sets, "nav": "me"})
    view = dossier_queries.open_dossier(actor, actor.subject)
    actor.trail.add(
        Event("self.copy", subject=actor.subject, facts={"format": wanted, "sets": len(view.sets)})
    )
    if wanted == "json":
        body = json.dumps(_whole(actor, view), ensure_ascii=False, indent=2).encode()
        return _attached(body, "application/json", "wo-de-dangan.json")
    return _attached(printing.pdf(FORM, _printed(view)), "application/pdf", "wo-de-dangan.pdf")


def _attached(body: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(body, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _whole(actor: Actor, view: DossierView) -> dict[str, Any]:
    """Stored values with their labels: what another system can read again."""
    try:
        picture = dossier_queries.portrait(actor, view.subject)
    except Absent:
        picture = b""
    return {
        "format": "dangan-copy/1",
        "made_at": timezone.localtime().isoformat(timespec="seconds"),
        "dossier": str(view.subject),
        "state": view.state,
        "portrait_jpeg_base64": base64.b64encode(picture).decode(),
        "sets": [
            {
                "key": key,
                "label": shown.label(item.info_set),
                "rows": [
                    {
                        "id": str(row.row),
                        "version": row.version,
                        "valid_from": row.valid_from.isoformat(),
                        "fields": [
                            {
                                "key": cell.field.key,
                                "label": shown.label(cell.field),
                                "value": cell.value,
                                "text": cell.text,
                            }
                            for cell in row.cells
                            if cell.text
                        ],
                    }
                    for row in item.rows
                ],
            }
            for key, item in view.sets.items()
            if item.rows
        ],
    }


def _printed(view: DossierView) -> dict[str, Any]:
    return {
        "name": view.name,
        "made_at": f"{timezone.localtime():%Y-%m-%d %H:%M}",
        "sets": [
            {
                "label": shown.label(item.info_set),
                "rows": [_printed_row(row) for row in item.rows],
            }
            for item in view.sets.values()
            if item.rows
        ],
    }


def _printed_row(row: RowView) -> list[list[str]]:
    return [
        [shown.label(cell.field), cell.text]
        for cell in row.cells
        if cell.text and cell.field.type != "image"
    ]
