from django.apps import AppConfig


class FactorsConfig(AppConfig):
    name = "dangan.access.factors"
    label = "factors"
