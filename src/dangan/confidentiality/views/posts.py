"""涉密岗位: the register, a post with its holders, and exemptions."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.confidentiality import actions, queries
from dangan.confidentiality.forms import ExemptForm, PostForm
from dangan.confidentiality.models import SecretPost
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.models import Subject
from dangan.dossiers.queries import name_in, open_subject
from dangan.ui.messages import say


@page("secrecy.view")
@require_safe
def register(request: ActorRequest) -> HttpResponse:
    """The register, the most secret posts first."""
    closed = request.GET.get("closed") == "1"
    context = {
        "lines": queries.register(request.actor, closed=closed),
        "closed": closed,
        "nav": "secrecy",
    }
    return render(request, "confidentiality/register.html", context)


@page("secrecy.manage")
@require_http_methods(["GET", "POST"])
def new_post(request: ActorRequest) -> HttpResponse:
    """A new line of the register."""
    form = PostForm(request.POST or None, initial={"training_months": 24, "checks": ["1", "5"]})
    if request.method == "POST" and form.is_valid():
        try:
            post = actions.open_post(request.actor, wish=form.wish())
        except actions.PostProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已列入涉密岗位。今后调入这个岗位的人须先通过培训和核查。"))
            return redirect("confidentiality:post", post=post.id)
    context = {"form": form, "post": None, "nav": "secrecy"}
    return render(request, "confidentiality/post_form.html", context, status=status(form))


@page("secrecy.manage")
@require_http_methods(["GET", "POST"])
def edit_post(request: ActorRequest, post: UUID) -> HttpResponse:
    """Changes a line of the register."""
    found = queries.post_of(request.actor, post)
    form = PostForm(request.POST or None, initial=_initial(found))
    if request.method == "POST" and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            actions.save_post(request.actor, post=post, version=version, wish=form.wish())
        except actions.PostProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("已保存"))
            return redirect("confidentiality:post", post=post)
    context = {"form": form, "post": found, "nav": "secrecy"}
    return render(request, "confidentiality/post_form.html", context, status=status(form))


def _initial(post: SecretPost) -> dict[str, object]:
    months = post.training_months
    return {
        "unit": str(post.unit or ""),
        "position": post.position,
        "level": post.level,
        "duties": post.duties,
        "training_months": -1 if months is None else months,
        "checks": post.checks,
        "needs_agreement": post.needs_agreement,
        "version": post.version,
    }


@page("secrecy.view")
@require_safe
def post(request: ActorRequest, post: UUID) -> HttpResponse:
    """A post: its duties, what it asks for, and who holds it with what they lack."""
    view = queries.post_view(request.actor, post, offset=offset_of(request))
    table = dictionary_queries.current().code_tables["check_item"]
    wanted = {code: table.name_of(code) for code in view.line.post.checks}
    holders = [
        (
            line,
            None
            if line.lacks is None
            else [(lack.what, wanted.get(lack.item, "")) for lack in line.lacks],
        )
        for line in view.holders
    ]
    context = {
        "view": view,
        "line": view.line,
        "post": view.line.post,
        "holders": holders,
        "may_manage": request.actor.may("secrecy.manage"),
        "nav": "secrecy",
    }
    return render(request, "confidentiality/post.html", context)


@page("secrecy.manage")
@require_POST
def close_post(request: ActorRequest, post: UUID) -> HttpResponse:
    """Takes a post off the register."""
    actions.close_post(request.actor, post=post)
    messages.success(request, _("已从涉密岗位表中移出"))
    return redirect("confidentiality:register")


@page("secrecy.manage")
@require_http_methods(["GET", "POST"])
def exempt(request: ActorRequest, post: UUID, subject: UUID) -> HttpResponse:
    """Lets one person hold the post without full clearance until a day."""
    found = queries.post_of(request.actor, post)
    opened = open_subject(request.actor, subject)
    form = ExemptForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.exempt(
                request.actor,
                post=post,
                subject=subject,
                until=form.cleaned_data["until"],
                reason=form.cleaned_data["reason"],
            )
        except actions.PostProblem as problem:
            refuse(form, problem)
        else:
            messages.success(request, _("例外已登记，到期自动失效"))
            return redirect("confidentiality:post", post=post)
    context = {
        "form": form,
        "post": found,
        "name": name_in(opened),
        "departed": opened.subject.state == Subject.State.DEPARTED,
        "nav": "secrecy",
    }
    return render(request, "confidentiality/exempt.html", context, status=status(form))


@page("secrecy.manage")
@require_POST
def end_exemption(request: ActorRequest, post: UUID, exemption: UUID) -> HttpResponse:
    """Ends an exemption before its day."""
    actions.end_exemption(request.actor, exemption=exemption)
    messages.success(request, _("例外已撤销"))
    return redirect("confidentiality:post", post=post)


def refuse(form: forms.Form, problem: actions.PostProblem | actions.AgreementProblem) -> None:
    """Puts a verb's refusal beside its field."""
    form.add_error(problem.field if problem.field in form.fields else None, say(problem.message))


def status(form: forms.Form) -> int:
    """422 for a form that came back with errors."""
    return 422 if form.is_bound and form.errors else 200


def offset_of(request: ActorRequest, size: int = 50) -> int:
    """Where the asked page begins."""
    number = request.GET.get("page", "1")
    return (max(1, int(number)) - 1) * size if number.isdecimal() and len(number) < 7 else 0
