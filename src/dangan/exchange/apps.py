from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangan.dossiers.desk import register_panel
from dangan.ui.navigation import NavItem, register


class ExchangeConfig(AppConfig):
    name = "dangan.exchange"
    label = "exchange"

    def ready(self) -> None:
        from dangan.exchange.desk import recent_imports  # noqa: PLC0415 - needs loaded models
        from dangan.materials.catalogue import panels  # noqa: PLC0415

        panels.register_action(
            "package",
            88,
            _("导出移交包"),
            "package-export",
            lambda volume: reverse("exchange:send_package", args=[volume.pk]),
            "packages.export",
        )
        register(
            NavItem(
                key="packages",
                label=_("接收移交包"),
                url_name="exchange:receive_package",
                icon="package-import",
                permission="packages.import",
                section="archive",
                order=55,
            )
        )

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
