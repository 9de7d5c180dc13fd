from django.apps import AppConfig


class SecurityConfig(AppConfig):
    name = "dangan.security"
    label = "security"
