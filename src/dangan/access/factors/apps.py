from django.apps import AppConfig


class FactorsConfig(AppConfig):
    name = "dangan.access.factors"
    label = "factors"

    def ready(self) -> None:
        from dangan.access.factors.actions import resets  # noqa: PLC0415 - needs loaded models

        resets.register()
