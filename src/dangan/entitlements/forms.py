"""What the pages of this room ask for. Whether it is allowed is decided by the actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.access.forms import grantable_roles, unit_choices
from dangan.entitlements.rules import HOURS

_DAY = {"type": "date"}


def _day(label: Any, help_text: Any = "") -> forms.DateField:
    widget = forms.DateInput(attrs=_DAY, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=widget, help_text=help_text)


def _reason(label: Any, help_text: Any = "") -> forms.CharField:
    return forms.CharField(label=label, max_length=300, help_text=help_text)


class TemporaryForm(forms.Form):
    """A role for oneself for some days."""

    role = forms.ChoiceField(label=_("角色"))
    unit = forms.ChoiceField(
        label=_("范围"), required=False, help_text=_("选定部门后，只在该部门及其下级有效")
    )
    begins = _day(_("开始日期"))
    until = _day(_("截止日期"), _("含当天，到期自动收回"))
    reason = _reason(_("用途"), _("为什么需要，办完什么事"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role, unit = self.fields["role"], self.fields["unit"]
        assert isinstance(role, forms.ChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(unit, forms.ChoiceField)  # noqa: S101
        role.choices = [("", _("选择角色")), *grantable_roles()]
        unit.choices = [("", _("全公司")), *unit_choices()]

    @property
    def unit_id(self) -> UUID | None:
        """The chosen unit; None for the whole company."""
        chosen = self.cleaned_data.get("unit")
        return UUID(chosen) if chosen else None


class RevealWishForm(forms.Form):
    """Fields of one set, for some hours, for a purpose."""

    fields_wanted = forms.MultipleChoiceField(label=_("字段"))
    hours = forms.TypedChoiceField(label=_("查看时长"), coerce=int, initial=8)
    reason = _reason(_("事由"), _("审批人会看到；每次查看都会记入日志，并告知本人"))

    def __init__(self, *args: Any, fields: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted, hours = self.fields["fields_wanted"], self.fields["hours"]
        assert isinstance(wanted, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        assert isinstance(hours, forms.TypedChoiceField)  # noqa: S101
        wanted.choices = list(fields)
        wanted.error_messages["required"] = _("至少选一个字段")
        hours.choices = [(count, _("{count} 小时").format(count=count)) for count in HOURS]


class HandoverForm(forms.Form):
    """Administrative roles of an account, and who takes them over (by log-in name)."""

    taker = forms.CharField(
        label=_("接手的账号名"),
        max_length=60,
        help_text=_("对方用自己的账号和密码登录，不交接密码"),
    )
    roles = forms.MultipleChoiceField(label=_("交接的角色"), widget=forms.CheckboxSelectMultiple)
    reason = _reason(_("事由"))

    def __init__(self, *args: Any, roles: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["roles"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = list(roles)

    def chosen(self) -> list[tuple[str, UUID | None]]:
        """The roles with their units."""
        pairs = [value.partition("|") for value in self.cleaned_data["roles"]]
        return [(role, UUID(unit) if unit else None) for role, _bar, unit in pairs]


class ResetForm(forms.Form):
    """Why somebody else's password is to be set anew."""

    reason = _reason(_("事由"), _("如“本人忘记密码，已当面核实身份”"))


class CodeForm(forms.Form):
    """A one-time code and a new password twice, by somebody who cannot log in."""

    login = forms.CharField(
        label=_("账号名"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    code = forms.CharField(
        label=_("重置码"),
        max_length=40,
        help_text=_("两位经办人各给你一半，连起来填，共 16 位"),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "spellcheck": "false"}),
    )
    new = forms.CharField(
        label=_("新密码"),
        max_length=256,
        strip=False,
        help_text=_("至少 8 位，同时含有字母和数字，不用最近 5 次用过的"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", _("两次输入的密码不一样"))
        return given


class CampaignForm(forms.Form):
    """A branch and the last day."""

    unit = forms.ChoiceField(label=_("范围"), required=False)
    due = _day(_("截止日期"), _("选工作日；到期未确认的授权自动收回"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        assert isinstance(unit, forms.ChoiceField)  # noqa: S101 - for the type checker
        unit.choices = [("", _("全公司")), *unit_choices()]

    @property
    def unit_id(self) -> UUID | None:
        """The chosen unit; None for the whole company."""
        chosen = self.cleaned_data.get("unit")
        return UUID(chosen) if chosen else None


class VerdictForm(forms.Form):
    """Chosen lines, what to do with them and why."""

    verdict = forms.ChoiceField(choices=(("confirm", ""), ("revoke", "")))
    item = forms.TypedMultipleChoiceField(coerce=UUID, required=False)
    reason = forms.CharField(max_length=300, required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        item = self.fields["item"]
        assert isinstance(item, forms.TypedMultipleChoiceField)  # noqa: S101 - for the type checker
        item.choices = [(value, value) for value in data.getlist("item")]
