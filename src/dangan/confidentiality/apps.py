from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class ConfidentialityConfig(AppConfig):
    name = "dangan.confidentiality"
    label = "confidentiality"

    def ready(self) -> None:
        from dangan.confidentiality import clearance, panels  # noqa: PLC0415 - needs loaded models
        from dangan.dossiers import gates as post_gates  # noqa: PLC0415
        from dangan.lifecycle import gates as movement_gates  # noqa: PLC0415

        movement_gates.register(clearance.gate)
        post_gates.register(clearance.refusals)
        panels.register()
        register(
            NavItem(
                "secrecy",
                _("涉密岗位"),
                "confidentiality:register",
                "shield-lock",
                "secrecy.view",
                order=70,
            )
        )
        register(
            NavItem(
                "agreements",
                _("协议与告知"),
                "confidentiality:texts",
                "writing-sign",
                "agreements.manage",
                order=75,
            )
        )
