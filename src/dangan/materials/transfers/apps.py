from django.apps import AppConfig


class TransfersConfig(AppConfig):
    name = "dangan.materials.transfers"
    label = "transfers"
