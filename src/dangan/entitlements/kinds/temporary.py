"""临时授权: a role for oneself, for a purpose and a few days."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import actions as access
from dangan.access import units
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.entitlements import reaching
from dangan.entitlements.kinds import vocabulary as v
from dangan.entitlements.kinds.base import WishKind
from dangan.entitlements.models import TemporaryWish, Wish
from dangan.entitlements.sealing import open_reasons
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case


class TemporaryGrantKind(WishKind):
    key = "temporary_grant"
    label = gettext_lazy("临时授权")
    icon = "hourglass"
    facts = (v.ROLE, v.DAYS, v.OVER_BROAD, v.WHOLE, v.CONFLICTING, v.SENSITIVE)
    acts = (v.GRANT,)
    template = "entitlements/parts/temporary_content.html"
    tables: ClassVar[tuple[type[Wish], ...]] = (TemporaryWish,)

    def describe(self, wish: Wish) -> str:
        assert isinstance(wish, TemporaryWish)  # noqa: S101 - for the type checker
        return _("{role}，{where}，{begins} 至 {until}").format(
            role=reaching.role_label(wish.role),
            where=units.label(wish.unit) if wish.unit else _("全公司"),
            begins=wish.begins.isoformat(),
            until=wish.until.isoformat(),
        )

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:  # noqa: ARG002
        wish = self.wish(case)
        assert isinstance(wish, TemporaryWish)  # noqa: S101 - for the type checker
        return {
            "wish": wish,
            "name": names_of_accounts([wish.account]).get(wish.account, ""),
            "role": reaching.role_label(wish.role),
            "role_help": reaching.role_help(wish.role),
            "unit": units.label(wish.unit) if wish.unit else "",
            "reason": open_reasons([wish])[wish.id],
            "reached": reaching.reached(wish.role, wish.unit),
        }

    def grant(self, actor: Actor, wish: Wish, case: Case) -> None:
        assert isinstance(wish, TemporaryWish)  # noqa: S101 - for the type checker
        if not actor.may_at("rights.approve", units.path(wish.unit)):
            # As for a role for good: handing a step on does not hand on the right to approve.
            raise CannotTakeEffect(
                Message("{reason}。请转交能审批这项权限的人", reason=Message("没有审批权限"))
            )
        wanted = access.Wish(wish.account, wish.role, unit=wish.unit, until=wish.until)
        try:
            access.give_temporary(actor, wanted, begins=wish.begins, number=case.number)
        except access.RightsProblem as problem:
            raise CannotTakeEffect(problem.message) from None
