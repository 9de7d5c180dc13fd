from django.apps import AppConfig


class EntitlementsConfig(AppConfig):
    name = "dangan.entitlements"
    label = "entitlements"
