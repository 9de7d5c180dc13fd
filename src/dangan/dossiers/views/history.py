"""更新记录: what changed, when, by whom and why; and any two versions side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent
from dangan.dossiers import queries
from dangan.dossiers.views import shown
from dangan.dossiers.views.fragments import swapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PAGE = 20


@dataclass(frozen=True, slots=True)
class SetChoice:
    """An information set in the filter."""

    key: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class ComparedField:
    """A field of the comparison page."""

    label: str
    old: str
    new: str
    differs: bool


@page("history.view")
@require_safe
def history(request: ActorRequest, subject: UUID) -> HttpResponse:
    """Update records, latest first; ``?set=`` filters, ``?before=`` goes on."""
    chosen = request.GET.get("set", "")
    opened = queries.open_subject(request.actor, subject)
    visible = queries.visible_sets(opened)
    if chosen and chosen not in {item.key for item in visible}:
        raise Absent
    found = queries.history(
        request.actor,
        subject,
        info_set=chosen or None,
        before=_number(request.GET.get("before", "")),
        limit=PAGE,
        opened=opened,
    )
    context = {
        "history": found,
        "names": names_of_accounts({change.actor for change in found.changes}),
        "sets": [SetChoice(item.key, shown.label(item), item.key == chosen) for item in visible],
        "chosen": chosen,
        "older": f"?set={chosen}&before={found.changes[-1].id}" if found.more else "",
        "later": "before" in request.GET,
        "nav": "roster",
    }
    fragment = swapped(request) == "changes"
    template = "dossiers/parts/changes.html" if fragment else "dossiers/history.html"
    return render(request, template, context)


@page("history.view")
@require_safe
def compare(request: ActorRequest, subject: UUID, row: UUID) -> HttpResponse:
    """Two versions of one row; without ``?a=&b=`` the last two."""
    opened = queries.open_subject(request.actor, subject)
    info_set, versions = queries.versions(request.actor, subject, row, opened=opened)
    first, second = _number(request.GET.get("a", "")), _number(request.GET.get("b", ""))
    if first is None or second is None:
        latest = versions[0].version
        if len(versions) > 1:
            query = f"?a={versions[1].version}&b={latest}"
            return redirect(reverse("dossiers:compare", args=[subject, row]) + query)
        first = second = latest
    found = queries.compare(
        request.actor, subject, row, min(first, second), max(first, second), opened=opened
    )
    fields = _compared(found)
    context = {
        "subject": subject,
        "name": queries.name_in(opened),
        "row": row,
        "set_label": shown.label(info_set),
        "set_key": info_set.key,
        "found": found,
        "versions": versions,
        "names": _names(versions),
        "only_one": len(versions) == 1,
        "changed": [field for field in fields if field.differs],
        "same": [field for field in fields if not field.differs],
        "as_of_url": reverse("dossiers:dossier", args=[subject])
        + f"?set={info_set.key}&as_of={found.second.valid_from.isoformat()}",
        "nav": "roster",
    }
    return render(request, "dossiers/compare.html", context)


def _names(versions: Sequence[queries.RowVersionView]) -> Mapping[UUID, str]:
    return names_of_accounts({version.actor for version in versions})


def _compared(found: queries.Comparison) -> list[ComparedField]:
    return [
        ComparedField(
            shown.label(item.field), item.old.text, item.new.text, item.field.key in found.changed
        )
        for item in found.fields
    ]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
