from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.dossiers.desk import register_panel
from dangan.ui.navigation import NavItem, register


class RemindersConfig(AppConfig):
    name = "dangan.lifecycle.reminders"
    label = "reminders"

    def ready(self) -> None:
        from dangan.lifecycle.reminders.desk import due_soon  # noqa: PLC0415 - needs loaded models

        register_panel(
            "reminders",
            "reminders/desk.html",
            due_soon,
            permission="reminders.view",
            place="rail",
            order=10,
        )
        register(
            NavItem(
                key="reminders",
                label=_("到期提醒"),
                url_name="reminders:list",
                icon="calendar-due",
                permission="reminders.view",
                section="analysis",
                order=60,
            )
        )
