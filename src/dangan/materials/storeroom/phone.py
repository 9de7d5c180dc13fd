"""What a phone offers beside a scanned code: rooms above register their deeds here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from dangan.access import units
from dangan.access.rules import Actor
from dangan.materials.storeroom.codes import Found


@dataclass(frozen=True, slots=True)
class _Deed:
    key: str
    order: int
    label: str | Promise
    icon: str
    url: Callable[[Found], str]
    permission: str
    fits: Callable[[Found], bool]


@dataclass(frozen=True, slots=True)
class Offer:
    """A big button of the phone page."""

    key: str
    label: str
    icon: str
    url: str


_deeds: dict[str, _Deed] = {}


def register(  # noqa: PLR0917 - a line of a table
    key: str,
    order: int,
    label: str | Promise,
    icon: str,
    url: Callable[[Found], str],
    permission: str,
    fits: Callable[[Found], bool],
) -> None:
    """Adds a deed, for example 借出: ``url`` is where it is done, ``fits`` whether it makes sense
    for what was found, ``permission`` is held over the person's unit. Called from
    ``AppConfig.ready``. 上架和移位 10, 借出 20, 归还 30, 盘点 40, 检查 50."""
    _deeds[key] = _Deed(key, order, label, icon, url, permission, fits)


def offers(actor: Actor, found: Found) -> list[Offer]:
    """What the actor may do with what they scanned, in order."""
    volume = found.volume
    return [
        Offer(deed.key, str(deed.label), deed.icon, deed.url(found))
        for deed in sorted(_deeds.values(), key=lambda one: (one.order, one.key))
        if (
            actor.may_at(deed.permission, units.path(volume.subject.unit))
            if volume
            else actor.may(deed.permission)
        )
        and deed.fits(found)
    ]
