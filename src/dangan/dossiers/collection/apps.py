from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class CollectionConfig(AppConfig):
    name = "dangan.dossiers.collection"
    label = "collection"

    def ready(self) -> None:
        register(
            NavItem(
                "collection",
                _("信息采集"),
                "collection:list",
                "clipboard-text",
                "collection.manage",
                order=45,
            )
        )
