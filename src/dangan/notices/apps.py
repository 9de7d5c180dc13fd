from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui import context
from dangan.ui.navigation import NavItem, register

if TYPE_CHECKING:
    from django.http import HttpRequest


class NoticesConfig(AppConfig):
    name = "dangan.notices"
    label = "notices"

    def ready(self) -> None:
        from dangan.access.sessions.devices import on_new_device  # noqa: PLC0415
        from dangan.files.looking_after import on_damage  # noqa: PLC0415 - needs loaded models
        from dangan.notices.damage import tell_damage  # noqa: PLC0415

        on_damage(tell_damage)
        on_new_device("notices", _new_device)
        context.provide("notices", _bell)
        register(
            NavItem(
                key="channels",
                label=_("通知渠道"),
                url_name="notices:channels",
                icon="broadcast",
                permission="notices.manage",
                section="settings",
                order=60,
            )
        )


def _new_device(account: UUID) -> None:
    """Tells somebody that their account was used in a browser it had not been used in."""
    from dangan.notices.actions import tell  # noqa: PLC0415 - needs loaded models

    tell(accounts=[account], topic="login.new_device", url="/sessions/", urgent=True)


def _bell(request: HttpRequest) -> context.Bell | None:
    """The bell of whoever gets notices."""
    from dangan.notices import queries  # noqa: PLC0415 - needs loaded models

    actor = getattr(request, "actor", None)
    if actor is None or not actor.may("notices.own"):
        return None
    return context.Bell(
        unread=queries.unread(actor),
        url=context.url_or_empty("notices:list"),
        panel_url=context.url_or_empty("notices:panel"),
        count_url=context.url_or_empty("notices:count"),
    )
