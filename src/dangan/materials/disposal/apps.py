from django.apps import AppConfig


class DisposalConfig(AppConfig):
    name = "dangan.materials.disposal"
    label = "disposal"

    def ready(self) -> None:
        from dangan.dossiers import keeping  # noqa: PLC0415 - needs loaded models
        from dangan.files import postponing  # noqa: PLC0415
        from dangan.materials.catalogue import gates  # noqa: PLC0415
        from dangan.materials.disposal import erasers, gate  # noqa: PLC0415
        from dangan.materials.disposal.kinds import DestructionKind  # noqa: PLC0415
        from dangan.workflow import handling  # noqa: PLC0415

        gates.register("hold", gate.hold_gate)
        gates.register("restricted", gate.restriction_gate)
        keeping.register("hold", gate.dossier_gate)
        postponing.register(gate.postpone)
        erasers.register()
        handling.register(DestructionKind())
