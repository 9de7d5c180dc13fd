"""What the pages of secret posts and agreements ask for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.confidentiality.actions import PostWish
from dangan.confidentiality.models import AgreementText
from dangan.dictionary import queries as dictionary_queries
from dangan.dossiers.forms import unit_choices
from dangan.organization import queries as organization_queries
from dangan.ui.languages import label as in_language

DATE_FORMATS = ["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]
BAD_DATE = _("日期写成 2016-07-11 这样。")


def _codes(table: str, *, without: frozenset[str] = frozenset()) -> list[tuple[str, str]]:
    found = dictionary_queries.current().code_tables[table].choices
    return [(c.code, in_language(c.name, c.en)) for c in found if c.code not in without]


def _chosen_unit(value: str) -> UUID | None:
    return UUID(value) if value else None


class PostForm(forms.Form):
    """A line of the register."""

    unit = forms.ChoiceField(
        label=_("部门"),
        required=False,
        choices=(),
        widget=forms.Select({"data-search": ""}),
        help_text=_("含下级部门；不选则不论部门"),
    )
    position = forms.CharField(
        label=_("岗位名称"),
        required=False,
        max_length=120,
        help_text=_("与档案“任职”中的岗位一致；不填则该部门全部岗位"),
    )
    level = forms.ChoiceField(label=_("涉密等级"), choices=())
    duties = forms.CharField(
        label=_("保密职责"), max_length=2000, widget=forms.Textarea({"rows": "4"})
    )
    training_months = forms.TypedChoiceField(
        label=_("保密培训"),
        coerce=int,
        choices=(
            (-1, _("不要求")),
            (12, _("12 个月内合格")),
            (24, _("24 个月内合格")),
            (36, _("36 个月内合格")),
            (0, _("合格一次即可")),
        ),
    )
    checks = forms.MultipleChoiceField(
        label=_("须核查且无异常的项目"),
        required=False,
        choices=(),
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    needs_agreement = forms.BooleanField(label=_("须签订保密协议"), required=False, initial=True)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", unit_choices(organization_queries.tree()))
        _offer(self, "level", _codes("secrecy_post", without=frozenset({"4"})))
        _offer(self, "checks", _codes("check_item"))

    def wish(self) -> PostWish:
        """What a valid form asks for."""
        given = self.cleaned_data
        months = given["training_months"]
        return PostWish(
            unit=_chosen_unit(given["unit"]),
            position=given["position"].strip(),
            level=given["level"],
            duties=given["duties"],
            training_months=None if months < 0 else months,
            checks=tuple(given["checks"]),
            needs_agreement=given["needs_agreement"],
        )


class ExemptForm(forms.Form):
    """Letting somebody hold the post without full clearance."""

    until = forms.DateField(
        label=_("有效至"),
        input_formats=DATE_FORMATS,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": BAD_DATE},
    )
    reason = forms.CharField(
        label=_("例外理由"), max_length=300, widget=forms.Textarea({"rows": "3"})
    )


class TextForm(forms.Form):
    """A new text with its first wording."""

    title = forms.CharField(label=_("标题"), max_length=120)
    audience = forms.ChoiceField(label=_("由谁签署"), choices=AgreementText.Audience.choices)
    unit = forms.ChoiceField(
        label=_("部门"),
        required=False,
        choices=(),
        widget=forms.Select({"data-search": ""}),
        help_text=_("仅在由一个部门签署时选择"),
    )
    record_kind = forms.ChoiceField(
        label=_("记入档案"),
        required=False,
        choices=(),
        help_text=_("签署后在“保密协议”中登记一行；纯告知类不必记入"),
    )
    body = forms.CharField(
        label=_("正文"),
        max_length=100_000,
        strip=False,
        widget=forms.Textarea({"rows": "16"}),
        help_text=_("空一行分段；发布后不能修改，只能发布新版本"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "unit", unit_choices(organization_queries.tree()))
        _offer(self, "record_kind", [("", str(_("不记入"))), *_codes("agreement_kind")])

    @property
    def unit_id(self) -> UUID | None:
        return _chosen_unit(self.cleaned_data["unit"])


class VersionForm(forms.Form):
    """A new wording of a text."""

    title = forms.CharField(label=_("标题"), max_length=120)
    body = forms.CharField(
        label=_("正文"), max_length=100_000, strip=False, widget=forms.Textarea({"rows": "16"})
    )
    sign_again = forms.BooleanField(
        label=_("已签署的人须重新签署"),
        required=False,
        initial=True,
        help_text=_("只改错字时可不选"),
    )


class SignForm(forms.Form):
    """The signature itself: read, and one's own name typed."""

    sha256 = forms.CharField(widget=forms.HiddenInput)
    read = forms.BooleanField(
        label=_("我已阅读并理解全文，愿意遵守"),
        error_messages={"required": _("请先阅读全文并勾选。")},
    )
    typed_name = forms.CharField(
        label=_("签名"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "off"}),
        help_text=_("填写与档案一致的姓名"),
        error_messages={"required": _("请填写你的姓名。")},
    )


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    if isinstance(field, forms.ChoiceField):
        field.choices = choices
