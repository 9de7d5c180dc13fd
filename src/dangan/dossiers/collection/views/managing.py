"""HR's pages: whom has been invited, and inviting."""

from __future__ import annotations

from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Refused
from dangan.dossiers.collection import actions, queries
from dangan.dossiers.collection.actions import Issued
from dangan.dossiers.collection.forms import DaysForm, InviteForm
from dangan.dossiers.collection.models import Invitation
from dangan.dossiers.rules import InvalidRecord
from dangan.organization import queries as organization_queries
from dangan.ui.messages import say

PAGE = 50
LABELS = {
    "open": gettext_lazy("待填写"),
    "submitted": gettext_lazy("待确认"),
    "returned": gettext_lazy("已退回"),
    "confirmed": gettext_lazy("已建档"),
    "revoked": gettext_lazy("已收回"),
    "expired": gettext_lazy("已过期"),
}
MARKS = {
    "open": "draft",
    "submitted": "run",
    "returned": "back",
    "confirmed": "ok",
    "revoked": "off",
    "expired": "off",
}


@page("collection.manage")
@require_safe
def forms(request: ActorRequest) -> HttpResponse:
    """Every form within reach, by state."""
    wanted = request.GET.get("state", "")
    state = wanted if wanted in Invitation.State.values else ""
    number = request.GET.get("page", "1")
    offset = (max(1, int(number)) - 1) * PAGE if number.isdecimal() and len(number) < 6 else 0
    found = queries.forms(request.actor, state=state, offset=offset, limit=PAGE)
    tabs = [
        (value, label, found.counts.get(value, 0))
        for value, label in LABELS.items()
        if found.counts.get(value, 0) or value in ("open", "submitted", "returned")
    ]
    context = {
        "page": found,
        "tabs": tabs,
        "all": sum(found.counts.values()),
        "chosen": state,
        "lines": [(line, MARKS[line.state], LABELS[line.state])
                  for line in found.lines],
    }  # fmt: skip
    return render(request, "collection/forms.html", context)


@page("collection.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: ActorRequest) -> HttpResponse:
    """The invitation; what it made is shown once, in the answer itself."""
    form = InviteForm(organization_queries.tree(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = actions.invite(request.actor, **form.cleaned_data)
        except InvalidRecord as invalid:
            form.refuse(invalid)
        except Refused as refused:
            form.add_error("unit", say(refused.reason))
        else:
            return _issued_page(request, issued, form.cleaned_data["name"])
    status = 422 if form.errors else 200
    return render(request, "collection/invite.html", {"form": form}, status=status)


@page("collection.manage")
@require_http_methods(["GET", "HEAD", "POST"])
def reissue(request: ActorRequest, invitation: UUID) -> HttpResponse:
    """A new link; the old one ends."""
    view = queries.form(request.actor, invitation)
    form = DaysForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            issued = actions.reissue(request.actor, invitation=invitation, **form.cleaned_data)
        except InvalidRecord as invalid:
            form.refuse(invalid)
        else:
            return _issued_page(request, issued, view.guest.name if view.guest else "")
    status = 422 if form.errors else 200
    context = {"form": form, "view": view}
    return render(request, "collection/reissue.html", context, status=status)


@page("collection.manage")
@require_POST
def revoke(request: ActorRequest, invitation: UUID) -> HttpResponse:
    """Ends a form and destroys what was filled in."""
    try:
        actions.revoke(request.actor, invitation=invitation)
    except InvalidRecord as invalid:
        messages.warning(request, " ".join(say(item.message) for item in invalid.problems))
    else:
        messages.success(request, _("已收回，链接失效，填写的内容已销毁。"))
    return redirect("collection:list")


def _issued_page(request: ActorRequest, issued: Issued, name: str) -> HttpResponse:
    link = f"{settings.DANGAN.public_url}{reverse('collection:start')}#{issued.token}"
    code = segno.make(link, error="m").svg_inline(scale=5, border=2, omitsize=True)
    context = {
        "link": link,
        "code": mark_safe(code),  # noqa: S308 - paths made by segno, no text of anybody
        "name": name,
        "issued": issued,
    }
    response = render(request, "collection/issued.html", context)
    response["Cache-Control"] = "no-store"
    return response
