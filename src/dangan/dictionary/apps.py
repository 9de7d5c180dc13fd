from django.apps import AppConfig


class DictionaryConfig(AppConfig):
    name = "dangan.dictionary"
    label = "dictionary"
