from django.apps import AppConfig


class ReadingConfig(AppConfig):
    name = "dangan.materials.reading"
    label = "reading"
