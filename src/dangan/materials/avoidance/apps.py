from django.apps import AppConfig


class AvoidanceConfig(AppConfig):
    name = "dangan.materials.avoidance"
    label = "avoidance"
