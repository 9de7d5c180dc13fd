"""What the storeroom adds to the pages of other rooms, and its own deeds on the phone."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue import panels
from dangan.materials.catalogue.models import Volume
from dangan.materials.storeroom import phone
from dangan.materials.storeroom.codes import Found
from dangan.materials.storeroom.queries import checking, shelves

VIEW, MANAGE = "storeroom.view", "storeroom.manage"


def everything() -> None:
    """Facts in the head of volumes, deeds of their pages, deeds of the phone."""
    panels.register_fact("storeroom", 10, shelves.fact)
    panels.register_fact("storeroom.check", 60, checking.fact)
    panels.register_action(
        "moves",
        70,
        _("存放和移位"),
        "map-pin",
        lambda volume: reverse("storeroom:moves", args=[volume.pk]),
        VIEW,
    )
    panels.register_action(
        "check",
        72,
        _("检查记录"),
        "clipboard-check",
        lambda volume: reverse("storeroom:check_volume", args=[volume.pk]),
        VIEW,
    )
    panels.register_action(
        "label",
        74,
        _("打印标签"),
        "qrcode",
        lambda volume: f"{reverse('storeroom:labels')}?volume={volume.pk}",
        "archive.print",
    )
    phone.register(
        "storeroom.check",
        50,
        _("检查"),
        "clipboard-check",
        _check_url,
        MANAGE,
        lambda found: found.place is not None or _at_home(found),
    )
    phone.register(
        "storeroom.place",
        60,
        _("看里面有什么"),
        "list",
        lambda found: reverse("storeroom:place", args=[found.place.pk]) if found.place else "",
        VIEW,
        lambda found: found.place is not None,
    )


def _check_url(found: Found) -> str:
    if found.place is not None:
        return reverse("storeroom:check_place", args=[found.place.pk])
    return reverse("storeroom:check_volume", args=[found.volume.pk]) if found.volume else ""


def _at_home(found: Found) -> bool:
    return found.volume is not None and found.volume.standing == Volume.Standing.HELD
