from django.apps import AppConfig


class EntitlementsConfig(AppConfig):
    name = "dangan.entitlements"
    label = "entitlements"

    def ready(self) -> None:
        from dangan.access import leaving, requests  # noqa: PLC0415 - needs loaded models
        from dangan.entitlements.actions.reviewing import on_leaving  # noqa: PLC0415
        from dangan.entitlements.desk import CaseDesk  # noqa: PLC0415
        from dangan.entitlements.kinds import KINDS  # noqa: PLC0415
        from dangan.workflow import handling  # noqa: PLC0415

        for kind in KINDS:
            handling.register(kind())
        requests.register(CaseDesk())
        leaving.register("entitlements", on_leaving)
