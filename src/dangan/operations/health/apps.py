from django.apps import AppConfig


class HealthConfig(AppConfig):
    name = "dangan.operations.health"
    label = "health"
