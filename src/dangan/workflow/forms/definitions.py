"""A new definition's name, kind and prefix."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class NewDefinitionForm(forms.Form):
    """What must be known before the editor opens."""

    label = forms.CharField(label=_("名称"), max_length=40)
    kind = forms.ChoiceField(label=_("办理哪一类事项"))
    key = forms.RegexField(
        r"^[a-z][a-z0-9_]{2,39}$",
        label=_("标识"),
        max_length=40,
        help_text=_("小写字母、数字和下划线，建好后不能改，如 probation_extra"),
        error_messages={"invalid": _("标识须以小写字母开头，只含小写字母、数字和下划线")},
    )
    number_prefix = forms.RegexField(
        r"^[A-Z]{2,4}$",
        label=_("编号前缀"),
        max_length=4,
        help_text=_("2 到 4 个大写字母，如 XG"),
        error_messages={"invalid": _("编号前缀须是 2 到 4 个大写字母")},
    )

    def __init__(
        self,
        *args: Any,
        kinds: Sequence[tuple[str, str | Promise]],
        taken: Collection[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.taken = taken
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = list(kinds)

    def clean_key(self) -> str:
        key = str(self.cleaned_data["key"])
        if key in self.taken:
            raise forms.ValidationError(_("已有标识为“{key}”的流程，请换一个").format(key=key))
        return key

    def body(self) -> dict[str, Any]:
        """A definition without steps."""
        given = {name: self.cleaned_data[name] for name in ("key", "label", "kind")}
        return given | {"prefix": self.cleaned_data["number_prefix"]}
