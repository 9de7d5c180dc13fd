"""What stands in the left navigation and the phone's tabs: each room registers its own items.

Call :func:`register` from ``AppConfig.ready``. An item shows only to an actor who holds its
permission, so a page that is not one's own leaves no trace in the navigation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.http import HttpRequest

SECTIONS: dict[str, str | Promise] = {
    "people": "",
    "flow": _("流程"),
    "archive": _("档案室"),
    "analysis": _("分析"),
    "security": _("安全"),
    "settings": _("设置"),
    "audit": _("审计"),
}
PHONE_TABS = 3


class Holder(Protocol):
    """Who looks at the navigation, as far as it matters here."""

    def may(self, permission: str, /) -> bool: ...


@dataclass(frozen=True, slots=True)
class NavItem:
    """One line of the navigation.

    ``count`` is asked once per page that shows the navigation; it must cost no more than one
    cheap query and answers ``None`` when there is nothing to show. ``phone`` ranks the item for
    the bottom tabs of the phone: the three lowest numbers the actor may see stand there; it may
    hang on the actor. ``fits`` leaves the item out for those who reach the same another way.
    """

    key: str
    label: str | Promise
    url_name: str
    icon: str
    permission: str | None
    section: str = "people"
    order: int = 100
    count: Callable[[HttpRequest], int | None] | None = None
    phone: int | Callable[[Holder], int] = 100
    fits: Callable[[Holder], bool] | None = None

    def stands_for(self, actor: Holder) -> bool:
        """Whether the actor has it in the navigation."""
        if self.permission is not None and not actor.may(self.permission):
            return False
        return self.fits is None or self.fits(actor)


@dataclass(frozen=True, slots=True)
class NavLine:
    """An item as one actor sees it on one page."""

    key: str
    label: str | Promise
    icon: str
    url: str
    count: int | None
    current: bool
    phone: int


@dataclass(frozen=True, slots=True)
class NavSection:
    label: str | Promise
    lines: tuple[NavLine, ...]


_items: dict[str, NavItem] = {}


def register(item: NavItem) -> None:
    """Add an item; registering the same key again replaces it."""
    if item.section not in SECTIONS:
        raise ValueError(f"unknown navigation section {item.section!r}")
    _items[item.key] = item


def items() -> tuple[NavItem, ...]:
    """All registered items in reading order."""
    sections = list(SECTIONS)
    return tuple(sorted(_items.values(), key=lambda i: (sections.index(i.section), i.order, i.key)))


def allowed(request: HttpRequest) -> tuple[NavItem, ...]:
    """The items that this request's actor may open."""
    actor = getattr(request, "actor", None)
    if actor is None:
        return ()
    return tuple(item for item in items() if item.stands_for(actor))


def menu(request: HttpRequest) -> list[NavSection]:
    """The navigation of this request's actor, section by section, empty sections left out."""
    by_section: dict[str, list[NavLine]] = {}
    for item in allowed(request):
        line = _line(request, item)
        if line is not None:
            by_section.setdefault(item.section, []).append(line)
    return [NavSection(SECTIONS[key], tuple(lines)) for key, lines in by_section.items()]


def phone_tabs(sections: list[NavSection]) -> list[NavLine]:
    """The lines for the bottom of the phone."""
    lines = [line for section in sections for line in section.lines]
    return sorted(lines, key=lambda line: line.phone)[:PHONE_TABS]


def _line(request: HttpRequest, item: NavItem) -> NavLine | None:
    try:
        url = reverse(item.url_name)
    except NoReverseMatch:
        return None
    match = request.resolver_match
    current = match is not None and match.view_name == item.url_name
    count = item.count(request) if item.count else None
    phone = item.phone(request.actor) if callable(item.phone) else item.phone  # type: ignore[attr-defined]  # set by the middleware
    return NavLine(item.key, item.label, item.icon, url, count, current, phone)
