from django.apps import AppConfig


class LeaksConfig(AppConfig):
    name = "dangan.confidentiality.leaks"
    label = "leaks"
