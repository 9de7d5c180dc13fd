"""Forms of this room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dangan.access import units
from dangan.dictionary import queries as dictionary_queries
from dangan.dictionary.rules import BadValue
from dangan.dictionary.values import ParseContext, parse
from dangan.security.actions.alarms import REASON_MIN as CLOSING_MIN
from dangan.security.actions.budgets import MOST, REASON_MIN
from dangan.security.models import Alarm
from dangan.security.rules.invented import Invented
from dangan.ui.messages import say


class CloseForm(forms.Form):
    """How an alarm ended, and why."""

    finding = forms.ChoiceField(label=_("结论"), choices=Alarm.Finding.choices)
    reason = forms.CharField(
        label=_("核查经过和处理"),
        min_length=CLOSING_MIN,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"min_length": _("请写明核查了什么、怎样处理，至少 4 个字。")},
    )


class BudgetForm(forms.Form):
    """The three numbers of a role; whether they fit is the verb's to say."""

    per_hour = forms.IntegerField(label=_("每小时打开"), min_value=1)
    per_day = forms.IntegerField(label=_("每天打开"), min_value=1)
    exported_per_day = forms.IntegerField(label=_("每天导出人数"), min_value=0)


class ExtensionForm(forms.Form):
    """How many more today, and why."""

    people = forms.IntegerField(label=_("追加份数"), min_value=1, max_value=MOST, initial=30)
    reason = forms.CharField(
        label=_("理由"),
        min_length=REASON_MIN,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"min_length": _("请写明为什么今天需要打开更多档案，至少 8 个字。")},
    )


class AskCanaryForm(forms.Form):
    """The unit in which a canary is to stand."""

    unit = forms.ChoiceField(label=_("部门"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [  # type: ignore[attr-defined]  # a ChoiceField
            (str(unit), f"{'　' * depth}{label}") for unit, label, depth in units.choices()
        ]


_PATHS = {
    "name": "identity.name",
    "employee_number": "identity.employee_number",
    "id_number": "identity.id_number",
    "birth_date": "identity.birth_date",
    "mobile": "contact.mobile",
    "position": "post.position",
    "joined": "post.joined",
}


class PlantForm(forms.Form):
    """Somebody invented, to be made to fit by HR."""

    name = forms.CharField(label=_("姓名"), max_length=30)
    employee_number = forms.CharField(label=_("工号"), max_length=30)
    sex = forms.ChoiceField(label=_("性别"), choices=(("1", _("男")), ("2", _("女"))))
    id_number = forms.CharField(label=_("公民身份号码"), max_length=18)
    birth_date = forms.CharField(label=_("出生日期"), max_length=10)
    mobile = forms.CharField(label=_("手机"), max_length=20)
    position = forms.CharField(label=_("职务"), max_length=60)
    joined = forms.CharField(label=_("入职日期"), max_length=10)

    def clean(self) -> dict[str, Any]:
        """Each value as the dictionary takes it."""
        cleaned = super().clean() or {}
        dictionary = dictionary_queries.current()
        context = ParseContext(timezone.localdate())
        for key, path in _PATHS.items():
            info_set, _dot, field = path.partition(".")
            if key not in cleaned:
                continue
            try:
                cleaned[key] = parse(
                    dictionary.sets[info_set].by_key[field],
                    cleaned[key],
                    dictionary=dictionary,
                    context=context,
                )
            except BadValue as problem:
                self.add_error(key, say(problem.message))
        return cleaned

    def person(self) -> Invented:
        """Whom the form describes."""
        return Invented(**self.cleaned_data)
