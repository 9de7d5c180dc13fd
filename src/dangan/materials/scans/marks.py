"""The column 电子件 of the catalogue: which materials are scanned, and how wholly."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext as _

from dangan.access.rules import Actor
from dangan.materials.catalogue.models import Material, Volume
from dangan.materials.catalogue.panels import Mark


def marks(actor: Actor, volume: Volume) -> Mapping[UUID, Mark]:
    """One statement for all lines of a volume."""
    del actor
    rows = Material.objects.filter(volume=volume, state=Material.State.FILED)
    return {
        material: _mark(pages, scanned)
        for material, pages, scanned in rows.values_list("pk", "pages", "scanned_pages")
    }


def _mark(pages: int, scanned: int) -> Mark:
    if not scanned:
        return Mark("photo-off", _("没有扫描件"), "", _("待扫描"))
    if scanned < pages:
        short = _("少 %(n)s 页") % {"n": pages - scanned}
        return Mark("alert-triangle", short, "warn", short)
    if scanned > pages:
        more = _("多 %(n)s 页") % {"n": scanned - pages}
        return Mark("alert-triangle", more, "warn", more)
    return Mark("photo-check", _("已扫描"), "ok")
