from django.apps import AppConfig


class ReadingConfig(AppConfig):
    name = "dangan.materials.reading"
    label = "reading"

    def ready(self) -> None:
        from dangan.materials.catalogue import changes  # noqa: PLC0415 - needs loaded models
        from dangan.materials.reading.actions import index_title  # noqa: PLC0415

        changes.on_material(index_title)
