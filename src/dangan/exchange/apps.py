from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.dossiers.desk import register_panel
from dangan.ui.navigation import NavItem, register


class ExchangeConfig(AppConfig):
    name = "dangan.exchange"
    label = "exchange"

    def ready(self) -> None:
        from dangan.exchange.desk import recent_imports  # noqa: PLC0415 - needs loaded models

        register_panel(
            "imports",
            "exchange/parts/desk.html",
            recent_imports,
            permission="people.import",
            order=20,
        )
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
