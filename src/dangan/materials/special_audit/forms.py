"""The form of one item."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.queries import Item
from dangan.materials.special_audit.rules.items import DATED, Entry
from dangan.materials.special_audit.wording import VERDICTS


class EntryForm(forms.Form):
    """What the earliest material says, the verdict, and what holds."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    material = forms.ChoiceField(label=_("最早材料"), required=False)
    value = forms.CharField(label=_("材料记载"), max_length=200, required=False)
    lunar = forms.BooleanField(label=_("材料按农历，已换算"), required=False)
    approved = forms.BooleanField(label=_("更改经组织批准"), required=False)
    verdict = forms.ChoiceField(label=_("结论"), choices=[("", "—"), *VERDICTS.items()])
    settled = forms.CharField(label=_("认定为"), max_length=200, required=False)
    words = forms.CharField(
        label=_("说明"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, item: str, candidates: Sequence[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["material"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
        choice.choices = [("", _("未选")), *((str(one.id), _called(one)) for one in candidates)]
        if item not in DATED:
            del self.fields["lunar"], self.fields["approved"]
        else:
            hint = {"placeholder": "1991-06-12", "inputmode": "numeric"}
            self.fields["value"].widget.attrs |= hint
            self.fields["settled"].widget.attrs |= hint

    def entry(self) -> Entry:
        data = {key: value for key, value in self.cleaned_data.items() if key != "version"}
        return Entry(**data)


def _called(item: Item) -> str:
    parts = (item.body.formed, item.body.label or item.body.category, item.body.title)
    return " ".join(part for part in parts if part)
