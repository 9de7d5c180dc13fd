from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class OrganizationConfig(AppConfig):
    name = "dangan.organization"
    label = "organization"

    def ready(self) -> None:
        from dangan.access import units  # noqa: PLC0415 - needs loaded models
        from dangan.organization.units import TreeUnits  # noqa: PLC0415

        units.register(TreeUnits())
        register(
            NavItem(
                key="organization",
                label=_("组织架构"),
                url_name="organization:chart",
                icon="sitemap",
                permission="organization.view",
                order=30,
                phone=30,
            )
        )
        register(
            NavItem(
                key="calendar",
                label=_("工作日历"),
                url_name="organization:calendar",
                icon="calendar",
                permission="calendar.view",
                section="settings",
                order=30,
            )
        )
