"""How the catalogue says codes and dates on pages and on paper."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.rules.papers import PARTIES, RANKS, STAGES
from dangan.materials.catalogue.table import categories
from dangan.ui import languages

FIELDS = {
    "category": gettext_noop("类号"),
    "title": gettext_noop("材料名称"),
    "formed": gettext_noop("形成时间"),
    "pages": gettext_noop("页数"),
    "copies": gettext_noop("份数"),
    "copy": gettext_noop("复印件"),
    "remark": gettext_noop("备注"),
    "matter": gettext_noop("问题"),
    "stage": gettext_noop("阶段"),
    "rank": gettext_noop("材料种类"),
    "source": gettext_noop("来件单位"),
}
"""What of a line a person may change, with its label, in the order of the form."""

OTHERS = {
    "pencilled": gettext_noop("编号"),
    "moved": gettext_noop("手工位置"),
    "removed": gettext_noop("剔除理由"),
}
"""What else of a line changes; shown in its history."""

SAID = (
    gettext_noop("永久"),
    gettext_noop("30 年"),
    gettext_noop("10 年"),
    gettext_noop("5 年"),
    gettext_noop("3 年"),
    gettext_noop("2 年"),
    gettext_noop("小学"),
    gettext_noop("初中"),
    gettext_noop("高中"),
    gettext_noop("中专、技校、职高"),
    gettext_noop("大专"),
    gettext_noop("大学本科"),
    gettext_noop("硕士研究生"),
    gettext_noop("博士研究生"),
    gettext_noop("共青团"),
    gettext_noop("中国共产党"),
    gettext_noop("民主党派"),
    gettext_noop("上级批复"),
    gettext_noop("批复"),
    gettext_noop("结论"),
    gettext_noop("处分决定"),
    gettext_noop("本人意见"),
    gettext_noop("调查报告"),
    gettext_noop("证明材料"),
    gettext_noop("检查材料"),
    gettext_noop("志愿书"),
    gettext_noop("申请书"),
    gettext_noop("转正申请书"),
    gettext_noop("登记表"),
    gettext_noop("任免表"),
    gettext_noop("考察材料"),
)
"""Words of the pure tables, for the translators."""

_STAGES = {code: label for code, label, _words in STAGES} | dict(PARTIES)


def class_name(no: str) -> str:
    """``4-1 学历学位材料``."""
    found = categories().get(no)
    return f"{no} {languages.label(found.short, found.en)}" if found else no


def rank_name(category: str, rank: int) -> str:
    """What kind of paper a rank means in its class."""
    names = RANKS.get(category, ())
    return _(names[rank - 1]) if 0 < rank <= len(names) else ""


def texts_of(body: MaterialBody) -> dict[str, str]:
    """A line as a person reads it, by field; what is empty is an empty text."""
    return {
        "category": class_name(body.category),
        "title": body.title,
        "formed": body.formed,
        "pages": str(body.pages or ""),
        "copies": str(body.copies),
        "copy": _("是") if body.copy else _("否"),
        "remark": body.remark,
        "matter": body.matter,
        "stage": _(_STAGES.get(body.stage, body.stage)) if body.stage else "",
        "rank": rank_name(body.category, body.rank),
        "source": body.source,
        "pencilled": body.pencilled,
        "moved": str(body.moved or ""),
        "removed": body.removed,
    }


def differences(before: MaterialBody, after: MaterialBody) -> list[tuple[str, str, str]]:
    """(label, old, new) of everything that two versions of a line differ in."""
    old, new = texts_of(before), texts_of(after)
    return [
        (_(label), old[key], new[key])
        for key, label in (FIELDS | OTHERS).items()
        if old[key] != new[key]
    ]
