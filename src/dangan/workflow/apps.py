from django.apps import AppConfig
from django.db.models.signals import post_migrate


class WorkflowConfig(AppConfig):
    name = "dangan.workflow"
    label = "workflow"

    def ready(self) -> None:
        from dangan.access import leaving  # noqa: PLC0415 - needs loaded models
        from dangan.workflow import definitions_store, menu  # noqa: PLC0415
        from dangan.workflow.actions import deputies  # noqa: PLC0415

        leaving.register("workflow", deputies.end_deputies_of)
        menu.register()
        post_migrate.connect(
            definitions_store.load_seeds, sender=self, dispatch_uid="dangan.workflow.seeds"
        )
