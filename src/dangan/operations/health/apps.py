from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "dangan.operations.health"
    label = "health"

    def ready(self) -> None:
        from dangan.operations.health import checks, figures, probing  # noqa: PLC0415 - needs the apps

        probing.register_all()
        figures.register_all()
        checks.register_all()
