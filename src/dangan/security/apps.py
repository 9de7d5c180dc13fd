from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class SecurityConfig(AppConfig):
    name = "dangan.security"
    label = "security"

    def ready(self) -> None:
        from dangan.access import brakes  # noqa: PLC0415 - needs loaded models
        from dangan.security import budgets, canaries, seeding, telling  # noqa: PLC0415
        from dangan.security.checks.own import register_own  # noqa: PLC0415
        from dangan.security.queries import new_alarms  # noqa: PLC0415

        brakes.register("budget", budgets.brake)
        canaries.connect()
        post_migrate.connect(seeding.seed, sender=self)
        telling.connect()
        register_own()
        for order, (key, label, page, icon, permission) in enumerate(
            (
                ("security", _("安全概览"), "home", "shield-half", "security.view"),
                ("security_alarms", _("安全告警"), "alarms", "shield-exclamation", "security.view"),
                ("security_checks", _("配置自检"), "checks", "checkup-list", "security.check"),
                ("security_budgets", _("打开档案的上限"), "budgets", "hand-stop", "security.view"),
                ("security_canaries", _("诱饵档案"), "canaries", "feather", "security.manage"),
                ("security_reports", _("安全月报"), "reports", "report", "security.view"),
            )
        ):
            register(
                NavItem(
                    key,
                    label,
                    f"security:{page}",
                    icon,
                    permission,
                    section="security",
                    order=10 * order,
                    count=new_alarms if key == "security_alarms" else None,
                    phone=31 + order,
                )
            )
