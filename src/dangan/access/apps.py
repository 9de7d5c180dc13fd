from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui import navigation
from dangan.ui.navigation import NavItem


class AccessConfig(AppConfig):
    name = "dangan.access"
    label = "access"

    def ready(self) -> None:
        from dangan.access.keys import register_kinds  # noqa: PLC0415 - needs loaded models

        register_kinds()
        navigation.register(
            NavItem(
                key="accounts",
                label=_("账号"),
                url_name="access:accounts",
                icon="user-cog",
                permission="accounts.view",
                section="settings",
                order=40,
            )
        )
        navigation.register(
            NavItem(
                key="roles",
                label=_("角色与权限"),
                url_name="access:roles",
                icon="shield-lock",
                permission="rights.view",
                section="settings",
                order=50,
            )
        )
        navigation.register(
            NavItem(
                key="consents",
                label=_("双人审批"),
                url_name="access:consents",
                icon="users",
                permission="consents.view",
                section="settings",
                order=55,
            )
        )
