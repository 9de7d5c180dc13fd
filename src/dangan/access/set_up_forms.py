"""What the pages of the first start ask for."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.access.forms import PasswordForm


class AppointForm(forms.Form):
    """Whom one appoints."""

    login = forms.CharField(
        label=_("账号名"), max_length=60, help_text=_("登录时使用，如工号或企业邮箱")
    )
    name = forms.CharField(label=_("姓名"), max_length=60)


class FirstForm(PasswordForm):
    """The code of the console, who one is, and a password."""

    code = forms.CharField(
        label=_("安装码"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
    )
    login = forms.CharField(
        label=_("账号名"),
        max_length=60,
        help_text=_("登录时使用，如工号或企业邮箱"),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    field_order = ("code", "login", "name", "new", "again")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, forced=True, **kwargs)
