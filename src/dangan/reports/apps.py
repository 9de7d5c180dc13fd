from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class ReportsConfig(AppConfig):
    name = "dangan.reports"
    label = "reports"

    def ready(self) -> None:
        register(
            NavItem(
                "statistics",
                _("统计"),
                "reports:statistics",
                "chart-bar",
                "statistics.view",
                section="analysis",
                order=10,
                phone=40,
            )
        )
        register(
            NavItem(
                "holdings",
                _("馆藏统计"),
                "reports:holdings",
                "building-warehouse",
                "archive.statistics",
                section="analysis",
                order=20,
            )
        )
        register(
            NavItem(
                "audit",
                _("审计日志"),
                "audit:search",
                "list-search",
                "audit.search",
                section="audit",
                order=10,
                phone=50,
            )
        )
