from django.apps import AppConfig


class ConfidentialityConfig(AppConfig):
    name = "dangan.confidentiality"
    label = "confidentiality"
