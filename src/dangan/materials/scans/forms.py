"""Forms of scans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.queries import Item
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.table import categories


class SplitForm(forms.Form):
    """From which page on, and what the new material is."""

    at = forms.IntegerField(label=_("从第几页起"), min_value=2, max_value=9_999)
    category = forms.ChoiceField(label=_("类别"))
    title = forms.CharField(label=_("新材料名称"), max_length=120)
    year = forms.IntegerField(label=_("形成年"), min_value=1900, max_value=2100, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["category"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
        choice.choices = [(one.no, f"{one.display_no} {one.short}") for one in categories().holding]

    def body(self) -> MaterialBody:
        data = self.cleaned_data
        return MaterialBody(
            category=data["category"], title=data["title"], year=data["year"] or 0, pages=1
        )


class IntoForm(forms.Form):
    """Another material of the volume."""

    into = forms.TypedChoiceField(label=_("并入"))

    def __init__(self, *args: Any, items: Sequence[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["into"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
        choice.choices = [(str(item.id), called(item)) for item in items]


def called(item: Item) -> str:
    """A material in one line: number, title, when it was made."""
    parts = (item.body.label or item.body.category, item.body.title, item.body.formed)
    return " ".join(part for part in parts if part)
