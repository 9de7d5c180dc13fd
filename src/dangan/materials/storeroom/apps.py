from django.apps import AppConfig


class StoreroomConfig(AppConfig):
    name = "dangan.materials.storeroom"
    label = "storeroom"
