from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class ExchangeConfig(AppConfig):
    name = "dangan.exchange"
    label = "exchange"

    def ready(self) -> None:
        register(
            NavItem(
                key="import",
                label=_("导入"),
                url_name="exchange:import",
                icon="upload",
                permission="people.import",
                section="people",
                order=40,
            )
        )
