"""The column 电子件 of the catalogue: which materials are scanned, and how wholly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from django.utils.translation import gettext as _

from dangan.access.rules import Actor
from dangan.materials.catalogue.panels import Mark
from dangan.materials.catalogue.queries import Item, Look


def marks(actor: Actor, looked: Look, items: Sequence[Item]) -> Mapping[UUID, Mark]:
    """From the counts that the lines bear; no statement."""
    del actor, looked
    # Few differ: each is worded once a page, not once a line.
    counts = {item.id: (item.pages, item.scanned_pages) for item in items}
    worded = {count: _mark(*count) for count in set(counts.values())}
    return {material: worded[count] for material, count in counts.items()}


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
