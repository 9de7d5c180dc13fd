from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "dangan.lifecycle"
    label = "lifecycle"
