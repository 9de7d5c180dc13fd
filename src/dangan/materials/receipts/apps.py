from django.apps import AppConfig


class ReceiptsConfig(AppConfig):
    name = "dangan.materials.receipts"
    label = "receipts"
