"""What is said of a person: assessment, summary of the probation, pre-employment checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Showing
from dangan.dictionary.rules import Json
from dangan.lifecycle import fields
from dangan.lifecycle.kinds.parts.base import PartContext
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.rules.checks import NEEDED, NOT_APPLICABLE
from dangan.lifecycle.rules.starting import extension_problems
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say


class AssessmentForm(forms.Form):
    """试用期评价: the head's words and the outcome."""

    assessment = fields.words(gettext_lazy("试用期评价"), required=True, rows=4)
    outcome = fields.choice(
        gettext_lazy("转正结论"),
        (
            ("passed", gettext_lazy("按期转正")),
            ("extended", gettext_lazy("延长试用期")),
            ("failed", gettext_lazy("不予转正")),
        ),
    )
    extended_to = fields.day(gettext_lazy("延长至"), required=False)

    def __init__(self, context: PartContext, data: Mapping[str, Any] | None) -> None:
        initial = {
            "assessment": context.body.text("assessment"),
            "outcome": context.body.text("outcome") or "passed",
            "extended_to": context.body.text("extended_to"),
        }
        super().__init__(data, initial=initial)
        self.context = context

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("outcome") == "extended" and "extended_to" not in self.errors:
            until = cleaned.get("extended_to")
            wanted = until.isoformat() if until else ""
            for wrong in extension_problems(self.context.person.present, wanted):
                self.add_error("extended_to", say(wrong.message))
        return cleaned


def store_assessment(context: PartContext, form: forms.Form) -> Body:
    """The body with the head’s words and the outcome."""
    given = form.cleaned_data
    extended = given["outcome"] == "extended"
    return context.body.told(
        assessment=given["assessment"],
        outcome=given["outcome"],
        extended_to=given["extended_to"].isoformat() if extended else None,
    )


class SummaryForm(forms.Form):
    """试用期小结, by the person."""

    summary = fields.words(gettext_lazy("试用期小结"), required=True, rows=6, most=2000)


def store_summary(context: PartContext, form: forms.Form) -> Body:
    """The body with the person’s words."""
    return context.body.told(summary=form.cleaned_data["summary"])


class ChecksForm(forms.Form):
    """录用核查: one result for each item that must be looked at (F1).

    ``complete`` asks for every item; on the form that begins a movement some may still be open.
    """

    def __init__(
        self, context: PartContext, data: Mapping[str, Any] | None, *, complete: bool = True
    ) -> None:
        super().__init__(data)
        self.complete = complete
        self.context = context
        dictionary = context.person.dictionary
        info_set = dictionary.sets["background_check"]
        items = dictionary.table_of(info_set.by_key["item"])
        results = dictionary.table_of(info_set.by_key["result"])
        known = {str(row.get("item")): row for row in self._stored()}
        named = {code.code: in_language(code.name, code.en) for code in items.codes}
        for item in NEEDED:
            label = named[item]
            choices = [
                ("", _("未核查")),
                *((c.code, in_language(c.name, c.en)) for c in results.choices),
            ]
            if item == "4":
                choices.append((NOT_APPLICABLE, _("岗位不要求")))
            field = fields.choice(label, choices, required=False)
            field.initial = str(known.get(item, {}).get("result") or "")
            self.fields[f"result-{item}"] = field
            note = fields.line(_("{item}的说明").format(item=label), most=200)
            note.initial = str(known.get(item, {}).get("remarks") or "")
            self.fields[f"note-{item}"] = note

    def _stored(self) -> list[Mapping[str, Json | None]]:
        """What is known and may be read."""
        if self.context.showings("background_check").get("result") is not Showing.PLAIN:
            return []
        rows = self.context.person.rows.get("background_check", ())
        return [*(row.values for row in rows), *self.context.body.checks]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        for code in NEEDED:
            if self.complete and not cleaned.get(f"result-{code}"):
                self.add_error(f"result-{code}", _("请填写核查结果。"))
        return cleaned


def store_checks(context: PartContext, form: ChecksForm) -> Body:
    """The body with the checks as rows of ``background_check``."""
    today = timezone.localdate().isoformat()
    rows: list[dict[str, Json | None]] = []
    for code in NEEDED:
        result = form.cleaned_data[f"result-{code}"]
        if result in ("", NOT_APPLICABLE):
            continue
        row: dict[str, Json | None] = {"item": code, "result": result, "checked": today}
        if note := form.cleaned_data[f"note-{code}"]:
            row["remarks"] = note
        rows.append(row)
    spared = form.cleaned_data["result-4"] == NOT_APPLICABLE
    return msgspec.structs.replace(context.body, checks=rows).told(no_certificate=spared or None)
