"""Pages of special audits."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import cast, get_args
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.models import Account
from dangan.access.pages import ActorRequest, page
from dangan.access.profiles import fill_in
from dangan.access.rules import Absent
from dangan.audit.rules import Event
from dangan.materials.catalogue import panels
from dangan.materials.special_audit import actions, queries
from dangan.materials.special_audit.forms import EntryForm
from dangan.materials.special_audit.models import SpecialAudit
from dangan.materials.special_audit.problems import AuditProblem
from dangan.materials.special_audit.queries.due import Tab
from dangan.materials.special_audit.wording import LABELS, VERDICTS
from dangan.ui.messages import say
from dangan.ui.printing import pdf

PRINTED = Path(__file__).parent.parent / "printed"


@page("special_audit.manage")
@require_safe
def due(request: ActorRequest) -> HttpResponse:
    """The batch list: who is due, what is under way, where something is in doubt."""
    tab = _tab(request.GET.get("tab", "due"))
    number = request.GET.get("page", "1")
    offset = (int(number) - 1) * queries.PAGE if number.isdigit() and 0 < int(number) < 1e6 else 0
    found = queries.due(request.actor, tab=tab, offset=offset)
    labels = {
        "due": _("待审核"),
        "open": _("初审中"),
        "examined": _("待复审"),
        "doubt": _("有问题"),
        "done": _("已认定"),
    }
    context = {
        "found": found,
        "tab": tab,
        "tabs": [(key, label, found.counts[key]) for key, label in labels.items()],
        "nav": "special-audits",
    }
    return render(request, "special_audit/due.html", context)


def _tab(text: str) -> Tab:
    for tab in get_args(Tab):
        if tab == text:
            return cast(Tab, tab)
    raise Absent


@page("special_audit.manage")
@require_POST
def begin(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Begins an audit, or opens the one that is under way."""
    try:
        row = actions.begin(request.actor, volume=volume)
    except AuditProblem as problem:
        _found, rows = queries.of_volume(request.actor, volume)
        messages.info(request, say(problem.message))
        row = rows[0]
    return redirect("special_audit:audit", audit=row.pk)


@page("special_audit.manage")
@require_safe
def volume(request: ActorRequest, volume: UUID) -> HttpResponse:
    """All audits of a volume."""
    found, rows = queries.of_volume(request.actor, volume)
    context = {"volume": found, "audits": rows, "nav": "special-audits"}
    return render(request, "special_audit/volume.html", context)


@page("special_audit.manage")
@require_safe
def audit(request: ActorRequest, audit: int) -> HttpResponse:
    """An audit: item by item what the form says, what was computed, what was found."""
    view = queries.audit(request.actor, audit)
    open_ = view.row.state == SpecialAudit.State.OPEN
    chosen = request.GET.get("item", "")
    items = [
        (item, _form(view.row, item) if open_ else None, VERDICTS.get(item.entry.verdict, ""))
        for item in view.items
    ]
    context = {
        "view": view,
        "audit": view.row,
        "items": items,
        "chosen": chosen,
        "head": panels.head(request.actor, view.looked),
        "may_confirm": view.row.state == SpecialAudit.State.EXAMINED
        and view.row.examined_by != request.actor.id,
        "nav": "special-audits",
    }
    return render(request, "special_audit/audit.html", context)


def _form(row: SpecialAudit, item: queries.ItemView) -> EntryForm:
    entry = item.entry
    return EntryForm(
        item=item.key,
        candidates=item.candidates,
        auto_id=f"id_{item.key}_%s",
        initial={
            "version": row.version,
            "material": entry.material,
            "value": entry.value,
            "lunar": entry.lunar,
            "approved": entry.approved,
            "verdict": entry.verdict,
            "settled": entry.settled,
            "words": entry.words,
        },
    )


@page("special_audit.manage")
@require_POST
def enter(request: ActorRequest, audit: int, item: str) -> HttpResponse:
    """Saves one item; what cannot be kept is shown with everything that was typed."""
    view = queries.audit(request.actor, audit)
    found = next((one for one in view.items if one.key == item), None)
    if found is None:
        raise Absent
    form = EntryForm(request.POST, item=item, candidates=found.candidates, auto_id=f"id_{item}_%s")
    if form.is_valid():
        try:
            actions.enter(
                request.actor,
                audit=audit,
                item=item,
                version=form.cleaned_data["version"],
                entry=form.entry(),
            )
        except AuditProblem as problem:
            form.add_error(None, say(problem.message))
        else:
            messages.success(request, _("已保存“%(item)s”") % {"item": LABELS[found.key]})
            return redirect(f"{request.path.rsplit('/', 2)[0]}/#item-{item}")
    items = [
        (one, form if one.key == item else _form(view.row, one), VERDICTS.get(one.entry.verdict))
        for one in view.items
    ]
    context = {
        "view": view,
        "audit": view.row,
        "items": items,
        "chosen": item,
        "head": panels.head(request.actor, view.looked),
        "nav": "special-audits",
    }
    return render(request, "special_audit/audit.html", context, status=422)


@page("special_audit.manage")
@require_POST
def decide(request: ActorRequest, audit: int, deed: str) -> HttpResponse:
    """Examined, confirmed, sent back or cancelled."""
    try:
        if deed == "send_back":
            actions.send_back(request.actor, audit=audit, why=request.POST.get("why", "")[:300])
        else:
            verbs = {
                "examine": actions.examine,
                "confirm": actions.confirm,
                "cancel": actions.cancel,
            }
            verbs[deed](request.actor, audit=audit)
    except AuditProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已办理"))
    return redirect("special_audit:audit", audit=audit)


@page("special_audit.manage")
@require_http_methods(["GET", "HEAD"])
def conclusion(request: ActorRequest, audit: int) -> HttpResponse:
    """干部人事档案专项审核认定表 as PDF."""
    view = queries.audit(request.actor, audit)
    row, line = view.row, panels.head(request.actor, view.looked).line
    signers = _names([row.examined_by, row.closed_by])
    values = {
        "number": row.number,
        "volume": line.number,
        "kind": line.kind_label,
        "name": line.person.name,
        "employee_number": line.person.employee_number,
        "unit": line.person.unit_label,
        "state": row.get_state_display(),
        "items": [
            {
                "label": str(item.label),
                "form": item.form,
                "source": item.entry.source,
                "value": item.entry.value,
                "lunar": item.entry.lunar,
                "verdict": str(VERDICTS.get(item.entry.verdict, "")),
                "settled": item.entry.settled,
                "words": item.entry.words,
                "findings": [say(one.message) for one in item.findings],
            }
            for item in view.items
        ],
        "examined": _signed(signers, row.examined_by, row.examined_at),
        "confirmed": _signed(signers, row.closed_by, row.closed_at)
        if row.state == SpecialAudit.State.CONCLUDED
        else "",
    }
    request.actor.trail.add(Event("special_audit.print", subject=row.subject, object=row.number))
    response = HttpResponse(pdf(PRINTED / "conclusion.typ", values), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{row.number}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


def _names(accounts: list[UUID | None]) -> dict[UUID, str]:
    rows = list(Account.objects.filter(pk__in=[one for one in accounts if one]))
    fill_in(rows)
    return {row.pk: row.name for row in rows}


def _signed(names: dict[UUID, str], account: UUID | None, at: datetime | None) -> str:
    if account is None or at is None:
        return ""
    return f"{names.get(account, '')}　{timezone.localtime(at):%Y 年 %m 月 %d 日}"
