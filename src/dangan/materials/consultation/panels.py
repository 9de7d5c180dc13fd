"""What this room adds to a volume's page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.materials.catalogue import panels
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import Look
from dangan.materials.consultation import grants, wording
from dangan.materials.consultation.grants import READABLE


def register() -> None:
    """Called once at start-up."""
    panels.register_fact("reading", 5, _time_left, readers=True)
    panels.register_action(
        "consult", 40, gettext_lazy("申请查阅"), "book", _ask_url, "archive.use", fits=_readable
    )
    panels.register_action(
        "copy", 45, gettext_lazy("申请复制"), "copy", _copy_url, "archive.use", fits=_readable
    )


def _time_left(actor: Actor, looked: Look) -> panels.Fact | None:
    """How long a reader still has; asked for anew by itself, and at the end led away."""
    if not looked.sight.grants:
        return None
    volume = looked.volume
    given = grants.given(actor, volume.pk)
    if not given:
        return None
    until = max(grant.until for grant in given)
    return panels.Fact(
        _("阅览剩余"),
        wording.left(until),
        "run",
        reverse("consultation:readings"),
        poll=reverse("consultation:left", args=[volume.pk]),
    )


def _ask_url(volume: Volume) -> str:
    return f"{reverse('consultation:new')}?{urlencode({'volume': str(volume.pk)})}"


def _copy_url(volume: Volume) -> str:
    return reverse("consultation:new_copying", args=[volume.pk])


def _readable(volume: Volume) -> bool:
    return volume.standing in READABLE and volume.restricted_at is None
