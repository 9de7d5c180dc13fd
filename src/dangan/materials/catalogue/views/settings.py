"""档案室设置: kinds of file, terms, fonds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.materials.catalogue import actions, queries
from dangan.materials.catalogue.line_forms import FondsForm
from dangan.materials.catalogue.models import FileKind, Fonds, Settings
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.materials.catalogue.rules.settings import LAW, TERMS
from dangan.materials.catalogue.views.answers import refuse, status
from dangan.ui.messages import say


@dataclass(frozen=True, slots=True)
class TermLine:
    """A term on the page: one value, or the two ends of a range."""

    key: str
    label: str
    values: tuple[str, ...]
    wide: bool


@page("archive.settings")
@require_http_methods(["GET", "POST"])
def settings(request: ActorRequest) -> HttpResponse:
    """The terms that differ between units, all in one place."""
    error = ""
    if request.method == "POST":
        given = _given(request)
        try:
            actions.save_settings(
                request.actor, version=_version(request.POST.get("version", "")), values=given
            )
        except CatalogueProblem as problem:
            error = say(problem.message)
        else:
            messages.success(request, _("已保存"))
            return redirect("catalogue:settings")
    row = Settings.objects.filter(pk=1).first()
    body = msgspec.to_builtins(queries.settings())
    if error:
        body |= given
    context = {
        "terms": [_line(key, body[key]) for key in TERMS],
        "kinds": [(key, label, key in body["kinds"]) for key, label in FileKind.choices],
        "authority": body["authority"],
        "law": LAW,
        "version": row.version if row else 1,
        "fonds": Fonds.objects.order_by("code"),
        "error": error,
        "whole": request.actor.may_at("archive.settings", ()),
        "nav": "archive_settings",
    }
    return render(request, "catalogue/settings.html", context, status=422 if error else 200)


def _line(key: str, value: Any) -> TermLine:
    values = value if isinstance(value, list | tuple) else (value,)
    return TermLine(
        key,
        say(TERMS[key].label),
        tuple(str(one) for one in values),
        isinstance(value, str),
    )


def _given(request: ActorRequest) -> dict[str, Any]:
    """What was sent, by term; numbers as texts, which the verb reads."""
    found: dict[str, Any] = {
        "kinds": request.POST.getlist("kinds"),
        "authority": request.POST.get("authority", "").strip()[:200],
    }
    defaults = msgspec.to_builtins(queries.settings())
    for key in TERMS:
        sent = [text.strip()[:60] for text in request.POST.getlist(key)]
        if not sent:
            continue
        found[key] = sent if isinstance(defaults[key], list | tuple) else sent[0]
    return found


def _version(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


@page("archive.settings")
@require_http_methods(["GET", "POST"])
def open_fonds(request: ActorRequest) -> HttpResponse:
    """A new fonds."""
    form = FondsForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.open_fonds(
                request.actor, code=given["code"], name=given["name"], unit=form.unit_id
            )
        except CatalogueProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已保存"))
            return redirect("catalogue:settings")
    context = {"form": form, "fonds": None, "nav": "archive_settings"}
    return render(request, "catalogue/fonds.html", context, status=status(form))


@page("archive.settings")
@require_http_methods(["GET", "POST"])
def change_fonds(request: ActorRequest, fonds: UUID) -> HttpResponse:
    """A fonds' name and branch, and whether it is in use."""
    row = Fonds.objects.filter(pk=fonds).first()
    if row is None:
        raise Absent
    initial = {
        "code": row.code,
        "name": row.name,
        "unit": str(row.unit or ""),
        "closed": row.closed_at is not None,
    }
    form = FondsForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.change_fonds(
                request.actor,
                fonds=fonds,
                name=given["name"],
                unit=form.unit_id,
                closed=given["closed"],
            )
        except CatalogueProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已保存"))
            return redirect("catalogue:settings")
    context = {"form": form, "fonds": row, "nav": "archive_settings"}
    return render(request, "catalogue/fonds.html", context, status=status(form))
