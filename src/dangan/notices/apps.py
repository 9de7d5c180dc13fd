from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "dangan.notices"
    label = "notices"
