from django.apps import AppConfig
from django.db import connection
from django.db.models.signals import post_migrate


class VaultConfig(AppConfig):
    name = "dangan.vault"
    label = "vault"

    def ready(self) -> None:
        post_migrate.connect(_prepare, sender=self, dispatch_uid="vault.prepare")


def _prepare(**_: object) -> None:
    """Keys must exist before the first value is sealed, and migrating is what comes before."""
    from dangan.vault.actions import prepare  # noqa: PLC0415 - needs the apps to be loaded

    if "0002_epoch_life" in _applied():
        prepare()


def _applied() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM django_migrations WHERE app = 'vault'")
        return {name for (name,) in cursor.fetchall()}
