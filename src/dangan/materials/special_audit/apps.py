from django.apps import AppConfig


class SpecialAuditConfig(AppConfig):
    name = "dangan.materials.special_audit"
    label = "special_audit"
