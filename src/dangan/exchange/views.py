"""The import pages, the template and the roster's export.

An import lives at one address; what stands there follows its state.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dangan.access.pages import ActorRequest, page
from dangan.dictionary import queries as dictionary_queries
from dangan.exchange import actions, queries
from dangan.exchange.importing import STAGES, File
from dangan.exchange.models import ImportJob
from dangan.exchange.rules.mapping import PERSON, SKIP
from dangan.exchange.workbook import Unusable
from dangan.exchange.workbook.limits import FILE_BYTES, MEBIBYTE, ROWS
from dangan.exchange.writing.problems import problem_book
from dangan.exchange.writing.template import sets_to_offer, template_book
from dangan.organization import queries as organization_queries
from dangan.roster import forms as roster_forms
from dangan.ui.messages import say

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FILES_AT_MOST = 10
FINDINGS_SHOWN = 200
State = ImportJob.State


@page("people.import")
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: ActorRequest) -> HttpResponse:
    """Choose files, get the template, see past imports."""
    error = ""
    if request.method == "POST":
        try:
            job = actions.upload(request.actor, files=_uploaded(request))
        except Unusable as unusable:
            error = say(unusable.message)
        else:
            return HttpResponseRedirect(reverse("exchange:job", args=[job.id]))
    dictionary = dictionary_queries.current()
    context = {
        "error": error,
        "jobs": queries.jobs_of(request.actor),
        "sets": sets_to_offer(dictionary),
        "limit": FILE_BYTES // MEBIBYTE,
        "rows": ROWS,
        "files": FILES_AT_MOST,
        "nav": "import",
    }
    return render(request, "exchange/begin.html", context, status=422 if error else 200)


def _uploaded(request: ActorRequest) -> list[File]:
    """The uploaded files; raises :class:`Unusable`."""
    posted = request.FILES.getlist("files")
    too_large = getattr(request, "upload_too_large", False)
    if too_large or sum(item.size or 0 for item in posted) > FILE_BYTES:
        raise Unusable(
            "文件超过 {limit} MB，没有接收。请拆成几份分别导入。", limit=FILE_BYTES // MEBIBYTE
        )
    if not posted:
        raise Unusable("还没有选择文件。请选择 .xlsx 或 .xls 文件。")
    if len(posted) > FILES_AT_MOST:
        raise Unusable("一次最多导入 {limit} 个文件。", limit=FILES_AT_MOST)
    return [File(item.name or "", item.read()) for item in posted]


@page("people.import")
@require_GET
def job(request: ActorRequest, job: UUID) -> HttpResponse:
    """One import, as far as it is."""
    view = queries.open_job(request.actor, job)
    again = "columns" in request.GET and view.job.state == State.CHECKED
    context: dict[str, Any] = {
        "view": view,
        "job": view.job,
        "report": view.report,
        "nav": "import",
        "person": PERSON,
        **_progress(view.job),
    }
    if view.report is not None:
        context["errors"] = view.report.errors[:FINDINGS_SHOWN]
        context["more_errors"] = max(0, len(view.report.errors) - FINDINGS_SHOWN)
        context["warnings"] = view.report.warnings[:FINDINGS_SHOWN]
        context["more_warnings"] = max(0, len(view.report.warnings) - FINDINGS_SHOWN)
        context["ready"] = view.report.imported + view.report.updated
    if view.job.state == State.UPLOADED or again:
        return render(request, "exchange/columns.html", context)
    if view.job.busy:
        return render(request, "exchange/running.html", context)
    return render(request, "exchange/result.html", context)


def _progress(job: ImportJob) -> dict[str, Any]:
    share = round(100 * job.done / job.total) if job.total else 0
    queued = job.state in {State.CHECK_QUEUED, State.RUN_QUEUED}
    return {
        "stage": _(STAGES[job.stage]) if job.stage in STAGES else "",
        "percent": share,
        "queued": queued,
        "checking": job.state in {State.CHECKING, State.CHECK_QUEUED},
    }


@page("people.import")
@require_GET
def progress(request: ActorRequest, job: UUID) -> HttpResponse:
    """The moving part of a running import; reloads the page when it has ended."""
    stored = queries.state_of(request.actor, job)
    if not stored.busy:
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "exchange/parts/progress.html", {"job": stored, **_progress(stored)})


@page("people.import")
@require_POST
def columns(request: ActorRequest, job: UUID) -> HttpResponse:
    """Take the chosen columns and check the file."""
    view = queries.open_job(request.actor, job)
    paths: dict[str, dict[int, str]] = {}
    homes: dict[str, str] = {}
    for sheet in view.sheets:
        home = request.POST.get(f"home-{sheet.position}")
        known = {item.key for item in sheet.homes} | {PERSON, SKIP}
        if home is not None and home in known:
            homes[sheet.name] = home
        paths[sheet.name] = {
            column.index: request.POST[name]
            for column in sheet.columns
            if (name := f"column-{sheet.position}-{column.index}") in request.POST
        }
    try:
        actions.choose_columns(request.actor, job=job, paths=paths, homes=homes)
    except Unusable as unusable:
        context = {
            "view": view,
            "job": view.job,
            "person": PERSON,
            "nav": "import",
            "error": say(unusable.message),
        }
        return render(request, "exchange/columns.html", context, status=422)
    if "reread" not in request.POST:
        actions.check(request.actor, job=job)
    return _to(job)


@page("people.import")
@require_POST
def start(request: ActorRequest, job: UUID) -> HttpResponse:
    """Bring it in: everything, or everything but the bad rows."""
    skip = request.POST.get("mode") == "skip-bad"
    actions.start(request.actor, job=job, mode="skip-bad" if skip else "all")
    return _to(job)


@page("people.import")
@require_POST
def stop(request: ActorRequest, job: UUID) -> HttpResponse:
    """Stop; nothing is stored."""
    actions.stop(request.actor, job=job)
    return _to(job)


@page("people.import")
@require_POST
def resume(request: ActorRequest, job: UUID) -> HttpResponse:
    """Take up an import whose worker died, or check a stopped one again."""
    stored = queries.state_of(request.actor, job)
    if stored.busy:
        actions.resume(request.actor, job=job)
    else:
        actions.check(request.actor, job=job)
    return _to(job)


@page("people.import")
@require_POST
def discard(request: ActorRequest, job: UUID) -> HttpResponse:
    """Delete the upload and its report."""
    actions.discard(request.actor, job=job)
    return HttpResponseRedirect(reverse("exchange:import"))


@page("people.import", step_up=True)
@require_GET
def problems(request: ActorRequest, job: UUID) -> HttpResponse:
    """The problem list as a workbook."""
    view = queries.open_job(request.actor, job)
    if view.report is None:
        return _to(job)
    return _download(problem_book(view.report), _("导入问题清单"))


@page("people.import")
@require_GET
def template(request: ActorRequest) -> HttpResponse:
    """The template with the chosen information sets."""
    book = template_book(
        dictionary_queries.current(), organization_queries.tree(), request.GET.getlist("set")
    )
    return _download(book, _("人员导入模板"))


@page("roster.export", step_up=True)
@require_POST
def export(request: ActorRequest) -> HttpResponse:
    """The roster as the page's form describes it; ``pick`` narrows it to chosen people."""
    ask = roster_forms.read(request.POST, dictionary_queries.current(), posted=True)
    picked = {known for text in request.POST.getlist("pick") if (known := _uuid(text))}
    book = actions.export_roster(request.actor, ask.query, picked or None)
    return _download(book, _("花名册"))


def _to(job: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("exchange:job", args=[job]))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _download(data: bytes, name: str) -> HttpResponse:
    day = timezone.localdate().isoformat()
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name} {day}.xlsx")
    response["Cache-Control"] = "no-store"
    return response
