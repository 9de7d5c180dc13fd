"""What is said about a case: a comment, whom it mentions, what is attached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from dangan.access.pages import ActorRequest, page
from dangan.audit.actions import recording
from dangan.files import actions as file_actions
from dangan.files.rules import BadFile
from dangan.ui.messages import say
from dangan.vault.rules import SYSTEM
from dangan.workflow import actions, queries
from dangan.workflow.forms import CommentForm
from dangan.workflow.problems import NotAllowed
from dangan.workflow.queries import CaseView
from dangan.workflow.views import case as case_page


@page("cases.own")
@require_POST
def comment(request: ActorRequest, case: UUID) -> HttpResponse:
    """Adds a comment with its files, all or nothing."""
    view = queries.case_view(request.actor, case)
    data = request.POST.copy()
    form = CommentForm(data, request.FILES)
    if not form.is_valid():
        return _again(request, view, form)
    given = form.cleaned_data
    try:
        _say(request, view, given["text"].strip(), given["mention"], given["attached"])
    except BadFile as bad:
        form.add_error("attached", say(bad.message))
        return _again(request, view, form)
    except NotAllowed as problem:
        form.add_error("text", say(problem.message))
        return _again(request, view, form)
    return HttpResponseRedirect(reverse("workflow:case", args=[case]) + "#talk")


def _say(
    request: ActorRequest,
    view: CaseView,
    text: str,
    mentions: Sequence[UUID],
    files: Sequence[UploadedFile[Any]],
) -> None:
    """Keeps the files and the words in one transaction."""
    actor = request.actor
    with recording(actor):
        kept = [
            file_actions.keep(
                actor,
                subject=view.case.subject or SYSTEM,
                name=str(file.name),
                data=file.read(),
            ).id
            for file in files
        ]
        actions.comment(actor, case=view.case.id, text=text, mentions=mentions, files=kept)


def _again(request: ActorRequest, view: CaseView, form: CommentForm) -> HttpResponse:
    """The page with what was typed and what is wrong with it."""
    return case_page.answer(
        request, view, status=422, comment_form=form, comment_text=form.data.get("text", "")
    )
