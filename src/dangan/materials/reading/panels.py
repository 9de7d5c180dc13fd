"""What this room adds to the page of a volume."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dangan.access.rules import Actor
from dangan.materials.catalogue.panels import Fact
from dangan.materials.catalogue.queries import Look
from dangan.materials.reading.queries.progress import progress_of


def fact(actor: Actor, looked: Look) -> Fact | None:
    """How many of the volume's pages have been read; nothing when it has no scans
    that the actor may search."""
    if not actor.may("archive.search"):
        return None
    found = progress_of(actor, looked.volume.pk, looked.sight)
    if not found.total:
        return None
    value = _("{done} / {total} 页").format(done=found.done, total=found.total)
    state = "ok" if found.done == found.total else "run" if found.queued else "back"
    return Fact(_("文字识别"), value, state)
