"""移交包: taking one out, taking one in."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from dangan.access.pages import ActorRequest, page
from dangan.exchange.packages import receiving, sending
from dangan.exchange.packages.problems import PackageProblem
from dangan.files.incoming import Incoming
from dangan.files.rules import BadFile
from dangan.materials.catalogue import panels
from dangan.materials.catalogue import queries as catalogue
from dangan.materials.catalogue.models import FileKind, Fonds
from dangan.materials.catalogue.problems import CatalogueProblem
from dangan.ui.messages import say


class SendForm(forms.Form):
    """For whom the package is."""

    receiver = forms.CharField(
        label=gettext_lazy("接收方公钥"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("以 age1 开头；留空则不加密，请用可靠的介质移交"),
    )


class ReceiveForm(forms.Form):
    """A package and whose it is."""

    package = forms.FileField(label=gettext_lazy("移交包"))
    employee_number = forms.CharField(label=gettext_lazy("工号"), max_length=32)
    fonds = forms.ChoiceField(label=gettext_lazy("全宗"))
    kind = forms.ChoiceField(label=gettext_lazy("档案种类"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fonds, kind = self.fields["fonds"], self.fields["kind"]
        assert isinstance(fonds, forms.ChoiceField)  # noqa: S101 - declared above
        assert isinstance(kind, forms.ChoiceField)  # noqa: S101 - declared above
        fonds.choices = [
            (str(one.pk), f"{one.code} {one.name}")
            for one in Fonds.objects.filter(closed_at__isnull=True).order_by("code")
        ]
        kept = catalogue.settings().kinds
        kind.choices = [(one.value, one.label) for one in FileKind if one.value in kept]


@page("packages.export", step_up=True)
@require_http_methods(["GET", "HEAD", "POST"])
def send(request: ActorRequest, volume: UUID) -> HttpResponse | StreamingHttpResponse:
    """The form, and then the package itself."""
    looked = catalogue.keep(request.actor, volume, "packages.export", lock=False)
    form = SendForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            name, content = sending.send(
                request.actor, volume=volume, receiver=form.cleaned_data["receiver"]
            )
        except PackageProblem as problem:
            form.add_error("receiver", say(problem.message))
        except CatalogueProblem as problem:
            form.add_error(None, say(problem.message))
        else:
            return _download(name, content)
    context = {
        "form": form,
        "head": panels.head(request.actor, looked),
        "volume": looked.volume,
        "nav": "catalogue",
    }
    return render(
        request, "exchange/package_send.html", context, status=422 if form.errors else 200
    )


def _download(name: str, content: Incoming) -> StreamingHttpResponse:
    response = StreamingHttpResponse(content.chunks(), content_type="application/octet-stream")
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Content-Length"] = str(content.size)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


@page("packages.import")
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: ActorRequest) -> HttpResponse:
    """Takes a package in whole, or says everything that is wrong with it."""
    form = ReceiveForm(request.POST or None, request.FILES or None)
    problems: list[str] = []
    if request.method == "POST" and form.is_valid():
        package = form.cleaned_data["package"]
        if not isinstance(package, Incoming):
            raise TypeError("uploads of those who take packages in are sealed as they arrive")
        try:
            taken = receiving.receive(
                request.actor,
                data=package,
                employee_number=form.cleaned_data["employee_number"],
                fonds=UUID(form.cleaned_data["fonds"]),
                kind=form.cleaned_data["kind"],
            )
        except PackageProblem as problem:
            problems = [say(one) for one in problem.messages]
        except (CatalogueProblem, BadFile) as problem:
            problems = [say(problem.message)]
        else:
            words = _("已接收 %(n)s 份材料、%(p)s 页") % {"n": taken.materials, "p": taken.pages}
            messages.success(request, words)
            return redirect(taken.url)
    context = {
        "form": form,
        "problems": problems,
        "key": receiving.public_key(),
        "nav": "packages",
    }
    status = 422 if problems or form.errors else 200
    return render(request, "exchange/package_receive.html", context, status=status)
