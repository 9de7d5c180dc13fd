"""What this room adds to a volume's page."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue import panels
from dangan.materials.catalogue.models import Volume
from dangan.materials.consultation.grants import READABLE


def register() -> None:
    """Called once at start-up."""
    panels.register_action(
        "consult", 40, _("申请查阅"), "book", _ask_url, "archive.use", fits=_readable
    )
    panels.register_action(
        "copy", 45, _("申请复制"), "copy", _copy_url, "archive.use", fits=_readable
    )


def _ask_url(volume: Volume) -> str:
    return f"{reverse('consultation:new')}?{urlencode({'volume': str(volume.pk)})}"


def _copy_url(volume: Volume) -> str:
    return reverse("consultation:new_copying", args=[volume.pk])


def _readable(volume: Volume) -> bool:
    return volume.standing in READABLE and volume.restricted_at is None
