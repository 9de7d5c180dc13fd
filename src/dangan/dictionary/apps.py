from django.apps import AppConfig
from django.core.signals import request_finished, request_started


class DictionaryConfig(AppConfig):
    name = "dangan.dictionary"
    label = "dictionary"

    def ready(self) -> None:
        from dangan.dictionary import queries  # noqa: PLC0415 - models must be loaded first

        request_started.connect(queries.request_started, dispatch_uid="dictionary-started")
        request_finished.connect(queries.request_finished, dispatch_uid="dictionary-finished")
