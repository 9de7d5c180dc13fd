"""修改记录: every revision of the dictionary, and what it changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from dangan.access.pages import ActorRequest, page
from dangan.access.queries import names_of_accounts
from dangan.dictionary.custom import differences
from dangan.dictionary.queries import RevisionLine, current, revision_of, revisions
from dangan.dictionary.rules import (
    CHECKS,
    FIELD_TYPES,
    LEGAL_BASES,
    MASKS,
    OWNERS,
    RETENTIONS,
    SELF_SERVICE,
    Dictionary,
    FieldClass,
)
from dangan.dossiers.dictionary_pages.shown import of_pair
from dangan.dossiers.dictionary_pages.views.sets import frame
from dangan.ui.languages import label

_VERBS: Mapping[str, str | Promise] = {
    "add_set": gettext_lazy("新增信息集"),
    "add_field": gettext_lazy("新增字段"),
    "change_field": gettext_lazy("修改字段"),
    "retire_field": gettext_lazy("停用字段"),
    "restore_field": gettext_lazy("恢复字段"),
    "retire_set": gettext_lazy("停用信息集"),
    "restore_set": gettext_lazy("恢复信息集"),
    "add_table": gettext_lazy("新增代码表"),
    "put_code": gettext_lazy("修改代码"),
}
_PROPERTIES: Mapping[str, str | Promise] = {
    "": gettext_lazy("新增或移除"),
    "label": gettext_lazy("名称"),
    "label_en": gettext_lazy("英文名称"),
    "class": gettext_lazy("密级"),
    "purpose": gettext_lazy("处理目的"),
    "purpose_en": gettext_lazy("处理目的（英文）"),
    "legal_basis": gettext_lazy("法律依据"),
    "retention": gettext_lazy("保存期限"),
    "owner": gettext_lazy("主管部门"),
    "self_service": gettext_lazy("员工自助"),
    "mask": gettext_lazy("掩码方式"),
    "required": gettext_lazy("必填"),
    "expected": gettext_lazy("计入完整度"),
    "aliases": gettext_lazy("导入时的其他列名"),
    "max_length": gettext_lazy("最大长度"),
    "help": gettext_lazy("填写说明"),
    "help_en": gettext_lazy("填写说明（英文）"),
    "retired": gettext_lazy("停用"),
}
_VALUES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "class": {item.name.lower(): (item.label, item.label_en) for item in FieldClass},
    "legal_basis": LEGAL_BASES,
    "retention": RETENTIONS,
    "owner": OWNERS,
    "self_service": SELF_SERVICE,
    "mask": MASKS,
    "type": FIELD_TYPES,
    "check": CHECKS,
}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One revision in words."""

    id: int
    at: datetime
    who: str
    verb: str
    what: str
    url: str


@dataclass(frozen=True, slots=True)
class Difference:
    """One property that changed, in words."""

    what: str
    key: str
    property: str
    old: str
    new: str


@page("dictionary.view")
@require_safe
def history(request: ActorRequest) -> HttpResponse:
    """The newest hundred revisions."""
    dictionary = current()
    context = frame(dictionary, "#history") | {"lines": _lines(revisions(), dictionary)}
    return render(request, "dictionary/history.html", context)


@page("dictionary.view")
@require_safe
def revision(request: ActorRequest, number: int) -> HttpResponse:
    """What one revision changed against the one before it."""
    lines = revisions(limit=10_000)
    place = next((at for at, line in enumerate(lines) if line.id == number), None)
    if place is None:
        raise Http404
    before = revision_of(lines[place + 1].id) if place + 1 < len(lines) else revision_of(0)
    after = revision_of(number)
    context = frame(current(), "#history") | {
        "line": _lines([lines[place]], after)[0],
        "differences": [
            Difference(_name(path, before, after), path.lstrip("#"), *_said(name, old, new))
            for path, name, old, new in differences(before, after)
        ],
    }
    return render(request, "dictionary/revision.html", context)


def _lines(found: Iterable[RevisionLine], dictionary: Dictionary) -> list[HistoryLine]:
    found = list(found)
    names: Mapping[UUID, str] = names_of_accounts({line.actor for line in found})
    lines = []
    for line in found:
        verb, _space, path = line.what.partition(" ")
        table = "#" if verb in ("add_table", "put_code") else ""
        lines.append(
            HistoryLine(
                id=line.id,
                at=line.at,
                who=names.get(line.actor, "") or _("控制台"),
                verb=str(_VERBS.get(verb, verb)),
                what=_name(table + path, dictionary, dictionary),
                url=reverse("dictionary:revision", args=[line.id]),
            )
        )
    return lines


def _name(path: str, *dictionaries: Dictionary) -> str:
    """``set.field``, ``set``, ``#table`` or ``#table.code`` in words."""
    for dictionary in reversed(dictionaries):
        first, _dot, second = path.lstrip("#").partition(".")
        try:
            if path.startswith("#"):
                table = dictionary.code_tables[first]
                outer, inner = label(table.label, table.label_en), second and table.name_of(second)
            else:
                info_set = dictionary.info_set(first)
                item = info_set.field(second) if second else None
                outer = label(info_set.label, info_set.label_en)
                inner = label(item.label, item.label_en) if item else ""
        except KeyError:
            continue
        return f"{outer} · {inner}" if inner else outer
    return path


def _said(name: str, old: Any, new: Any) -> tuple[str, str, str]:
    return str(_PROPERTIES.get(name, name)), _value(name, old), _value(name, new)


def _value(name: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "、".join(map(str, value))
    return of_pair(_VALUES[name], value) if name in _VALUES else str(value)
