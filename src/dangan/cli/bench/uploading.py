"""The page that ``cli.bench.uploads`` sends its document to. No installation serves it."""

from __future__ import annotations

from dangan.operations.web import application  # sets Django up for what follows

# isort: split
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from dangan.access.pages import ActorRequest, page
from dangan.cli.bench.uploads import peak
from dangan.files.actions import keep
from dangan.files.rules import SCANS
from dangan.vault.rules import SYSTEM

__all__ = ["application"]

settings.ROOT_URLCONF = __name__


@csrf_exempt
@page("archive.scan")
def take(request: ActorRequest) -> HttpResponse:
    """Keeps what is sent, and says the memory that this process needed at most."""
    if request.method == "POST":
        [sent] = request.FILES.getlist("file")
        with transaction.atomic():
            keep(request.actor, subject=SYSTEM, name="volume.pdf", data=sent, allow=SCANS)
    return HttpResponse(peak())


urlpatterns = [path("", take)]
