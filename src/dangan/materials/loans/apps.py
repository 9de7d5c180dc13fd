from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from dangan.ui.navigation import NavItem, register


class LoansConfig(AppConfig):
    name = "dangan.materials.loans"
    label = "loans"

    def ready(self) -> None:
        from dangan.access import leaving  # noqa: PLC0415 - needs loaded models
        from dangan.materials.catalogue import gates, panels  # noqa: PLC0415
        from dangan.materials.loans import registered  # noqa: PLC0415
        from dangan.materials.loans.actions import on_leaving  # noqa: PLC0415
        from dangan.materials.loans.gates import lent  # noqa: PLC0415
        from dangan.materials.loans.kind import LoanKind  # noqa: PLC0415
        from dangan.materials.loans.queries import fact_of  # noqa: PLC0415
        from dangan.workflow import handling  # noqa: PLC0415

        handling.register(LoanKind())
        leaving.register("loans", on_leaving)
        gates.register("loans", lent)
        panels.register_fact("loans", 50, fact_of)
        registered.actions()
        registered.phone()
        register(
            NavItem(
                "loans",
                _("借阅台账"),
                "loans:register",
                "book-upload",
                "loans.manage",
                section="archive",
                order=40,
                count=registered.overdue_count,
            )
        )
        register(
            NavItem(
                "my_loans",
                _("我的借阅"),
                "loans:mine",
                "book-2",
                "archive.use",
                section="flow",
                order=55,
                fits=lambda holder: not holder.may("loans.manage"),
            )
        )
