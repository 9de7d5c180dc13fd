from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class SpecialAuditConfig(AppConfig):
    name = "dangan.materials.special_audit"
    label = "special_audit"

    def ready(self) -> None:
        from dangan.materials.catalogue import panels  # noqa: PLC0415 - needs loaded models

        panels.register_action(
            "special-audit",
            70,
            _("专项审核"),
            "list-check",
            lambda volume: reverse("special_audit:volume", args=[volume.pk]),
            "special_audit.manage",
        )
        register(
            NavItem(
                "special-audits",
                _("专项审核"),
                "special_audit:due",
                "list-check",
                "special_audit.manage",
                section="archive",
                order=65,
            )
        )
