"""What the access pages ask for. Whether it is allowed is decided by the actions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.access import passwords, registry, units
from dangan.access.queries.accounts import role_labels

DAYS = ((30, _("30 天")), (90, _("90 天")), (180, _("180 天")), (365, _("365 天")))


class LogInForm(forms.Form):
    """A log-in name and a password, as typed."""

    login = forms.CharField(label=_("账号"), max_length=100)
    password = forms.CharField(label=_("密码"), max_length=256, strip=False)


class PasswordForm(forms.Form):
    """A new password twice; the present one too, unless it has just been used to log in."""

    current = forms.CharField(
        label=_("现在的密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("新密码"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("再输一次"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, forced: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["new"].help_text = passwords.help_text()
        if forced:
            del self.fields["current"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("new") and given.get("again") and given["new"] != given["again"]:
            self.add_error("again", _("两次输入的密码不一样"))
        return given


class RoleFields(forms.Form):
    """A role, the branch it holds for and its last day."""

    role = forms.ChoiceField(label=_("角色"))
    unit = forms.ChoiceField(
        label=_("范围"), required=False, help_text=_("选定部门后，只在该部门及其下级有效")
    )
    until = forms.DateField(
        label=_("截止日期"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("不填表示长期有效"),
    )
    reason = forms.CharField(label=_("申请理由"), max_length=300)

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


class NewAccountForm(RoleFields):
    """An account for somebody, perhaps with a first role, which another person approves."""

    login = forms.CharField(
        label=_("账号名"), max_length=60, help_text=_("登录时使用，如工号或企业邮箱")
    )
    name = forms.CharField(label=_("姓名"), max_length=60)
    number = forms.CharField(
        label=_("关联工号"),
        max_length=40,
        required=False,
        help_text=_("填写后，本人可以看自己的档案"),
    )
    field_order = ("login", "name", "number", "role", "unit", "until", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].required = False
        self.fields["reason"].required = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("role") and not given.get("reason"):
            self.add_error("reason", _("申请角色要写明理由"))
        return given


class TokenForm(forms.Form):
    """A token's name, what it may do, and for how long."""

    label = forms.CharField(label=_("用途"), max_length=60, help_text=_("如“考勤系统读取名册”"))
    scopes = forms.MultipleChoiceField(label=_("权限"), widget=forms.CheckboxSelectMultiple)
    days = forms.TypedChoiceField(label=_("有效期"), choices=DAYS, coerce=int, initial=90)

    def __init__(self, *args: Any, scopes: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scopes"]
        assert isinstance(field, forms.MultipleChoiceField)  # noqa: S101 - for the type checker
        field.choices = list(scopes)


def grantable_roles() -> list[tuple[str, str]]:
    """Roles that can be asked for, with their labels."""
    labels = role_labels()
    return [(key, labels[key]) for key, role in registry.matrix().roles.items() if role.grantable]


def unit_choices() -> list[tuple[str, str]]:
    """Every open unit, those below set in."""
    indent = "\N{IDEOGRAPHIC SPACE}"
    return [(str(unit), f"{indent * depth}{label}") for unit, label, depth in units.choices()]
