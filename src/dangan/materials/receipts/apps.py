from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class ReceiptsConfig(AppConfig):
    name = "dangan.materials.receipts"
    label = "receipts"

    def ready(self) -> None:
        from dangan.materials.catalogue import changes, panels  # noqa: PLC0415 - needs loaded models
        from dangan.materials.receipts import desk, watching  # noqa: PLC0415

        changes.on_material(watching.meet)
        desk.register()
        panels.register_action(
            "gaps",
            40,
            _("缺件与催收"),
            "file-search",
            lambda volume: reverse("receipts:gaps", args=[volume.pk]),
            "receipts.manage",
        )
        register(
            NavItem(
                "receipts",
                _("材料登记"),
                "receipts:receipts",
                "file-plus",
                "receipts.manage",
                section="archive",
                order=20,
            )
        )
        register(
            NavItem(
                "chases",
                _("补交材料"),
                "receipts:chases",
                "file-search",
                "receipts.answer",
                section="flow",
                order=90,
                fits=lambda actor: not actor.may("receipts.manage"),
            )
        )
