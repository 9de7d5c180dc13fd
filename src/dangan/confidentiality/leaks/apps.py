"""Leaks 泄密事件: reported at once, remedied, followed up."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class LeaksConfig(AppConfig):
    name = "dangan.confidentiality.leaks"
    label = "leaks"

    def ready(self) -> None:
        from dangan.confidentiality.leaks.kind import LeakKind  # noqa: PLC0415 - needs loaded models
        from dangan.workflow import handling  # noqa: PLC0415

        handling.register(LeakKind())
        # Reporting begins a case, so it stands with the flows that everybody starts there.
        register(
            NavItem(
                "leak-report",
                _("报告泄密"),
                "leaks:report",
                "alert-triangle",
                "leaks.report",
                section="flow",
                order=90,
            )
        )
        register(
            NavItem(
                "leaks",
                _("泄密事件"),
                "leaks:register",
                "shield-lock",
                "leaks.manage",
                section="archive",
                order=75,
            )
        )
