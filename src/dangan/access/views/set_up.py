"""The first start in the browser: the first administrator, then the two whom they appoint."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_http_methods

from dangan.access import actions, set_up
from dangan.access.factors.steps import admit
from dangan.access.pages import ActorRequest, page
from dangan.access.queries.accounts import role_labels
from dangan.access.rules import Absent
from dangan.access.set_up_forms import AppointForm, FirstForm
from dangan.ui.context import url_or_empty
from dangan.ui.messages import say


@page(None, public=True)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def first(request: ActorRequest) -> HttpResponse:
    """The code of the console, a name and a password; there is no such page afterwards."""
    if not set_up.waiting():
        raise Absent
    form = FirstForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            account = set_up.make_first(
                request.actor,
                code=given["code"],
                login=given["login"],
                name=given["name"],
                password=given["new"],
            )
        except set_up.SetUpProblem as error:
            form.add_error("code", say(error.message))
        except actions.AccountProblem as error:
            form.add_error("login", say(error.message))
        except actions.BadPassword as error:
            for message in error.messages:
                form.add_error("new", message)
        else:
            return admit(request, account, target=reverse("access:appoint"))
    status = 422 if form.errors else 200
    return render(request, "access/first_administrator.html", {"form": form}, status=status)


@page(None, login_only=True)
@never_cache
@sensitive_variables("code")
@require_http_methods(["GET", "HEAD", "POST"])
def appoint(request: ActorRequest) -> HttpResponse:
    """The security and the audit administrator: each gets a code of their own."""
    form, code, role = None, "", ""
    if request.method == "POST":
        role = request.POST.get("role", "")
        form = AppointForm(request.POST, auto_id=f"{role}-%s")
        known = {item.role: item for item in set_up.appointments(request.actor)}
        if form.is_valid() or (role in known and known[role].account):
            code = _appointed(request, form, role)
    labels = role_labels()
    lines = []
    for item in set_up.appointments(request.actor):
        mine = form if role == item.role and not code else None
        lines.append((item, labels[item.role], mine or AppointForm(auto_id=f"{item.role}-%s")))
    context = {
        "lines": lines,
        "code": code,
        "code_role": role if code else "",
        "code_url": request.build_absolute_uri(url_or_empty("entitlements:code") or "/"),
    }
    wrong = form is not None and not code
    return render(request, "access/appoint.html", context, status=422 if wrong else 200)


def _appointed(request: ActorRequest, form: AppointForm, role: str) -> str:
    """The code; empty, with the form saying why, when it cannot be."""
    given = getattr(form, "cleaned_data", {})
    try:
        return set_up.appoint(
            request.actor, role=role, login=given.get("login", ""), name=given.get("name", "")
        )
    except (actions.AccountProblem, set_up.SetUpProblem) as error:
        form.add_error("login", say(error.message))
        return ""
