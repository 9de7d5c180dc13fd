"""What the roster's columns, bands and states are called, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from dangan.dictionary.rules import Dictionary, Field
from dangan.dictionary.values import display
from dangan.organization.rules import Tree
from dangan.roster.rules import DERIVED, JSON, STATE, Band
from dangan.ui import languages

STATE_LABELS = {
    "draft": gettext_lazy("草稿"),
    "confirmed": gettext_lazy("已确认"),
    "filed": gettext_lazy("已归档"),
    "changed": gettext_lazy("已变更"),
    "departed": gettext_lazy("已离职"),
    "retained": gettext_lazy("保管中"),
    "destroyed": gettext_lazy("已销毁"),
}
DERIVED_LABELS = {
    "derived.age": gettext_lazy("年龄"),
    "derived.age_band": gettext_lazy("年龄段"),
    "derived.seniority": gettext_lazy("司龄"),
    "derived.seniority_band": gettext_lazy("司龄段"),
    "derived.service": gettext_lazy("工龄"),
    "derived.service_band": gettext_lazy("工龄段"),
    STATE: gettext_lazy("档案状态"),
}


class Wording:
    """Values of the roster in words: one instance per page, with the names it may need."""

    def __init__(
        self, dictionary: Dictionary, tree: Tree, names: Mapping[UUID, str] | None = None
    ) -> None:
        self.dictionary = dictionary
        self.tree = tree
        self.names = names or {}
        self.language = get_language() or "zh-hans"

    def label(self, path: str) -> str:
        """What the column or condition is called."""
        if path in DERIVED_LABELS:
            return str(DERIVED_LABELS[path])
        field = self.dictionary.field(path)
        return languages.label(field.label, field.label_en)

    def value(self, path: str, value: JSON) -> str:
        """A plain value in words; empty for nothing."""
        if value is None or value == "":
            return ""
        if path == STATE:
            return str(STATE_LABELS.get(str(value), value))
        if path in DERIVED:
            band = next((b for b in DERIVED[path].bands if b.key == value), None)
            return band_label(path, band) if band else str(value)
        field = self.dictionary.field(path)
        text = display(
            field,
            value,
            dictionary=self.dictionary,
            language=self.language,
            name_of=self._name_of,
        )
        return languages.label(text) if field.type in {"code", "boolean"} else text

    def _name_of(self, field: Field, text: str) -> str:
        try:
            ident = UUID(text)
        except ValueError:
            return text
        if field.type == "unit":
            return self.tree.label(ident)
        return self.names.get(ident, "")


def band_label(path: str, band: Band) -> str:
    """A band of full years in words: 30–34 岁, 满 5 不满 10 年 as 5–10 年."""
    if path == "derived.age_band":
        return _age_label(band)
    if band.low == 0 and band.high == 1:
        return _("不满 1 年")
    if band.high is None:
        return _("{years} 年及以上").format(years=band.low)
    return _("{low}–{high} 年").format(low=band.low, high=band.high)


def _age_label(band: Band) -> str:
    if band.high is None:
        return _("{years} 岁及以上").format(years=band.low)
    if band.low == 0:
        return _("{years} 岁及以下").format(years=band.high - 1)
    return _("{low}–{high} 岁").format(low=band.low, high=band.high - 1)
