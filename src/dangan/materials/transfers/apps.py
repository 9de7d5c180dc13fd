from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class TransfersConfig(AppConfig):
    name = "dangan.materials.transfers"
    label = "transfers"

    def ready(self) -> None:
        from dangan.materials.catalogue import gates, panels  # noqa: PLC0415 - needs loaded models
        from dangan.materials.transfers.gates import travelling  # noqa: PLC0415
        from dangan.materials.transfers.kind import TransferOutKind  # noqa: PLC0415
        from dangan.workflow import handling  # noqa: PLC0415

        handling.register(TransferOutKind())
        gates.register("transfers", travelling)
        panels.register_action(
            "transfer",
            60,
            _("转出档案"),
            "truck-delivery",
            lambda volume: f"{reverse('transfers:ask')}?volume={volume.pk}",
            "transfers.manage",
            fits=lambda volume: volume.standing == "held",
        )
        register(
            NavItem(
                "transfers",
                _("转递"),
                "transfers:register",
                "truck-delivery",
                "transfers.manage",
                section="archive",
                order=50,
            )
        )
        register(
            NavItem(
                "handovers",
                _("档案移交"),
                "transfers:handovers",
                "signature",
                "archive.use",
                section="archive",
                order=55,
                fits=lambda holder: holder.may("archive.view"),
            )
        )
