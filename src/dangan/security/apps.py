from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "dangan.security"
    label = "security"

    def ready(self) -> None:
        from dangan.access import brakes  # noqa: PLC0415 - needs loaded models
        from dangan.security import budgets, canaries  # noqa: PLC0415

        brakes.register("budget", budgets.brake)
        canaries.connect()
