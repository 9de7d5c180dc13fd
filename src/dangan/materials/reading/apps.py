from django.apps import AppConfig


class ReadingConfig(AppConfig):
    name = "dangan.materials.reading"
    label = "reading"

    def ready(self) -> None:
        from dangan.materials.catalogue import changes
        from dangan.materials.reading.actions import index_title

        changes.on_material(index_title)
