"""What a dry run asks: whose case it would be, started by whom, with which facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from dangan.ui.languages import label
from dangan.workflow.handling import Fact, Json

PREFIX = "fact-"


class DryForm(forms.Form):
    """A person by name, and a field for every fact the kind declares."""

    who = forms.CharField(label=_("如果是"), max_length=60, help_text=_("姓名、拼音或工号"))
    person = forms.ChoiceField(label=_("选一个人"), required=False, widget=forms.RadioSelect)
    by_self = forms.BooleanField(label=_("由本人发起（不选则由你发起）"), required=False)

    def __init__(
        self,
        *args: Any,
        facts: Sequence[Fact],
        found: Sequence[tuple[UUID, str]],
        units: Sequence[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.facts = [fact for fact in facts if fact.choices or fact.type not in ("choice", "set")]
        self.found = found
        person = self.fields["person"]
        assert isinstance(person, forms.ChoiceField)  # noqa: S101 - for the type checker
        person.choices = [(str(subject), text) for subject, text in found]
        for fact in self.facts:
            self.fields[PREFIX + fact.key] = fact_field(fact, units)

    @property
    def chosen(self) -> UUID | None:
        """The one chosen, or the only one found."""
        chosen = self.cleaned_data.get("person")
        if chosen:
            return UUID(chosen)
        return self.found[0][0] if len(self.found) == 1 else None

    @property
    def fact_fields(self) -> list[forms.BoundField]:
        return [self[PREFIX + fact.key] for fact in self.facts]

    def given_facts(self) -> Mapping[str, Json]:
        """The facts as a case would carry them; those left empty are missing."""
        given: dict[str, Json] = {}
        for fact in self.facts:
            value = self.cleaned_data.get(PREFIX + fact.key)
            if value in (None, "", []):
                continue
            given[fact.key] = value.isoformat() if fact.type == "date" else value
        return given


def fact_field(fact: Fact, units: Sequence[tuple[str, str]]) -> forms.Field:
    """A form field for a fact of any type; none is required."""
    text = label(fact.label, fact.label_en)
    choices = [(value, label(shown, english)) for value, shown, english in fact.choices]
    if fact.type == "flag":
        return forms.BooleanField(label=text, required=False)
    if fact.type == "number":
        return forms.FloatField(label=text, required=False)
    if fact.type == "date":
        return forms.DateField(
            label=text,
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )
    if fact.type == "set":
        return forms.MultipleChoiceField(
            label=text,
            required=False,
            choices=choices,
            widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        )
    given = units if fact.type == "unit" else choices
    return forms.ChoiceField(label=text, required=False, choices=[("", _("不填")), *given])
