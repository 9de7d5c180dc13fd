from django.apps import AppConfig
from django.db.backends.signals import connection_created


class OperationsConfig(AppConfig):
    name = "dangan.operations"
    label = "operations"

    def ready(self) -> None:
        from dangan.operations.timeline import refuse_old_primary  # noqa: PLC0415 - needs settings

        connection_created.connect(refuse_old_primary)
