from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "dangan.access.sessions"
    label = "sessions_devices"

    def ready(self) -> None:
        from dangan.access.sessions.actions import connect  # noqa: PLC0415 - needs loaded models
        from dangan.access.sessions.networks import register_kind  # noqa: PLC0415

        connect()
        register_kind()
