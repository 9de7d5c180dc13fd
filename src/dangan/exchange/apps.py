from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "dangan.exchange"
    label = "exchange"
