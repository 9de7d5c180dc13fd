from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class CatalogueConfig(AppConfig):
    name = "dangan.materials.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from dangan.dossiers import links  # noqa: PLC0415 - needs loaded models
        from dangan.materials.catalogue import gates, standing  # noqa: PLC0415
        from dangan.materials.catalogue.shown import dossier_link  # noqa: PLC0415

        links.register("archive", 10, dossier_link)
        gates.register("standing", standing.gate)
        register(
            NavItem(
                "catalogue",
                _("档案目录"),
                "catalogue:volumes",
                "archive",
                "archive.view",
                section="archive",
                order=10,
                phone=20,
            )
        )
        register(
            NavItem(
                "archive_settings",
                _("档案室设置"),
                "catalogue:settings",
                "settings",
                "archive.settings",
                section="archive",
                order=95,
            )
        )
