from django.apps import AppConfig


class ConsultationConfig(AppConfig):
    name = "dangan.materials.consultation"
    label = "consultation"
