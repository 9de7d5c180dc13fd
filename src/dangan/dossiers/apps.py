from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class DossiersConfig(AppConfig):
    name = "dangan.dossiers"
    label = "dossiers"

    def ready(self) -> None:
        from dangan.access import people  # noqa: PLC0415 - needs loaded models
        from dangan.dossiers import (  # noqa: PLC0415
            case_panels,
            case_people,
            destroying,
            integrity,
            mail_addresses,
        )
        from dangan.dossiers.proposals.kind import ChangeKind  # noqa: PLC0415
        from dangan.dossiers.queries import find_by_unique  # noqa: PLC0415
        from dangan.workflow import handling  # noqa: PLC0415

        handling.register(ChangeKind())
        people.register(lambda number: find_by_unique("identity.employee_number", number))
        case_panels.register()
        integrity.register()
        mail_addresses.register()
        case_people.register()
        destroying.register()
        register(
            NavItem("desk", _("工作台"), "dossiers:desk", "checklist", None, order=10, phone=10)
        )
        register(
            NavItem(
                "me",
                _("我的信息"),
                "dossiers:me",
                "id",
                "dossier.open",
                order=60,
                phone=lambda actor: 60 if actor.may("roster.view") else 25,
            )
        )
        register(
            NavItem(
                "requests",
                _("我的申请"),
                "self:requests",
                "send",
                "self.edit",
                order=62,
                phone=26,
                # Whoever looks after others has 我发起的, and one's own requests under 我的信息.
                fits=lambda actor: not actor.may("roster.view"),
            )
        )
        register(
            NavItem(
                "problems",
                _("问题单"),
                "dossiers:problems",
                "alert-triangle",
                "problems.view",
                order=50,
                phone=40,
            )
        )
        register(
            NavItem(
                "dictionary",
                _("信息集"),
                "dictionary:sets",
                "list-details",
                "dictionary.view",
                section="settings",
                order=20,
            )
        )
        register(
            NavItem(
                "routes",
                _("审批规则"),
                "proposals:routes",
                "route",
                "definitions.view",
                section="settings",
                order=28,
            )
        )
