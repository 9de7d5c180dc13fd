from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "dangan.organization"
    label = "organization"
