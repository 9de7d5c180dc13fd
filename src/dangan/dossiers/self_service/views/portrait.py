"""证件照: a new portrait, asked for like any change."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.access.rules import Absent
from dangan.dossiers.collection.forms import PaperForm
from dangan.dossiers.self_service import actions
from dangan.dossiers.self_service.queries import Own
from dangan.dossiers.self_service.views.info import REFUSALS
from dangan.dossiers.self_service.views.telling import sentence_of
from dangan.dossiers.views.dossier import portrait_url
from dangan.files.rules import BadFile
from dangan.ui.messages import say
from dangan.ui.policy import shows_chosen_file


@page("self.edit")
@shows_chosen_file
@require_http_methods(["GET", "HEAD", "POST"])
def portrait(request: ActorRequest) -> HttpResponse:
    """A picture to move behind a 5:7 frame; without script the server cuts it."""
    own = Own(request.actor, sets=["identity"])
    if "photo" not in own.editable(own.set_of("identity")) or own.closed:
        raise Absent
    row = own.single("identity")
    problem = ""
    if request.method == "POST":
        problem = _take(request, own)
        if not problem:
            messages.success(request, _("照片已存入草稿，提交审批后才会更换。"))
            return redirect("self:edit")
    context = {
        "problem": problem,
        "row": row,
        "portrait_url": portrait_url(own.view),
        "nav": "me",
    }
    response = render(
        request, "dossiers/self/portrait.html", context, status=422 if problem else 200
    )
    response["Cache-Control"] = "no-store"
    return response


def _take(request: ActorRequest, own: Own) -> str:
    if getattr(request, "upload_too_large", False):
        return _("文件太大，没有保存。请压缩到 10 MB 以内再上传。")
    form = PaperForm(request.POST, request.FILES)
    if not form.is_valid():
        return " ".join(map(str, form["file"].errors))
    try:
        actions.ask_for_portrait(request.actor, own, data=form.cleaned_data["file"].read())
    except BadFile as bad:
        return say(bad.message)
    except REFUSALS as refused:
        return sentence_of(refused)
    return ""
