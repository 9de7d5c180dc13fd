from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "dangan.access.federation"
    label = "federation"

    def ready(self) -> None:
        from dangan.access import elsewhere  # noqa: PLC0415 - needs loaded models
        from dangan.access.federation.actions import judge  # noqa: PLC0415

        elsewhere.register(judge)
