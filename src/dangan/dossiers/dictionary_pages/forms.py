"""What the dictionary pages ask for. What is allowed is decided by ``dictionary.custom``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.dictionary.building import BadDictionary, plain_of
from dangan.dictionary.custom import ADJUSTABLE, FIXED
from dangan.dictionary.rules import (
    CHECKS,
    FIELD_TYPES,
    LEGAL_BASES,
    MASKS,
    OWNERS,
    RETENTIONS,
    SELF_SERVICE,
    Dictionary,
    Field,
    FieldClass,
)
from dangan.ui.languages import label
from dangan.ui.messages import say

_KEY_HELP = _("小写英文字母、数字和下划线，例如 plate_number；保存后不能改")
_WORD_BREAK = re.compile(r"[,，、;；\n]+")


_PARTS = (
    ("", ("label", "label_en", "key", "type", "code_table", "check", "max_length")),
    (_("为什么保存"), ("legal_basis", "purpose", "retention", "purpose_en")),
    (_("谁能看、谁来管"), ("class", "mask", "owner", "self_service")),
    (
        _("怎么填"),
        ("required", "expected", "roster", "unique", "aliases", "help", "help_en"),
    ),
)
_WIDE = frozenset({"legal_basis", "aliases"})


def choices_of(labels: Mapping[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Choices in the reader's language."""
    return [(key, label(chinese, english)) for key, (chinese, english) in labels.items()]


def _class_choices() -> list[tuple[str, str]]:
    return [(item.name.lower(), label(item.label, item.label_en)) for item in FieldClass]


def _none_yet(choices: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """What must be thought about is not chosen beforehand."""
    return [("", str(_("请选择"))), *choices]


def split_words(text: str) -> list[str]:
    """Words separated by commas of any width, semicolons or line breaks."""
    return [word.strip() for word in _WORD_BREAK.split(text) if word.strip()]


class ProblemForm(forms.Form):
    """A form that can say what the rules found wrong."""

    def add_problems(self, error: BadDictionary) -> None:
        """Each problem beside its field, the rest above the form."""
        for name, message in error.problems.items():
            self.add_error(name if name in self.fields else None, say(message))


class SetForm(ProblemForm):
    """A new information set."""

    label = forms.CharField(label=_("名称"), max_length=30)
    label_en = forms.CharField(label=_("英文名称"), max_length=60)
    key = forms.CharField(label=_("标识"), max_length=40, help_text=_KEY_HELP)
    owner = forms.ChoiceField(label=_("主管部门"), help_text=_("涉及这个信息集的修改由它审核"))
    multiple = forms.BooleanField(
        label=_("一个人可以有多行"), required=False, initial=True, help_text=_("例如经历、证书")
    )
    help = forms.CharField(
        label=_("填写说明"), max_length=200, required=False, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _set_choices(self, "owner", choices_of(OWNERS))

    def plain(self) -> dict[str, Any]:
        """The set as the rules take it."""
        return dict(self.cleaned_data)


class FieldForm(ProblemForm):
    """A field, new or to be changed. Purpose, basis, class and retention cannot be left out."""

    label = forms.CharField(label=_("名称"), max_length=30)
    label_en = forms.CharField(label=_("英文名称"), max_length=60)
    key = forms.CharField(label=_("标识"), max_length=40, help_text=_KEY_HELP)
    type = forms.ChoiceField(label=_("类型"))
    code_table = forms.ChoiceField(
        label=_("代码表"), required=False, help_text=_("类型为代码时选择")
    )
    check = forms.ChoiceField(label=_("另行检查"), required=False)
    max_length = forms.IntegerField(
        label=_("最大长度"), required=False, min_value=1, max_value=10_000
    )
    purpose = forms.CharField(
        label=_("处理目的"), max_length=120, help_text=_("写清用在哪里；没有目的的信息不能采集")
    )
    purpose_en = forms.CharField(label=_("处理目的（英文）"), max_length=160, required=False)
    legal_basis = forms.ChoiceField(label=_("法律依据"))
    retention = forms.ChoiceField(label=_("保存期限"))
    owner = forms.ChoiceField(label=_("主管部门"), help_text=_("这个字段的修改由它审核"))
    self_service = forms.ChoiceField(label=_("员工自助"))
    mask = forms.ChoiceField(label=_("掩码方式"), help_text=_("权限不足的人看到的样子"))
    required = forms.BooleanField(label=_("必填"), required=False)
    expected = forms.BooleanField(label=_("计入完整度"), required=False)
    roster = forms.BooleanField(label=_("进入花名册"), required=False)
    unique = forms.BooleanField(label=_("全单位不重复"), required=False)
    aliases = forms.CharField(
        label=_("导入时的其他列名"),
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("用逗号隔开"),
    )
    help = forms.CharField(label=_("填写说明"), max_length=200, required=False)
    help_en = forms.CharField(label=_("填写说明（英文）"), max_length=200, required=False)

    def __init__(self, *args: Any, dictionary: Dictionary, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["class"] = forms.ChoiceField(label=_("密级"))
        tables = [
            (table.key, label(table.label, table.label_en))
            for table in dictionary.code_tables.values()
        ]
        _set_choices(self, "type", choices_of(FIELD_TYPES))
        _set_choices(self, "code_table", [("", "—"), *tables])
        _set_choices(self, "check", choices_of(CHECKS))
        _set_choices(self, "class", _none_yet(_class_choices()))
        _set_choices(self, "legal_basis", _none_yet(choices_of(LEGAL_BASES)))
        _set_choices(self, "retention", _none_yet(choices_of(RETENTIONS)))
        _set_choices(self, "owner", choices_of(OWNERS))
        _set_choices(self, "self_service", choices_of(SELF_SERVICE))
        _set_choices(self, "mask", choices_of(MASKS))

    def groups(self) -> list[tuple[Any, list[tuple[forms.BoundField, bool]]]]:
        """The form in parts: a heading, and its controls with whether each is wide."""
        parts = (
            (title, [(self[name], name in _WIDE) for name in names if name in self.fields])
            for title, names in _PARTS
        )
        return [(title, controls) for title, controls in parts if controls]

    def plain(self) -> dict[str, Any]:
        """The field as the rules take it, its key apart."""
        plain = {name: value for name, value in self.cleaned_data.items() if name != "key"}
        if "aliases" in plain:
            plain["aliases"] = split_words(plain["aliases"])
        if "code_table" in plain:
            plain["code_table"] = plain["code_table"] or None
        return plain


def change_form(item: Field, dictionary: Dictionary, data: Any = None) -> FieldForm:
    """The form to change ``item``, with only what may be changed."""
    before = plain_of(item) | {"aliases": "、".join(item.aliases)}
    form = FieldForm(data, dictionary=dictionary, initial=before)
    keep = ADJUSTABLE if item.builtin else set(form.fields) - FIXED - {"key"}
    for name in set(form.fields) - keep:
        del form.fields[name]
    return form


class TableForm(ProblemForm):
    """A new code table."""

    label = forms.CharField(label=_("名称"), max_length=30)
    label_en = forms.CharField(label=_("英文名称"), max_length=60)
    key = forms.CharField(label=_("标识"), max_length=40, help_text=_KEY_HELP)
    source = forms.CharField(
        label=_("来源"), max_length=100, required=False, help_text=_("例如“参照 GB/T …”或“自定”")
    )
    codes = forms.CharField(
        label=_("代码"),
        widget=forms.Textarea({"rows": 8}),
        help_text=_("每行一项：代码、空格、名称；后面可以用逗号接别名"),
    )

    def plain(self) -> dict[str, Any]:
        """The table's own properties."""
        given = self.cleaned_data
        return {name: given[name] for name in ("label", "label_en", "source")}

    def code_lines(self) -> list[dict[str, Any]]:
        """The codes, a line each."""
        return [
            _code_line(line) for line in self.cleaned_data["codes"].splitlines() if line.strip()
        ]


def _code_line(line: str) -> dict[str, Any]:
    code, _space, rest = line.strip().partition(" ")
    words = split_words(rest)
    return {"code": code, "name": words[0] if words else "", "aliases": words[1:]}


class CodeForm(ProblemForm):
    """One code of a table, new or to be changed."""

    code = forms.CharField(label=_("代码"), max_length=16)
    name = forms.CharField(label=_("名称"), max_length=60)
    en = forms.CharField(label=_("英文名称"), max_length=100, required=False)
    aliases = forms.CharField(label=_("别名"), required=False, help_text=_("用逗号隔开"))
    retired = forms.BooleanField(label=_("停用"), required=False)

    def plain(self) -> dict[str, Any]:
        """The code as the rules take it."""
        given = dict(self.cleaned_data)
        given["aliases"] = split_words(given["aliases"])
        return given


def _set_choices(form: forms.Form, name: str, choices: Iterable[tuple[str, str]]) -> None:
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)
