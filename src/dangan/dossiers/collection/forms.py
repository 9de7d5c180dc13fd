"""Forms of the collection pages that are not made from the dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.dossiers.collection.actions.deciding import WORDS_MAX, WORDS_MIN
from dangan.dossiers.collection.rules import DAYS, DAYS_AT_MOST
from dangan.dossiers.forms import unit_choices
from dangan.dossiers.rules import InvalidRecord
from dangan.organization.rules import Tree
from dangan.ui.messages import say

_PLAIN = {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}


class _Refusable(forms.Form):
    def refuse(self, invalid: InvalidRecord) -> None:
        """Puts each problem found while saving beside its field, or on top."""
        for problem in invalid.problems:
            name = problem.field if problem.field in self.fields else None
            self.add_error(name, say(problem.message))


class DaysForm(_Refusable):
    """How long a link is good."""

    days = forms.IntegerField(
        label=_("链接有效天数"),
        min_value=1,
        max_value=DAYS_AT_MOST,
        initial=DAYS,
        widget=forms.TextInput({**_PLAIN, "inputmode": "numeric"}),
        error_messages={
            "required": _("请填写有效天数，1 到 30。"),
            "invalid": _("请填写有效天数，1 到 30。"),
            "min_value": _("请填写有效天数，1 到 30。"),
            "max_value": _("请填写有效天数，1 到 30。"),
        },
    )


class InviteForm(DaysForm):
    """Whom HR invites."""

    field_order = ("name", "mobile", "email", "unit", "first_day", "days")

    name = forms.CharField(
        label=_("姓名"),
        max_length=60,
        widget=forms.TextInput({**_PLAIN, "autofocus": True}),
        error_messages={"required": _("请填写姓名。")},
    )
    mobile = forms.CharField(
        label=_("手机"),
        max_length=20,
        widget=forms.TextInput({**_PLAIN, "inputmode": "tel"}),
        error_messages={"required": _("请填写手机号，本人凭末四位打开采集表。")},
    )
    email = forms.CharField(
        label=_("电子邮箱"),
        required=False,
        max_length=100,
        widget=forms.TextInput({**_PLAIN, "inputmode": "email"}),
    )
    unit = forms.UUIDField(
        label=_("部门"),
        error_messages={"required": _("请选择部门。"), "invalid": _("没有这个部门，请重新选择。")},
    )
    first_day = forms.DateField(
        label=_("预计入职日期"),
        widget=forms.DateInput({"class": "form-control", "type": "date"}),
        error_messages={
            "required": _("请填写预计入职日期。"),
            "invalid": _("日期写成 2016-07-11 这样。"),
        },
    )

    def __init__(self, tree: Tree, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data)
        choices = unit_choices(tree)
        search = {"data-search": ""} if len(choices) > 12 else {}
        self.fields["unit"].widget = forms.Select({"class": "form-select", **search}, choices)


class ReturnForm(DaysForm):
    """Why a form goes back."""

    field_order = ("words", "days")

    words = forms.CharField(
        label=_("退回说明"),
        min_length=WORDS_MIN,
        max_length=WORDS_MAX,
        widget=forms.Textarea({"class": "form-control", "rows": "3"}),
        error_messages={
            "required": _("请写明要改什么，至少 4 个字。"),
            "min_length": _("请写明要改什么，至少 4 个字。"),
            "max_length": _("退回说明最多 300 字。"),
        },
    )


class OpenForm(forms.Form):
    """What opens a form: the link's token, and the end of the mobile number."""

    token = forms.CharField(
        max_length=400,
        error_messages={
            "required": _("链接不完整。请从收到的消息里重新打开，或扫一次二维码。"),
            "max_length": _("链接不完整。请从收到的消息里重新打开，或扫一次二维码。"),
        },
    )
    digits = forms.RegexField(
        r"^\s*[0-9０-９]{4}\s*$",
        label=_("手机号后四位"),
        error_messages={
            "required": _("请填写手机号后四位。"),
            "invalid": _("请填写手机号后四位数字。"),
        },
    )

    def clean_token(self) -> str:
        """The token alone, also out of a pasted whole link."""
        text: str = self.cleaned_data["token"]
        return text.strip().rpartition("#")[2]

    def clean_digits(self) -> str:
        text: str = self.cleaned_data["digits"].strip()
        return "".join(str(int(digit)) for digit in text)


class PaperForm(forms.Form):
    """One file; what it really is, the action finds out."""

    file = forms.FileField(
        error_messages={
            "required": _("请选择文件。"),
            "empty": _("文件是空的，请重新选择。"),
        }
    )
