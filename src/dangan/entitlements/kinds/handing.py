"""账号交接: administrative roles move to another account, or an account gets a new password."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import actions as access
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.entitlements import codes, reaching
from dangan.entitlements.kinds import vocabulary as v
from dangan.entitlements.kinds.base import WishKind
from dangan.entitlements.models import Handover, PasswordReset, Wish
from dangan.entitlements.sealing import open_reasons
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case


class HandoverKind(WishKind):
    key = "handover"
    label = gettext_lazy("账号交接")
    icon = "transfer"
    facts = (v.VARIANT, v.SENSITIVE, v.OVER_BROAD, v.CONFLICTING)
    acts = (v.HANDOVER,)
    template = "entitlements/parts/handover_content.html"
    tables: ClassVar[tuple[type[Wish], ...]] = (Handover, PasswordReset)

    def describe(self, wish: Wish) -> str:
        if isinstance(wish, Handover):
            return _("交接 {count} 项管理角色").format(count=len(wish.roles))
        return _("重置密码")

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        wish = self.wish(case)
        accounts = {wish.account, wish.requested_by, getattr(wish, "giver", wish.account)}
        names = names_of_accounts(accounts)
        content: dict[str, Any] = {
            "wish": wish,
            "reason": open_reasons([wish])[wish.id],
            "name": names.get(wish.account, ""),
            "asked_by": names.get(wish.requested_by, ""),
        }
        if isinstance(wish, Handover):
            content["giver"] = names.get(wish.giver, "")
            content["roles"] = [reaching.pair_label(role, unit) for role, unit in wish.roles]
        if isinstance(wish, PasswordReset):
            content |= {"reset": True, "half": codes.half_for(actor, wish)}
        return content

    def grant(self, actor: Actor, wish: Wish, case: Case) -> None:
        if isinstance(wish, PasswordReset):
            codes.issue(actor, wish)
            return
        assert isinstance(wish, Handover)  # noqa: S101 - for the type checker
        if actor.id == wish.giver:
            raise CannotTakeEffect(Message("交出账号的人不能自己同意，请转交另一个人"))
        try:
            access.hand_over(
                actor,
                giver=wish.giver,
                taker=wish.account,
                roles=reaching.pairs(wish.roles),
                number=case.number,
            )
        except access.RightsProblem as problem:
            raise CannotTakeEffect(problem.message) from None
