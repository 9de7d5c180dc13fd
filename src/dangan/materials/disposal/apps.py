from django.apps import AppConfig


class DisposalConfig(AppConfig):
    name = "dangan.materials.disposal"
    label = "disposal"
