from django.apps import AppConfig


class BackupConfig(AppConfig):
    name = "dangan.operations.backup"
    label = "backup"
