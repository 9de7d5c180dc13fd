from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.dossiers.desk import register_panel
from dangan.ui.navigation import NavItem, register


class BackupConfig(AppConfig):
    name = "dangan.operations.backup"
    label = "backup"

    def ready(self) -> None:
        from dangan.audit import tree  # noqa: PLC0415 - needs loaded models
        from dangan.operations.backup import (  # noqa: PLC0415
            checks,
            desk,
            figures,
            queries,
            settling,
        )
        from dangan.security.queries.overview import register_proven  # noqa: PLC0415

        tree.register_former_lines(settling.former_lines)
        checks.register_all()
        figures.register_all()
        register_proven(queries.last_proven)
        register_panel(
            "backup",
            "backup/desk.html",
            desk.last_proven,
            permission="backup.view",
            place="rail",
            order=90,
        )
        register(
            NavItem(
                "backups",
                _("备份"),
                "backup:list",
                "database-export",
                "backup.view",
                section="settings",
                order=80,
            )
        )
