"""What is done with a volume itself: its data, marks and readers, copies, numbers and prints."""

from __future__ import annotations

from datetime import UTC
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access import units
from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Refused
from dangan.audit.rules import Event
from dangan.materials.catalogue import actions, panels, queries
from dangan.materials.catalogue.line_forms import MarkForm, ReaderForm, VolumeForm
from dangan.materials.catalogue.models import Reader
from dangan.materials.catalogue.printing import catalogue_pdf, numbers_pdf
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.queries.readers import keepers, named_readers
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM
from dangan.materials.catalogue.views.answers import refuse, status
from dangan.ui.messages import say

LAYOUTS = ("2012", "1991")


@page("archive.edit")
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Retention, books, fonds; beside it the volume's own mark."""
    looked = queries.keep(request.actor, volume, lock=False)
    row = looked.volume
    initial = {
        "retention": row.retention,
        "books": row.books,
        "fonds": str(row.fonds_id),
        "version": row.version,
    }
    form = VolumeForm(request.POST or None, initial=initial, volume=row)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.change_volume(
                request.actor,
                volume=volume,
                version=given["version"],
                retention=given["retention"],
                books=given["books"],
                fonds=UUID(given["fonds"]),
            )
        except CatalogueProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已保存"))
            return redirect("catalogue:volume", volume)
    marking = MarkForm(initial={"secrecy": row.secrecy, "version": row.version})
    return _volume_page(request, looked, form, marking)


@page("archive.edit")
@require_POST
def mark(request: ActorRequest, volume: UUID) -> HttpResponse:
    """The volume's own mark."""
    looked = queries.keep(request.actor, volume, lock=False)
    marking = MarkForm(request.POST)
    if marking.is_valid():
        given = marking.cleaned_data
        try:
            actions.mark_volume(
                request.actor,
                volume=volume,
                version=given["version"],
                secrecy=given["secrecy"],
                reason=given["reason"],
            )
        except CatalogueProblem as problem:
            refuse(marking, problem)
        else:
            messages.success(request, _("已保存"))
            return redirect("catalogue:volume", volume)
    row = looked.volume
    initial = {"retention": row.retention, "books": row.books, "fonds": str(row.fonds_id)}
    form = VolumeForm(initial=initial | {"version": row.version}, volume=row)
    return _volume_page(request, looked, form, marking)


def _volume_page(
    request: ActorRequest, looked: queries.Look, form: VolumeForm, marking: MarkForm
) -> HttpResponse:
    context = {
        "looked": looked,
        "volume": looked.volume,
        "head": panels.head(request.actor, looked),
        "form": form,
        "marking": marking,
        "nav": "catalogue",
    }
    code = max(status(form), status(marking))
    return render(request, "catalogue/volume_form.html", context, status=code)


@page("archive.settings")
@require_http_methods(["GET", "POST"])
def readers(request: ActorRequest, volume: UUID) -> HttpResponse:
    """指定阅览人."""
    looked = queries.keep(request.actor, volume, "archive.settings", lock=False)
    request.actor.trail.add(
        Event("volume.readers", subject=looked.volume.subject_id, object=str(volume))
    )
    arrangement = queries.arranged(looked)
    titles = {line.item.id: f"{line.label} {line.item.body.title}" for line in arrangement.lines}
    marked = [
        (line.item.id, titles[line.item.id])
        for line in arrangement.lines
        if line.item.secrecy >= NAMED_READERS_FROM
    ]
    accounts = keepers(looked.volume, without=request.actor.id)
    form = ReaderForm(request.POST or None, accounts=accounts, materials=marked)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.name_reader(
                request.actor,
                volume=volume,
                account=UUID(given["account"]),
                material_id=UUID(given["material"]) if given["material"] else None,
                until=given["until"],
            )
        except CatalogueProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已指定，已通知本人"))
            return redirect("catalogue:readers", volume)
    context = {
        "looked": looked,
        "volume": looked.volume,
        "head": panels.head(request.actor, looked),
        "readers": named_readers(looked, titles),
        "hidden": arrangement.hidden,
        "form": form,
        "nav": "catalogue",
    }
    return render(request, "catalogue/readers.html", context, status=status(form))


@page("archive.settings")
@require_POST
def end_reader(request: ActorRequest, reader: UUID) -> HttpResponse:
    """Ends somebody's leave."""
    row = Reader.objects.filter(pk=reader).first()
    if row is None:
        raise Absent
    queries.look(request.actor, row.volume_id)
    try:
        actions.end_reader(request.actor, reader=reader)
    except CatalogueProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已收回"))
    return redirect("catalogue:readers", row.volume_id)


@page("archive.edit")
@require_http_methods(["GET", "POST"])
def copy(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Opens the partial copy 副本 from chosen materials."""
    looked = queries.keep(request.actor, volume, lock=False)
    problem_text = ""
    chosen = {UUID(text) for text in request.POST.getlist("materials") if _is_uuid(text)}
    if request.method == "POST":
        try:
            made = actions.open_copy(request.actor, original=volume, materials=chosen)
        except CatalogueProblem as problem:
            problem_text = say(problem.message)
        else:
            messages.success(request, _("已建立副本，档号 {number}。").format(number=made.number))
            return redirect("catalogue:volume", made.pk)
    context = {
        "looked": looked,
        "volume": looked.volume,
        "head": panels.head(request.actor, looked),
        "lines": queries.arranged(looked).lines,
        "chosen": chosen,
        "problem": problem_text,
        "nav": "catalogue",
    }
    code = 422 if problem_text else 200
    return render(request, "catalogue/copy.html", context, status=code)


@page("archive.edit")
@require_http_methods(["GET", "POST"])
def sync(request: ActorRequest, volume: UUID) -> HttpResponse:
    """What differs from the original, and bringing the copy up to date."""
    looked = queries.keep(request.actor, volume, lock=False)
    if looked.volume.original_id is None:
        raise Absent
    if request.method == "POST":
        try:
            count = actions.bring_up_to_date(request.actor, volume=volume)
        except CatalogueProblem as problem:
            messages.error(request, say(problem.message))
        else:
            messages.success(request, _("副本已更新 {n} 份材料。").format(n=count))
            return redirect("catalogue:volume", volume)
    context = {
        "looked": looked,
        "volume": looked.volume,
        "head": panels.head(request.actor, looked),
        "lags": queries.lags(looked),
        "nav": "catalogue",
    }
    return render(request, "catalogue/sync.html", context)


@page("archive.view")
@require_safe
def numbers(request: ActorRequest, volume: UUID) -> HttpResponse:
    """需改写的编号."""
    looked = _whole(request, volume)
    request.actor.trail.add(
        Event("volume.numbers", subject=looked.volume.subject_id, object=str(volume))
    )
    context = {
        "looked": looked,
        "volume": looked.volume,
        "head": panels.head(request.actor, looked),
        "arrangement": queries.arranged(looked),
        "nav": "catalogue",
    }
    return render(request, "catalogue/numbers.html", context)


@page("archive.edit")
@require_POST
def renumber(request: ActorRequest, volume: UUID) -> HttpResponse:
    """The numbers have been pencilled anew."""
    try:
        count = actions.renumber(
            request.actor, volume=volume, fingerprint=request.POST.get("fingerprint", "")
        )
    except CatalogueProblem as problem:
        messages.error(request, say(problem.message))
        return redirect("catalogue:numbers", volume)
    messages.success(request, _("已登记 {n} 个新编号。").format(n=count))
    return redirect("catalogue:volume", volume)


@page("archive.print")
@require_safe
def numbers_print(request: ActorRequest, volume: UUID) -> HttpResponse:
    """The same list on paper."""
    looked = _printing(request, volume, "numbers")
    return _pdf(numbers_pdf(request.actor, looked), "bianhao.pdf")


@page("archive.print")
@require_safe
def catalogue_print(request: ActorRequest, volume: UUID, layout: str) -> HttpResponse:
    """The catalogue on paper, in the layout since 2012 or in the older one."""
    if layout not in LAYOUTS:
        raise Absent
    looked = _printing(request, volume, layout)
    return _pdf(catalogue_pdf(request.actor, looked, layout), f"mulu-{layout}.pdf")


def _printing(request: ActorRequest, volume: UUID, what: str) -> queries.Look:
    looked = _whole(request, volume)
    path = units.path(looked.volume.subject.unit)
    if not request.actor.may_at("archive.print", path):
        raise Refused("archive.print")
    request.actor.trail.add(
        Event(
            "volume.print",
            subject=looked.volume.subject_id,
            object=str(volume),
            facts={"layout": what, "at": timezone.now().astimezone(UTC).isoformat()},
        )
    )
    return looked


def _whole(request: ActorRequest, volume: UUID) -> queries.Look:
    """The volume for its keeper; whoever sees single materials by a grant finds no page."""
    looked = queries.look(request.actor, volume)
    if not looked.sight.whole:
        raise Absent
    return looked


def _pdf(data: bytes, name: str) -> HttpResponse:
    response = HttpResponse(data, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
