"""One's own access tokens."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from dangan.access import actions, queries, registry
from dangan.access.forms import TokenForm
from dangan.access.pages import ActorRequest, page
from dangan.ui.languages import label
from dangan.ui.messages import say


@page("tokens.own", step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
@sensitive_variables("made")
def tokens(request: ActorRequest) -> HttpResponse:
    """The tokens and the form for another; a new one is shown on the answer to its request."""
    labels = {key: label(item.label, item.label_en) for key, item in registry.permissions().items()}
    scopes = [(key, labels[key]) for key in queries.token_scopes(request.actor)]
    form = TokenForm(request.POST or None, scopes=scopes)
    made = None
    if request.method == "POST" and form.is_valid():
        try:
            made = actions.create_token(request.actor, **form.cleaned_data)
        except actions.TokenProblem as error:
            form.add_error(None, say(error.message))
        else:
            form = TokenForm(scopes=scopes)
    context = {
        "form": form,
        "made": made,
        "tokens": [
            (token, [labels.get(scope, scope) for scope in token.scopes])
            for token in queries.own_tokens(request.actor)
        ],
    }
    return render(request, "access/tokens.html", context, status=422 if form.errors else 200)


@page("tokens.own")
@require_POST
def revoke(request: ActorRequest, token: UUID) -> HttpResponse:
    """Ends a token."""
    actions.revoke_token(request.actor, token=token)
    messages.success(request, _("令牌已撤销，用它的程序从现在起不能再访问"))
    return redirect("access:tokens")
