"""备份: what there is, whether it was proved, and the reports."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from procrastinate import exceptions

from dangan.access.pages import ActorRequest, page
from dangan.operations.backup import queries
from dangan.operations.backup.actions import label_of
from dangan.operations.backup.jobs import back_up_now
from dangan.operations.backup.reporting import printed
from dangan.operations.backup.rules.problems import BackupProblem
from dangan.operations.backup.rules.report import report_of


@page("backup.view")
@require_safe
def listing(request: ActorRequest) -> HttpResponse:
    """The back-ups with their proofs, newest first."""
    given = request.GET.get("page", "1")
    number = int(given) if given.isdecimal() and len(given) < 7 else 1
    env = settings.DANGAN
    context = {
        "page": queries.listing(request.actor, number),
        "standing": queries.standing(),
        "place": _named(env.backup_to),
        "keys_place": _named(env.backup_keys_to),
        "at": env.backup_at,
        "days": env.backup_days,
        "proof_days": env.backup_proof_days,
        "nav": "backups",
    }
    return render(request, "backup/list.html", context)


@page("backup.manage", step_up=True)
@require_POST
def begin(request: ActorRequest) -> HttpResponse:
    """Has the worker make a back-up now."""
    try:
        back_up_now.defer(account=str(request.actor.id))
    except exceptions.AlreadyEnqueued:
        messages.info(request, _("备份已经在排队，稍后刷新本页查看。"))
    else:
        messages.success(request, _("已开始备份，完成后显示在下面。"))
    return redirect("backup:list")


@page("backup.view")
@require_safe
def report(request: ActorRequest, proof: UUID, form: str) -> HttpResponse:
    """The signed report of a proof, as it was signed or on paper."""
    found = queries.proof(request.actor, proof)
    document = found.report.encode()
    name = f"backup-proof-{found.backup.name}"
    if form == "json":
        answer = HttpResponse(document, content_type="application/json")
    else:
        body = document.rpartition(b"\n\n")[0]
        answer = HttpResponse(printed(report_of(body), document), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _named(url: str) -> str:
    try:
        return label_of(url) if url else ""
    except BackupProblem:
        return ""
