"""How requests are said on pages and forms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.materials.catalogue.table import categories
from dangan.materials.consultation.rules.bodies import Scope
from dangan.materials.consultation.rules.reading import Standing
from dangan.ui.languages import label

STANDINGS: Mapping[Standing, tuple[str, str | Promise]] = {
    "asked": ("run", gettext_lazy("审批中")),
    "agreed": ("ok", gettext_lazy("已生效，未打开")),
    "open": ("run", gettext_lazy("阅览中")),
    "over": ("off", gettext_lazy("已到时关闭")),
    "ended": ("off", gettext_lazy("已提前结束")),
    "lapsed": ("off", gettext_lazy("已过期未打开")),
    "refused": ("off", gettext_lazy("已拒绝")),
    "withdrawn": ("off", gettext_lazy("已撤回")),
}
"""Shape of the state mark, and the word."""

USE_STATES: Mapping[str, tuple[str, str | Promise]] = {
    "open": ("run", gettext_lazy("审批中")),
    "granted": ("ok", gettext_lazy("已生效")),
    "refused": ("off", gettext_lazy("已拒绝")),
    "withdrawn": ("off", gettext_lazy("已撤回")),
}


def shape_and_word(standing: Standing) -> tuple[str, str]:
    shape, word = STANDINGS[standing]
    return shape, str(word)


def scope_lines(scope: Scope) -> list[tuple[str, str]]:
    """A scope in words: (label, text)."""
    lines = [(_("范围"), extent(scope))]
    if scope.words:
        lines.append((_("要看的内容"), scope.words))
    lines.append((_("方式"), manner(scope)))
    if scope.marked:
        lines.append((_("涉密材料"), _("包括机密、绝密材料")))
    lines.append((_("时长"), _("{hours} 小时").format(hours=scope.hours)))
    return lines


def extent(scope: Scope) -> str:
    """全部材料, 一、四类, or how many materials."""
    if scope.materials is not None:
        return _("{n} 件材料").format(n=len(scope.materials))
    if not scope.categories:
        return _("全部材料")
    known = categories().by_no
    named = [
        f"{known[no].display_no} {label(known[no].short, known[no].en)}"
        for no in scope.categories
        if no in known
    ]
    return _("、").join(named)


def manner(scope: Scope) -> str:
    """只看, or what else is allowed."""
    allowed = [_("查看")]
    if scope.print:
        allowed.append(_("打印"))
    if scope.download:
        allowed.append(_("下载"))
    return _("只查看") if len(allowed) == 1 else _("、").join(allowed)


def left(until: datetime, now: datetime | None = None) -> str:
    """还有 2 小时 05 分; minutes are cut, never rounded up."""
    seconds = max(0, int((until - (now or timezone.now())).total_seconds()))
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    if hours:
        return _("{h} 小时 {m} 分").format(h=hours, m=f"{minutes:02d}")
    return _("{m} 分").format(m=minutes)


def masked(number: str) -> str:
    """The last four signs of a document's number."""
    return "*" * max(0, len(number) - 4) + number[-4:] if number else ""
