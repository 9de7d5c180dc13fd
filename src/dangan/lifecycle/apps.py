from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class LifecycleConfig(AppConfig):
    name = "dangan.lifecycle"
    label = "lifecycle"

    def ready(self) -> None:
        from dangan.dossiers.collection import handing  # noqa: PLC0415 - needs loaded models
        from dangan.lifecycle import countdowns, entering, reminders  # noqa: PLC0415
        from dangan.lifecycle.kinds import register_all  # noqa: PLC0415

        register_all()
        handing.on_confirmed(entering.begin)
        reminders.register(countdowns.KEY, countdowns.departure_duties)
        register(
            NavItem(
                "movements",
                _("人员变动"),
                "lifecycle:movements",
                "arrows-exchange",
                "lifecycle.view",
                order=40,
            )
        )
        register(
            NavItem(
                "my-movements",
                _("转正与离职"),
                "lifecycle:own",
                "door-exit",
                "lifecycle.own",
                order=70,
            )
        )
