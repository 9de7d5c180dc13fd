"""What the pages of second factors ask for."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.access.factors.actions.keys import NAME_MOST

PROOF_FIELDS = frozenset({"proof_code", "proof_key", "proof_password"})


class ProofForm(forms.Form):
    """A proof of presence: a code, what a security key signed, or the password."""

    proof_code = forms.CharField(label=_("验证码或恢复码"), max_length=20, required=False)
    proof_key = forms.CharField(max_length=8000, required=False)
    proof_password = forms.CharField(label=_("密码"), max_length=256, strip=False, required=False)


class CodeForm(forms.Form):
    """The first code of a new app."""

    code = forms.CharField(
        label=_("验证码"),
        max_length=12,
        help_text=_("身份验证器应用里现在显示的六位数字"),
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 7}
        ),
    )


class KeyForm(forms.Form):
    """A new key: its name, and what it answered."""

    name = forms.CharField(
        label=_("名称"),
        max_length=NAME_MOST,
        help_text=_("如“办公室的钥匙”“我的手机”，以后凭它辨认"),
    )
    answer = forms.CharField(max_length=16000, widget=forms.HiddenInput)


class NameForm(forms.Form):
    """Another name for a key."""

    name = forms.CharField(label=_("名称"), max_length=NAME_MOST)
