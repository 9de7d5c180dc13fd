from django.apps import AppConfig


class OrganizationConfig(AppConfig):
    name = "dangan.organization"
    label = "organization"

    def ready(self) -> None:
        from dangan.access import units  # noqa: PLC0415 - models are loaded by now
        from dangan.organization.units import TreeUnits  # noqa: PLC0415

        units.register(TreeUnits())
