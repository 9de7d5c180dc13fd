"""How the organisation wants reminders."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from dangan.lifecycle.reminders.queries import said
from dangan.lifecycle.reminders.rules import Settings

AGES = ((55, _("55 岁（原法定，女干部和技术岗位）")), (50, _("50 岁（原法定，女工人）")))


class SettingsForm(forms.Form):
    """A box and the days for each kind; the age for most women."""

    women = forms.TypedChoiceField(
        label=_("女职工原法定退休年龄"),
        choices=AGES,
        coerce=int,
        help_text=_("个人身份是“工人”的女职工总按 50 岁；改革后的延迟月数自动计算"),
    )

    def __init__(self, *args: Any, given: Settings, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._kinds = list(given.kinds.values())
        for kind in self._kinds:
            self.fields[f"on_{kind.key}"] = forms.BooleanField(
                label=said(kind), required=False, initial=kind.on
            )
            self.fields[f"leads_{kind.key}"] = forms.CharField(
                label=_("提前天数"),
                max_length=60,
                initial=", ".join(str(lead) for lead in kind.leads),
            )
        self.fields["women"].initial = given.women

    @property
    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The two fields of each kind."""
        return [(self[f"on_{kind.key}"], self[f"leads_{kind.key}"]) for kind in self._kinds]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for kind in self._kinds:
            name = f"leads_{kind.key}"
            text = given.get(name, "")
            parts = [part for part in re.split(r"[\s,，、;；]+", text) if part]
            if name in self.errors:
                continue
            if not parts or not all(re.fullmatch(r"[0-9]{1,3}", part) for part in parts):
                self.add_error(name, _now("写 0 到 200 之间的天数，用逗号隔开，例如 60, 30, 7"))
            given[name] = parts
        return given

    def chosen(self) -> Mapping[str, tuple[bool, Sequence[int]]]:
        """What a valid form says of each kind."""
        given = self.cleaned_data
        return {
            kind.key: (
                given[f"on_{kind.key}"],
                [int(part) for part in given[f"leads_{kind.key}"]],
            )
            for kind in self._kinds
        }
