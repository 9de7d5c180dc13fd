"""What every page's template may use without its view doing anything.

``shell`` is lazy: a page without the shell (log-in, a fragment) pays nothing for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from dangan.ui import navigation
from dangan.ui.help import topic_of

if TYPE_CHECKING:
    from django.http import HttpRequest

Provider = Callable[["HttpRequest"], Any]
_providers: dict[str, Provider] = {}


def provide(key: str, provider: Provider) -> None:
    """Let a room above fill a place of the shell.

    Keys: ``organization`` (name in the footer, str), ``todo`` (open to-do count, int),
    ``notices`` (a :class:`Bell`). A place that no room fills is not drawn.
    """
    _providers[key] = provider


@dataclass(frozen=True, slots=True)
class Bell:
    """Unread notices and where they are: the page, the panel under the bell, the mere count."""

    unread: int
    url: str
    panel_url: str
    count_url: str


class Shell:
    """The frame of one page for one request; each part is worked out when first drawn."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @cached_property
    def sections(self) -> list[navigation.NavSection]:
        return navigation.menu(self._request)

    @cached_property
    def tabs(self) -> list[navigation.NavLine]:
        return navigation.phone_tabs(self.sections)

    @cached_property
    def organization(self) -> str:
        return str(self._ask("organization") or "")

    @cached_property
    def todo(self) -> int:
        return int(self._ask("todo") or 0)

    @cached_property
    def bell(self) -> Bell | None:
        found = self._ask("notices")
        return found if isinstance(found, Bell) else None

    @cached_property
    def role(self) -> str:
        """The label of the actor's first role, in the page's language."""
        grants = getattr(getattr(self._request, "actor", None), "grants", ())
        if not grants:
            return ""
        role = grants[0].role
        return str(role.label_en if translation.get_language() == "en" else role.label)

    @cached_property
    def may_search(self) -> bool:
        actor = getattr(self._request, "actor", None)
        return actor is not None and actor.may("roster.view")

    @cached_property
    def help_topic(self) -> str:
        match = self._request.resolver_match
        return topic_of(match.view_name) if match else ""

    @cached_property
    def demo(self) -> bool:
        """Whether this is a demonstration, which every page says."""
        return bool(settings.DANGAN.demo)

    @property
    def languages(self) -> list[tuple[str, str]]:
        return list(settings.LANGUAGES)

    def _ask(self, key: str) -> Any:
        provider = _providers.get(key)
        return provider(self._request) if provider else None


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context processor: ``shell``, ``actor`` and the base template that fits the asker."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated and hasattr(request, "actor")
    return {
        "shell": Shell(request),
        "actor": getattr(request, "actor", None),
        "shell_base": "ui/shell.html" if signed_in else "ui/plain.html",
    }


def url_or_empty(name: str) -> str:
    """The address of a named page, or nothing when that room has no such page."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
