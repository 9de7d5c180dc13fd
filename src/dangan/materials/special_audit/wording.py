"""Names of the items and verdicts, and days as they are typed."""

from __future__ import annotations

import re
from datetime import date

from django.utils.translation import gettext_lazy as _

from dangan.dictionary.rules import Message
from dangan.materials.special_audit.rules.items import ItemKey, Verdict

LABELS: dict[ItemKey, object] = {
    "birth": _("出生日期"),
    "work": _("参加工作时间"),
    "party": _("入党时间"),
    "education": _("学历学位"),
    "career": _("工作经历"),
    "status": _("干部身份"),
    "family": _("家庭成员"),
    "forgery": _("涂改造假"),
    "gaps": _("缺件"),
}
VERDICTS: dict[Verdict, object] = {
    "agrees": _("一致"),
    "differs": _("不一致，已认定"),
    "doubt": _("存疑待查"),
    "none": _("无此项"),
}
_DAY = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")


def bad_day(text: str) -> Message | None:
    """Why it is no day; None for ``1991``, ``1991-06`` and ``1991-06-12``."""
    found = _DAY.fullmatch(text)
    try:
        if found is None:
            raise ValueError(text)
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return Message("“{given}”不是日期，写成 1991、1991-06 或 1991-06-12。", given=text)
    return None
