from django.apps import AppConfig


class LoansConfig(AppConfig):
    name = "dangan.materials.loans"
    label = "loans"
