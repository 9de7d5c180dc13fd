"""协议与告知: publishing, signing, and who has not signed yet."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.confidentiality import actions, queries
from dangan.confidentiality.forms import SignForm, TextForm, VersionForm
from dangan.confidentiality.views.posts import offset_of, refuse, status
from dangan.ui.messages import say
from dangan.ui.printing import pdf

SIGNED_FORM = Path(__file__).parent.parent / "printed" / "signed.typ"


@page("agreements.manage")
@require_safe
def texts(request: ActorRequest) -> HttpResponse:
    """Every text with how far it is signed."""
    closed = request.GET.get("closed") == "1"
    context = {
        "lines": queries.texts(request.actor, closed=closed),
        "closed": closed,
        "nav": "agreements",
    }
    return render(request, "confidentiality/texts.html", context)


@page("agreements.manage")
@require_http_methods(["GET", "POST"])
def new_text(request: ActorRequest) -> HttpResponse:
    """Publishes a new text."""
    form = TextForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            text = actions.open_new_text(
                request.actor,
                title=given["title"],
                body=given["body"],
                audience=given["audience"],
                unit=form.unit_id,
                record_kind=given["record_kind"],
            )
        except actions.AgreementProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已发布。相关人员的工作台会提示签署。"))
            return redirect("confidentiality:text", text=text.id)
    context = {"form": form, "text": None, "nav": "agreements"}
    return render(request, "confidentiality/text_form.html", context, status=status(form))


@page("agreements.manage")
@require_safe
def text(request: ActorRequest, text: UUID) -> HttpResponse:
    """A text, its versions, and who has not signed."""
    view = queries.open_text(request.actor, text, offset=offset_of(request))
    context = {"view": view, "line": view.line, "text": view.line.text, "nav": "agreements"}
    return render(request, "confidentiality/text.html", context)


@page("agreements.manage")
@require_http_methods(["GET", "POST"])
def new_version(request: ActorRequest, text: UUID) -> HttpResponse:
    """Publishes a new wording, beginning from the present one."""
    newest = queries.open_text(request.actor, text).versions[0]
    initial = {"title": newest.title, "body": newest.body, "sign_again": True}
    form = VersionForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            actions.publish_version(request.actor, text=text, **form.cleaned_data)
        except actions.AgreementProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("新版本已发布"))
            return redirect("confidentiality:text", text=text)
    context = {"form": form, "text": text, "newest": newest, "nav": "agreements"}
    return render(request, "confidentiality/text_form.html", context, status=status(form))


@page("agreements.manage")
@require_POST
def close_text(request: ActorRequest, text: UUID) -> HttpResponse:
    """Asks nobody any more."""
    actions.close_text(request.actor, text=text)
    messages.success(request, _("已停用，不再要求签署；已签署的保留"))
    return redirect("confidentiality:texts")


@page("agreements.manage")
@require_POST
def remind(request: ActorRequest, text: UUID) -> HttpResponse:
    """Tells those who have not signed."""
    try:
        count = actions.remind_unsigned(request.actor, text=text)
    except actions.AgreementProblem as problem:
        messages.error(request, say(problem.message))
    else:
        messages.success(request, _("已提醒 {count} 人").format(count=count))
    return redirect("confidentiality:text", text=text)


@page("agreements.sign")
@require_safe
def mine(request: ActorRequest) -> HttpResponse:
    """What waits for one's signature, and what one has signed."""
    context = {
        "due": queries.due(request.actor),
        "signed": queries.my_signatures(request.actor),
        "nav": "me",
    }
    return render(request, "confidentiality/mine.html", context)


@page("agreements.sign")
@require_http_methods(["GET", "POST"])
def sign(request: ActorRequest, version: UUID) -> HttpResponse:
    """The words, and one's name under them."""
    waiting = next((d for d in queries.due(request.actor) if d.version.id == version), None)
    if waiting is None:
        raise Absent
    form = SignForm(request.POST or None, initial={"sha256": waiting.version.sha256})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.sign(
                request.actor,
                version=version,
                sha256=given["sha256"],
                typed_name=given["typed_name"],
            )
        except actions.AgreementProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已签署，可随时查看和下载签署件"))
            return redirect("confidentiality:mine")
    context = {
        "form": form,
        "version": waiting.version,
        "again": waiting.again,
        "paragraphs": waiting.version.body.split("\n\n"),
        "nav": "me",
    }
    return render(request, "confidentiality/sign.html", context, status=status(form))


@page("agreements.sign")
@require_safe
def signed_pdf(request: ActorRequest, signature: UUID) -> HttpResponse:
    """The signed words as a document: who, when, from where, and the digest of the words."""
    found = queries.signature(request.actor, signature)
    values = {
        "title": found.version.title,
        "paragraphs": found.version.body.split("\n"),
        "number": found.version.number,
        "name": found.by.name,
        "employee_number": found.by.number,
        "address": found.by.address,
        "at": timezone.localtime(found.signature.at).strftime("%Y-%m-%d %H:%M:%S"),
        "sha256": found.by.sha256,
        "id": str(found.signature.id),
    }
    response = HttpResponse(pdf(SIGNED_FORM, values), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{signature}.pdf"'
    response["Cache-Control"] = "no-store"
    return response
