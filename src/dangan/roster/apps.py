from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui import context
from dangan.ui.navigation import NavItem, register


class RosterConfig(AppConfig):
    name = "dangan.roster"
    label = "roster"

    def ready(self) -> None:
        from dangan.files import responses  # noqa: PLC0415
        from dangan.organization import people  # noqa: PLC0415
        from dangan.roster import frame, own, saved_views  # noqa: F401, PLC0415 - needs loaded models
        from dangan.roster.heads import RosterPeople  # noqa: PLC0415

        people.register(RosterPeople())
        responses.number_by(own.number_of)
        context.provide("organization", frame.organization)
        register(
            NavItem(
                "roster",
                _("花名册"),
                "roster:list",
                "users",
                "roster.view",
                order=20,
                count=frame.people,
                phone=20,
            )
        )
