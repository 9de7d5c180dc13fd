from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "dangan.files"
    label = "files"
