from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "dangan.operations"
    label = "operations"
