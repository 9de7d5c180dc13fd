from django.apps import AppConfig


class RosterConfig(AppConfig):
    name = "dangan.roster"
    label = "roster"
