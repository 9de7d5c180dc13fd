from django.apps import AppConfig


class FederationConfig(AppConfig):
    name = "dangan.access.federation"
    label = "federation"
