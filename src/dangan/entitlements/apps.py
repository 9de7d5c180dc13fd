from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class EntitlementsConfig(AppConfig):
    name = "dangan.entitlements"
    label = "entitlements"

    def ready(self) -> None:
        from dangan.access import leaving, requests  # noqa: PLC0415 - needs loaded models
        from dangan.entitlements.actions.reviewing import on_leaving  # noqa: PLC0415
        from dangan.entitlements.desk import CaseDesk  # noqa: PLC0415
        from dangan.entitlements.kinds import KINDS  # noqa: PLC0415
        from dangan.workflow import handling  # noqa: PLC0415

        for kind in KINDS:
            handling.register(kind())
        requests.register(CaseDesk())
        leaving.register("entitlements", on_leaving)
        register(
            NavItem(
                "grants",
                _("临时授权"),
                "entitlements:mine",
                "hourglass",
                "grants.request",
                section="flow",
                order=60,
            )
        )
        register(
            NavItem(
                "my_reviews",
                _("复核授权"),
                "entitlements:my_reviews",
                "checkbox",
                "reviews.answer",
                section="flow",
                order=70,
            )
        )
        register(
            NavItem(
                "reviews",
                _("权限复核"),
                "entitlements:reviews",
                "shield-check",
                "reviews.manage",
                section="settings",
                order=60,
            )
        )
