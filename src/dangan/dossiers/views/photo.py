"""证件照: uploading or changing the portrait."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent, Showing
from dangan.dossiers import actions, queries
from dangan.dossiers.proposals.refusals import Claimed, NeedsApproval
from dangan.dossiers.rules import InvalidRecord
from dangan.ui.messages import say


class PhotoForm(forms.Form):
    """One picture file; what it really is, the action finds out."""

    picture = forms.FileField(
        label=gettext_lazy("照片文件"),
        widget=forms.FileInput({"accept": "image/jpeg,image/png", "class": "form-control"}),
        error_messages={
            "required": gettext_lazy("请选择照片文件。"),
            "empty": gettext_lazy("文件是空的，请重新选择。"),
        },
    )


@page("dossier.open")
@require_http_methods(["GET", "POST"])
def photo(request: ActorRequest, subject: UUID) -> HttpResponse:
    """Takes a picture; it is cut to 5:7 and stored sealed. One's own is asked for elsewhere."""
    if subject == request.actor.subject:
        return redirect("self:portrait")
    opened = queries.open_subject(request.actor, subject)
    identity = opened.dictionary.sets["identity"]
    if opened.showings(identity, "edit").get("photo") is not Showing.PLAIN:
        raise Absent
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.set_portrait(
                request.actor, subject=subject, picture=form.cleaned_data["picture"].read()
            )
        except InvalidRecord as invalid:
            for problem in invalid.problems:
                form.add_error("picture", say(problem.message))
        except Claimed as claimed:
            form.add_error("picture", say(claimed.message))
        except NeedsApproval:
            form.add_error("picture", _("更换照片要经审批，请本人在“我的信息”里提交。"))
        else:
            messages.success(request, _("照片已更新，旧照片不再显示。"))
            return redirect("dossiers:dossier", subject=subject)
    context = {
        "subject": subject,
        "name": queries.name_in(opened),
        "form": form,
        "nav": "roster",
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "dossiers/photo.html", context, status=status)
