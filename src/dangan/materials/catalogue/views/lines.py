"""Filing, changing, placing, marking and taking out materials; what they said before."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent
from dangan.access.rules import refuse as refused
from dangan.materials.catalogue import actions, panels, queries
from dangan.materials.catalogue.line_forms import (
    LineForm,
    MarkForm,
    NewLineForm,
    ReasonForm,
    values_of,
)
from dangan.materials.catalogue.problems import CatalogueProblem, Duplicate, LineConflict
from dangan.materials.catalogue.queries import Item, Look
from dangan.materials.catalogue.queries.arranging import everything, preview
from dangan.materials.catalogue.queries.history import body_at, history
from dangan.materials.catalogue.rules.order import when
from dangan.materials.catalogue.views.answers import refuse, status
from dangan.materials.catalogue.views.volume import note_look
from dangan.materials.catalogue.wording import FIELDS, texts_of
from dangan.ui.messages import say

PICK = "pick-"


@page("archive.edit")
@require_http_methods(["GET", "POST"])
def file(request: ActorRequest, volume: UUID) -> HttpResponse:
    """登记材料."""
    looked = queries.keep(request.actor, volume, lock=False)
    initial = {"category": request.GET.get("class", ""), "copies": 1}
    form = NewLineForm(request.POST or None, initial=initial, matters=_matters(looked))
    offered = False
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            item = actions.file_material(
                request.actor,
                volume=volume,
                body=form.body(),
                secrecy=given["secrecy"],
                duplicate=given["duplicate"],
            )
        except Duplicate as problem:
            offered = True
            form.add_error("duplicate", say(problem.message))
        except CatalogueProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已登记"))
            return _after(request, looked, item)
    context = _form_context(request, looked, form) | {"offered": offered, "item": None}
    return render(request, "catalogue/line_form.html", context, status=status(form))


@page("archive.edit")
@require_http_methods(["GET", "POST"])
def edit(request: ActorRequest, material: UUID) -> HttpResponse:
    """Corrects a line; when somebody was faster, base, theirs and yours are shown."""
    looked, item = _kept(request, material)
    data = _picked(request.POST, item) if request.method == "POST" else None
    form = LineForm(data, initial=values_of(item.body), matters=_matters(looked))
    if data is not None and form.is_valid():
        version = _number(request.POST.get("version", ""))
        try:
            new = actions.change_material(
                request.actor, material=material, version=version, body=form.body()
            )
        except LineConflict:
            return _conflict(request, material, form, version)
        except CatalogueProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已保存"))
            return _after(request, looked, new)
    context = _form_context(request, looked, form) | {"item": item}
    return render(request, "catalogue/line_form.html", context, status=status(form))


def _after(request: ActorRequest, looked: Look, item: Item) -> HttpResponse:
    """To the line in its volume; with a word about the numbers to rewrite."""
    changed = queries.arranged(queries.look(request.actor, looked.volume.pk)).rewritten
    if changed:
        messages.warning(
            request,
            _("有 {n} 个编号需改写，见“需改写的编号”。").format(n=len(changed)),
        )
    return _to_line(looked, item)


def _to_line(looked: Look, item: Item) -> HttpResponse:
    url = reverse("catalogue:volume", args=[looked.volume.pk])
    if not looked.sight.shows(item.id, item.secrecy):
        return redirect(url)
    return redirect(f"{url}?class={item.body.category}&material={item.id}")


def _picked(posted: QueryDict, item: Item) -> QueryDict:
    """What was sent, with the stored value wherever that was chosen on the conflict page."""
    data = posted.copy()
    stored = values_of(item.body)
    for name in FIELDS:
        if data.get(PICK + name) != "theirs":
            continue
        value = stored[name]
        if name == "copy":
            data.pop(name, None)
            if value:
                data[name] = "on"
        else:
            data[name] = "" if value is None else str(value)
    return data


def _conflict(request: ActorRequest, material: UUID, form: LineForm, version: int) -> HttpResponse:
    looked, item = queries.material(request.actor, material)
    base = body_at(item.id, version) or item.body
    mine = form.body()
    texts = [texts_of(body) for body in (base, item.body, mine)]
    lines = [
        {"name": name, "label": _(label), "base": b, "theirs": t, "mine": m, "kind": kind}
        for name, label in FIELDS.items()
        for b, t, m in ([text[name] for text in texts],)
        if (kind := _kind(b, t, m))
    ]
    sent = [(key, value) for key in FIELDS for value in request.POST.getlist(key)]
    context = {
        "looked": looked,
        "item": item,
        "base_version": version,
        "lines": lines,
        "clashes": sum(1 for line in lines if line["kind"] == "clash"),
        "sent": sent,
        "who": names_of_accounts([item.by]).get(item.by, "") if item.by else "",
        "nav": "catalogue",
    }
    return render(request, "catalogue/line_conflict.html", context, status=409)


def _kind(base: str, theirs: str, mine: str) -> str:
    """Whether a field was changed by both (and differently), by them, by oneself, or not."""
    if theirs == mine:
        return ""
    if theirs == base:
        return "mine"
    return "theirs" if mine == base else "clash"


@page("archive.edit")
@require_POST
def preview_line(request: ActorRequest, volume: UUID) -> HttpResponse:
    """Where the line would stand and which numbers would change, while it is typed."""
    looked = queries.keep(request.actor, volume, lock=False)
    form = LineForm(request.POST)
    found = None
    if "category" in request.POST and form.is_valid():
        material = _uuid(request.POST.get("material", ""))
        secrecy = _number(request.POST.get("secrecy", ""))
        if material is not None:
            secrecy = queries.material(request.actor, material)[1].secrecy
        found = preview(looked, form.body(), material=material, secrecy=secrecy)
    label, changes = found or ("", [])
    context = {"label": label, "changes": changes}
    response = render(request, "catalogue/parts/preview.html", context)
    response["Cache-Control"] = "no-store"
    return response


@page("archive.edit")
@require_POST
def place(request: ActorRequest, material: UUID) -> HttpResponse:
    """One place up or down among its equals."""
    looked, item = _kept(request, material)
    try:
        actions.place_material(
            request.actor, material=material, later=request.POST.get("later") == "1"
        )
    except CatalogueProblem as problem:
        messages.error(request, say(problem.message))
    return _to_line(looked, item)


@page("archive.edit")
@require_http_methods(["GET", "POST"])
def remove(request: ActorRequest, material: UUID) -> HttpResponse:
    """剔除."""
    looked, item = _kept(request, material)
    form = ReasonForm(request.POST or None, initial={"version": item.version})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.remove_material(
                request.actor, material=material, version=given["version"], reason=given["reason"]
            )
        except LineConflict:
            form.add_error(None, _("这一条刚被别人改过，请回到目录核对后再剔除。"))
        except CatalogueProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已剔除，可在“已剔除”中恢复"))
            return redirect("catalogue:volume", looked.volume.pk)
    context = _line_context(request, looked, item) | {"form": form}
    return render(request, "catalogue/remove.html", context, status=status(form))


@page("archive.edit")
@require_POST
def restore(request: ActorRequest, material: UUID) -> HttpResponse:
    """Back into the catalogue."""
    looked, item = _kept(request, material)
    try:
        version = _number(request.POST.get("version", ""))
        new = actions.restore_material(request.actor, material=material, version=version)
    except (CatalogueProblem, LineConflict) as problem:
        said = _("这一条刚被别人改过，请核对后再恢复。")
        messages.error(
            request, say(problem.message) if isinstance(problem, CatalogueProblem) else said
        )
        return redirect("catalogue:removed", looked.volume.pk)
    messages.success(request, _("已恢复到目录"))
    return _to_line(looked, new if new else item)


@page("archive.edit")
@require_http_methods(["GET", "POST"])
def mark(request: ActorRequest, material: UUID) -> HttpResponse:
    """The secrecy mark of a material."""
    looked, item = _kept(request, material)
    initial = {"secrecy": item.secrecy, "version": item.version}
    form = MarkForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.set_secrecy(
                request.actor,
                material_id=material,
                version=given["version"],
                secrecy=given["secrecy"],
                reason=given["reason"],
            )
        except LineConflict:
            form.add_error(None, _("这一条刚被别人改过，请回到目录核对。"))
        except CatalogueProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已保存"))
            return redirect("catalogue:material", material)
    context = _line_context(request, looked, item) | {"form": form}
    return render(request, "catalogue/mark.html", context, status=status(form))


@page("archive.view")
@require_safe
def history_page(request: ActorRequest, material: UUID) -> HttpResponse:
    """Every version of a line, with what changed."""
    looked, item, versions = history(request.actor, material)
    context = _line_context(request, looked, item) | {"versions": versions}
    return render(request, "catalogue/history.html", context)


@page("archive.view")
@require_safe
def removed(request: ActorRequest, volume: UUID) -> HttpResponse:
    """What was taken out of a volume."""
    looked = queries.look(request.actor, volume)
    if not looked.sight.whole:
        raise Absent
    note_look(request, looked)
    items, _hidden = queries.contents(looked, states=("removed",))
    context = {
        "looked": looked,
        "volume": looked.volume,
        "head": panels.head(request.actor, looked),
        "items": sorted(items, key=lambda item: when(item.body)),
        "nav": "catalogue",
    }
    return render(request, "catalogue/removed.html", context)


def _kept(request: ActorRequest, material: UUID) -> tuple[Look, Item]:
    looked, item = queries.material(request.actor, material)
    if not looked.sight.edit:
        raise refused(request.actor, "archive.edit", subject=looked.volume.subject_id)
    return looked, item


def _form_context(request: ActorRequest, looked: Look, form: LineForm) -> dict[str, Any]:
    return {
        "looked": looked,
        "volume": looked.volume,
        "head": panels.head(request.actor, looked),
        "form": form,
        "nav": "catalogue",
    }


def _line_context(request: ActorRequest, looked: Look, item: Item) -> dict[str, Any]:
    return {
        "looked": looked,
        "volume": looked.volume,
        "head": panels.head(request.actor, looked),
        "item": item,
        "nav": "catalogue",
    }


def _matters(looked: Look) -> set[str]:
    """Matters that the volume's papers name already, as far as the reader sees them."""
    return {
        item.body.matter
        for item in everything(looked)
        if item.body.matter and looked.sight.shows(item.id, item.secrecy)
    }


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
