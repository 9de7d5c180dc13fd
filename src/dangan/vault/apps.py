from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "dangan.vault"
    label = "vault"
