from django.apps import AppConfig


class DossiersConfig(AppConfig):
    name = "dangan.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        from dangan.dossiers import integrity  # noqa: PLC0415 - needs loaded models

        integrity.register()
