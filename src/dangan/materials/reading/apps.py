from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class ReadingConfig(AppConfig):
    name = "dangan.materials.reading"
    label = "reading"

    def ready(self) -> None:
        from dangan.materials.catalogue import changes, panels  # noqa: PLC0415 - needs loaded models
        from dangan.materials.reading.actions import index_title, queue_pages  # noqa: PLC0415
        from dangan.materials.reading.panels import fact  # noqa: PLC0415
        from dangan.materials.scans.changes import on_pages  # noqa: PLC0415

        changes.on_material(index_title)
        on_pages(queue_pages)
        panels.register_fact("text_read", 35, fact)
        register(
            NavItem(
                "archive-search",
                _("档案检索"),
                "reading:search",
                "file-search",
                "archive.search",
                section="archive",
                order=15,
            )
        )
