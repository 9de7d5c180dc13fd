from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "dangan.ui"
    label = "ui"
