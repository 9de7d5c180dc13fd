from django.apps import AppConfig


class ScansConfig(AppConfig):
    name = "dangan.materials.scans"
    label = "scans"
