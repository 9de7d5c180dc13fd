"""Forms of receipts and requests."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dangan.materials.catalogue.forms import VolumeField
from dangan.materials.catalogue.models import Secrecy
from dangan.materials.catalogue.rules.bodies import MaterialBody
from dangan.materials.catalogue.table import categories


def _day(*, css: str = "", **more: Any) -> forms.DateField:
    """A day; the widget writes it as browsers' date boxes want it."""
    attrs = {"type": "date", **({"class": css} if css else {})}
    return forms.DateField(widget=forms.DateInput(attrs=attrs, format="%Y-%m-%d"), **more)


class PaperForm(forms.Form):
    """What a paper is: class, title, when it was made, pages."""

    category = forms.ChoiceField(label=_("类别"))
    title = forms.CharField(label=_("材料名称"), max_length=120)
    year = forms.IntegerField(label=_("形成年"), min_value=1900, max_value=2100)
    month = forms.IntegerField(label=_("月"), min_value=1, max_value=12, required=False)
    day = forms.IntegerField(label=_("日"), min_value=1, max_value=31, required=False)
    pages = forms.IntegerField(label=_("页数"), min_value=1, max_value=9_999)
    copies = forms.IntegerField(label=_("份数"), min_value=1, max_value=99, initial=1)
    copy = forms.BooleanField(label=_("复印件"), required=False)
    remark = forms.CharField(label=_("备注"), max_length=120, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["category"]
        assert isinstance(choice, forms.ChoiceField)  # noqa: S101 - declared above
        choice.choices = [
            ("", "—"),
            *((one.no, f"{one.display_no} {one.short}") for one in categories().holding),
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        year, month, day = (data.get(part) for part in ("year", "month", "day"))
        if day and not month:
            self.add_error("month", _("填了日，还要填月。"))
        elif year and month and day:
            try:
                made = date(year, month, day)
            except ValueError:
                self.add_error("day", _("没有这一天，请核对年、月、日。"))
            else:
                if made > timezone.localdate():
                    self.add_error("year", _("形成时间不能晚于今天。"))
        return data

    def body(self, **more: Any) -> MaterialBody:
        """The line of the catalogue that this is."""
        data = self.cleaned_data
        return MaterialBody(
            category=data["category"],
            title=data["title"],
            year=data["year"],
            month=data["month"] or 0,
            day=data["day"] or 0,
            pages=data["pages"],
            copies=data["copies"],
            copy=data["copy"],
            remark=data["remark"],
            **more,
        )


class ReceiveForm(PaperForm):
    """A paper that came in: whose, when, from which department."""

    volume = VolumeField(label=_("案卷"), permission="receipts.manage")
    received_on = _day(label=_("收件日期"))
    source = forms.CharField(label=_("来件部门"), max_length=60, required=False)
    field_order = ["volume", "received_on", "source"]


class FileForm(PaperForm):
    """What the paper is in the end, and its mark."""

    secrecy = forms.TypedChoiceField(label=_("密级"), choices=Secrecy.choices, coerce=int)


class AskForm(forms.Form):
    """Which gaps are asked for, and by when."""

    tokens = forms.TypedMultipleChoiceField(coerce=int)
    due_on = _day(label=_("补交期限"), css="form-control")

    def __init__(self, *args: Any, tokens: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice = self.fields["tokens"]
        assert isinstance(choice, forms.TypedMultipleChoiceField)  # noqa: S101
        choice.choices = [(token, token) for token in tokens]
        choice.error_messages["required"] = _("先勾选要催收的材料。")
        self.fields["due_on"].initial = timezone.localdate() + timedelta(days=14)


class ReasonForm(forms.Form):
    """Why."""

    why = forms.CharField(label=_("原因"), max_length=200)
