from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class StoreroomConfig(AppConfig):
    name = "dangan.materials.storeroom"
    label = "storeroom"

    def ready(self) -> None:
        from dangan.materials.storeroom import registered  # noqa: PLC0415 - needs loaded models

        registered.everything()
        register(
            NavItem(
                "stocktaking",
                _("检查盘点"),
                "storeroom:stocktakings",
                "clipboard-check",
                "storeroom.view",
                section="archive",
                order=60,
            )
        )
        register(
            NavItem(
                "storeroom",
                _("库房与架位"),
                "storeroom:overview",
                "building-warehouse",
                "storeroom.view",
                section="archive",
                order=80,
            )
        )
        register(
            NavItem(
                "scan",
                _("扫码"),
                "storeroom:scan",
                "qrcode",
                "storeroom.view",
                section="archive",
                order=82,
            )
        )
