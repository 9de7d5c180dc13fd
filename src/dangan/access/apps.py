from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "dangan.access"
    label = "access"
