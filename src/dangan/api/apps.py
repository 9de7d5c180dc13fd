from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "dangan.api"
    label = "api"
