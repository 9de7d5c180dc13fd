from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class ConsultationConfig(AppConfig):
    name = "dangan.materials.consultation"
    label = "consultation"

    def ready(self) -> None:
        from dangan.access import leaving  # noqa: PLC0415 - needs loaded models
        from dangan.materials.catalogue import grants as catalogue_grants  # noqa: PLC0415
        from dangan.materials.consultation import grants, panels  # noqa: PLC0415
        from dangan.materials.consultation.actions.reading import on_leaving  # noqa: PLC0415
        from dangan.materials.consultation.kinds import KINDS  # noqa: PLC0415
        from dangan.workflow import handling  # noqa: PLC0415

        for kind in KINDS:
            handling.register(kind())
        catalogue_grants.register("consultation", grants.given)
        leaving.register("consultation", on_leaving)
        panels.register()
        register(
            NavItem(
                "readings",
                _("查阅与阅览"),
                "consultation:readings",
                "book",
                "archive.read",
                section="archive",
                order=25,
            )
        )
        register(
            NavItem(
                "consultations",
                _("查阅登记"),
                "consultation:register",
                "clipboard-list",
                "consultation.manage",
                section="archive",
                order=30,
            )
        )
