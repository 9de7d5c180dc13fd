from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "dangan.reports"
    label = "reports"
