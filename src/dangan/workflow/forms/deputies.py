"""Naming a deputy."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.workflow.forms.deeds import Accounts


class DeputyForm(forms.Form):
    """Who stands in, from which day to which."""

    who = forms.CharField(
        label=_("代理人"), required=False, max_length=60, help_text=_("姓名、拼音或工号")
    )
    account = Accounts(at_most=1)
    begins = forms.DateField(
        label=_("从"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends = forms.DateField(
        label=_("到"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        begins, ends = given.get("begins"), given.get("ends")
        if begins and ends and ends < begins:
            self.add_error("ends", _("结束日期早于开始日期，请改正"))
        return given
