"""Form fields that forms of this room share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.dictionary.rules import BadValue
from dangan.dictionary.values.numbers import parse_money
from dangan.ui.messages import say

DAY_FORMATS = ["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"]

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text: TypeAlias = str | _StrPromise


def day(label: Text, *, required: bool = True, help: Text = "") -> forms.DateField:
    """A whole day, typed or picked."""
    return forms.DateField(
        label=label,
        required=required,
        input_formats=DAY_FORMATS,
        help_text=help,
        widget=forms.DateInput(
            {"inputmode": "numeric", "placeholder": _("如 2026-12-01"), "autocomplete": "off"}
        ),
        error_messages={
            "invalid": _("日期写成 2026-12-01 这样。"),
            "required": _("请填写日期。"),
        },
    )


def words(
    label: Text, *, required: bool = False, rows: int = 3, help: Text = "", most: int = 1000
) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=help,
        widget=forms.Textarea({"rows": str(rows)}),
        error_messages={
            "required": _("请填写这一项。"),
            "max_length": _("最多 %(limit_value)d 字。"),
        },
    )


def line(
    label: Text, *, required: bool = False, help: Text = "", most: int = 100
) -> forms.CharField:
    """A short text."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=help,
        error_messages={
            "required": _("请填写这一项。"),
            "max_length": _("最多 %(limit_value)d 字。"),
        },
    )


def tick(
    label: Text, *, required: bool = False, help: Text = "", error: Text = ""
) -> forms.BooleanField:
    """Yes or no."""
    return forms.BooleanField(
        label=label, required=required, help_text=help, error_messages={"required": error}
    )


def choice(
    label: Text, choices: Sequence[tuple[str, Text]], *, required: bool = True
) -> forms.ChoiceField:
    """One of a few."""
    return forms.ChoiceField(
        label=label,
        choices=choices,
        required=required,
        error_messages={"required": _("请选择一项。"), "invalid_choice": _("请选择一项。")},
    )


class MoneyField(forms.CharField):
    """An amount in yuan, read as everywhere else (``1.5万`` too)."""

    def __init__(self, label: Text, *, required: bool = False, help: Text = "") -> None:
        super().__init__(
            label=label,
            required=required,
            max_length=20,
            help_text=help,
            widget=forms.TextInput({"inputmode": "decimal"}),
        )

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return parse_money(text) or ""
        except BadValue as bad:
            raise forms.ValidationError(say(bad.message)) from None
