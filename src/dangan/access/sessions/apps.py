from django.apps import AppConfig


class SessionsConfig(AppConfig):
    name = "dangan.access.sessions"
    label = "sessions_devices"
