from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    name = "dangan.materials.catalogue"
    label = "catalogue"
