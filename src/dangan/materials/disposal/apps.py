from django.apps import AppConfig
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class DisposalConfig(AppConfig):
    name = "dangan.materials.disposal"
    label = "disposal"

    def ready(self) -> None:
        from dangan.dossiers import keeping  # noqa: PLC0415 - needs loaded models
        from dangan.files import postponing  # noqa: PLC0415
        from dangan.materials.catalogue import gates, panels  # noqa: PLC0415
        from dangan.materials.disposal import erasers, gate  # noqa: PLC0415
        from dangan.materials.disposal.kinds import DestructionKind  # noqa: PLC0415
        from dangan.workflow import handling  # noqa: PLC0415

        gates.register("hold", gate.hold_gate)
        gates.register("restricted", gate.restriction_gate)
        keeping.register("hold", gate.dossier_gate)
        postponing.register(gate.postpone)
        erasers.register()
        handling.register(DestructionKind())
        panels.register_fact("hold", 70, gate.hold_fact)
        panels.register_action(
            "hold",
            90,
            _("设置保全"),
            "lock",
            lambda volume: reverse("disposal:holds") + f"?volume={volume.number}",
            "holds.manage",
        )
        register(
            NavItem(
                "disposal",
                _("鉴定销毁"),
                "disposal:home",
                "trash",
                "disposal.view",
                section="archive",
                order=70,
            )
        )
