"""查看申请: leave to look at named fields of one person for some hours."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import actions as access
from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor
from dangan.dictionary import queries as dictionary
from dangan.entitlements.kinds import vocabulary as v
from dangan.entitlements.kinds.base import WishKind
from dangan.entitlements.models import RevealWish, Wish
from dangan.entitlements.sealing import open_reasons
from dangan.ui.languages import label
from dangan.workflow.handling import CannotTakeEffect
from dangan.workflow.models import Case


def field_labels(fields: Mapping[str, list[str]]) -> list[tuple[str, list[str]]]:
    """The sets and fields by their labels; what the dictionary no longer has is left out."""
    known = dictionary.current().sets
    return [
        (
            label(known[key].label, known[key].label_en),
            [
                label(item.label, item.label_en)
                for item in known[key].fields
                if item.key in set(wanted)
            ],
        )
        for key, wanted in fields.items()
        if key in known
    ]


class RevealKind(WishKind):
    key = "reveal"
    label = gettext_lazy("查看涉密字段")
    icon = "eye"
    facts = (v.TOP_CLASS, v.HOURS, v.FIELDS)
    acts = (v.PERMIT,)
    template = "entitlements/parts/reveal_content.html"
    tables: ClassVar[tuple[type[Wish], ...]] = (RevealWish,)

    def describe(self, wish: Wish) -> str:
        assert isinstance(wish, RevealWish)  # noqa: S101 - for the type checker
        sets = _("、").join(name for name, _fields in field_labels(wish.fields))
        count = sum(len(fields) for fields in wish.fields.values())
        return _("{sets}，{count} 个字段，{hours} 小时").format(
            sets=sets, count=count, hours=wish.hours
        )

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:  # noqa: ARG002
        wish = self.wish(case)
        assert isinstance(wish, RevealWish)  # noqa: S101 - for the type checker
        return {
            "wish": wish,
            "name": names_of_accounts([wish.account]).get(wish.account, ""),
            "fields": field_labels(wish.fields),
            "reason": open_reasons([wish])[wish.id],
        }

    def grant(self, actor: Actor, wish: Wish, case: Case) -> None:
        assert isinstance(wish, RevealWish)  # noqa: S101 - for the type checker
        now = timezone.now()
        try:
            access.give_permits(
                actor,
                account=wish.account,
                subject=wish.subject,
                fields=wish.fields,
                begins=now,
                ends=now + timedelta(hours=wish.hours),
                purpose=open_reasons([wish])[wish.id],
                case=case.id,
                number=case.number,
            )
        except access.RightsProblem as problem:
            raise CannotTakeEffect(problem.message) from None
