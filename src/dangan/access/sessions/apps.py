from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "dangan.access.sessions"
    label = "sessions_devices"

    def ready(self) -> None:
        from dangan.access.sessions.actions import connect  # noqa: PLC0415 - needs loaded models

        connect()
