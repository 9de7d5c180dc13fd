"""Forms made from the dictionary: one form field per field of an information set.

A form never holds what its reader may not see: a masked field that may still be changed
comes empty and keeps its stored value when it is left empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Showing
from dangan.dictionary.rules import BadValue, Dictionary, Field, InfoSet, Json
from dangan.dictionary.values import ParseContext, display, parse
from dangan.organization.rules import Tree, UnitNode
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say

LONG_LIST = 12
"""From this many choices on, a list gets a search box."""

CLEAR = "clear-"
"""Name prefix of the tick box that empties a masked field."""

_INPUT_MODES = {
    "phone": "tel",
    "email": "email",
    "url": "url",
    "integer": "numeric",
    "decimal": "decimal",
    "money": "decimal",
    "bank_account": "numeric",
    "date": "numeric",
    "partial_date": "numeric",
    "open_date": "numeric",
}
_PLACEHOLDERS = {
    "date": gettext_lazy("如 2016-07-11"),
    "partial_date": gettext_lazy("如 2016-07，可只填年份"),
    "open_date": gettext_lazy("如 2016-07，或“至今”"),
    "subject": gettext_lazy("姓名或工号"),
}
WIDE_TYPES = frozenset({"long_text"})
UNEDITABLE_TYPES = frozenset({"image"})
"""Types whose values come in through a page of their own."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One field as the writer meets it: may they see it, may they change it, what is there now.

    ``value`` is the stored value, present only when ``showing`` is plain; ``text`` is what
    may be shown of it, the mask for a masked field.
    """

    item: Field
    showing: Showing
    editable: bool
    value: Json | None = None
    text: str = ""

    @property
    def masked(self) -> bool:
        return self.showing is not Showing.PLAIN


@dataclass(frozen=True, slots=True)
class FormContext:
    """What reading a form needs besides the form: codes, people, units, today."""

    dictionary: Dictionary
    tree: Tree
    parsing: ParseContext
    today: date


class DictionaryField(forms.Field):
    """A form field that reads its value the way imports and the API do."""

    def __init__(self, slot: Slot, context: FormContext, widget: forms.Widget) -> None:
        item = slot.item
        keeps = slot.masked and bool(slot.text)
        super().__init__(
            required=item.required and not keeps,
            label=in_language(item.label, item.label_en),
            widget=widget,
            error_messages={
                "required": _("请填写{label}。").format(
                    label=in_language(item.label, item.label_en)
                )
            },
        )
        self.slot = slot
        self.context = context

    def to_python(self, value: Any) -> Json | None:
        """The stored form of what was typed; raises a validation error that says what to do."""
        text = "" if value is None else str(value).strip()
        if not text:
            return None
        if self.slot.item.type == "subject" and text == self.slot.text:
            return self.slot.value
        try:
            return parse(
                self.slot.item,
                text,
                dictionary=self.context.dictionary,
                context=self.context.parsing,
            )
        except BadValue as bad:
            raise forms.ValidationError(say(bad.message)) from None


class RowForm(forms.Form):
    """One row of an information set, with when it takes effect and why it changes."""

    valid_from = forms.DateField(
        label=gettext_lazy("生效日期"),
        required=False,
        input_formats=["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d", "%Y年%m月%d日"],
        error_messages={"invalid": gettext_lazy("日期写成 2016-07-11 这样。")},
    )
    reason = forms.CharField(
        label=gettext_lazy("变更说明"),
        required=False,
        max_length=200,
        error_messages={"max_length": gettext_lazy("变更说明最多 200 字。")},
    )

    def __init__(
        self,
        info_set: InfoSet,
        slots: Sequence[Slot],
        context: FormContext,
        data: Mapping[str, Any] | None = None,
        *,
        prefix: str = "",
        bare: bool = False,
    ) -> None:
        """``bare`` leaves out when and why: several rows written together share them."""
        super().__init__(data, prefix=prefix or None)
        self.info_set = info_set
        self.slots = {slot.item.key: slot for slot in slots}
        if bare:
            del self.fields["valid_from"], self.fields["reason"]
        else:
            self.fields["valid_from"].initial = context.today.isoformat()
        for slot in slots:
            if slot.editable and slot.item.type not in UNEDITABLE_TYPES:
                self._add(slot, context)

    def _add(self, slot: Slot, context: FormContext) -> None:
        name = field_name(slot.item)
        field = _form_field(slot, context)
        if self.is_bound and not self._offered(name):
            field.required = False
        self.fields[name] = field

    def patch(self) -> dict[str, Json | None]:
        """What the writer wants stored, by field key; a field that was not sent is left out,
        so that a cut-off request never empties anything.

        A masked field left empty is left out, unless its tick box asks to empty it.
        """
        wanted: dict[str, Json | None] = {}
        for key, slot in self.slots.items():
            name = field_name(slot.item)
            if name not in self.fields or not self._offered(name):
                continue
            value = self.cleaned_data.get(name)
            if value is None and slot.masked:
                if CLEAR + name in self.data:
                    wanted[key] = None
                continue
            wanted[key] = value
        return wanted

    def refuse(self, key: str, sentence: str) -> None:
        """Puts a refusal found while saving next to its field, or on top when it has none."""
        name = f"v-{key}"
        self.add_error(name if name in self.fields else None, sentence)

    def _offered(self, name: str) -> bool:
        return self.add_prefix(name) in self.data

    def lines(self) -> list[FormLine]:
        """The fields in the order of the dictionary: those to fill in and those to read."""
        found = []
        for slot in self.slots.values():
            name = field_name(slot.item)
            bound = self[name] if name in self.fields else None
            if slot.item.type in UNEDITABLE_TYPES:
                continue
            if bound is None and slot.showing is Showing.HIDDEN:
                continue
            found.append(FormLine(slot, bound))
        return found


@dataclass(frozen=True, slots=True)
class FormLine:
    """A field on the form page: ``bound`` None means it may be read, not changed."""

    slot: Slot
    bound: forms.BoundField | None

    @property
    def item(self) -> Field:
        return self.slot.item

    @property
    def label(self) -> str:
        return in_language(self.item.label, self.item.label_en)

    @property
    def help(self) -> str:
        return in_language(self.item.help, self.item.help_en) if self.item.help else ""

    @property
    def class_label(self) -> str:
        """The secrecy mark, for fields above internal only: a mark on every word marks nothing."""
        mark = self.item.field_class
        return in_language(mark.label, mark.label_en) if mark >= 3 else ""

    @property
    def wide(self) -> bool:
        return self.item.type in WIDE_TYPES

    @property
    def kind(self) -> str:
        return self.item.type

    @property
    def keeps_mask(self) -> bool:
        """Whether leaving the field empty keeps a value that is there but masked."""
        return self.slot.masked and bool(self.slot.text)

    @property
    def clear_name(self) -> str:
        return CLEAR + field_name(self.item)

    @property
    def clearing(self) -> bool:
        return self.bound is not None and self.clear_name in self.bound.form.data


def field_name(item: Field) -> str:
    """The name of a dictionary field in a form; never meets the form's own names."""
    return f"v-{item.key}"


def _form_field(slot: Slot, context: FormContext) -> DictionaryField:
    field = DictionaryField(slot, context, _widget(slot, context))
    if slot.value is not None:
        field.initial = _initial(slot, context)
    return field


def _initial(slot: Slot, context: FormContext) -> str:
    """The stored value as its input expects it: codes and references raw, the rest as read."""
    if slot.item.type == "subject":
        return slot.text
    if slot.item.type == "boolean":
        return "1" if slot.value else "0"
    if slot.item.type == "open_date":
        return display(slot.item, slot.value, dictionary=context.dictionary)
    return str(slot.value)


def _widget(slot: Slot, context: FormContext) -> forms.Widget:
    item = slot.item
    attrs: dict[str, str] = {"data-label": in_language(item.label, item.label_en)}
    if item.required:
        attrs["aria-required"] = "true"
    if item.type == "code":
        return _select(_code_choices(item, slot, context), attrs)
    if item.type == "unit":
        return _select(unit_choices(context.tree), attrs)
    if item.type == "boolean":
        return _select([("", _("未填")), ("1", _("是")), ("0", _("否"))], attrs)
    attrs |= {"class": "form-control", "autocomplete": "off", "spellcheck": "false"}
    if slot.masked and slot.text:
        attrs["placeholder"] = slot.text
    elif item.type in _PLACEHOLDERS:
        attrs["placeholder"] = str(_PLACEHOLDERS[item.type])
    if item.max_length:
        attrs["maxlength"] = str(item.max_length)
    if item.type == "long_text":
        return forms.Textarea(attrs | {"rows": "3"})
    if item.type == "date":
        attrs["data-exact"] = "1"
    if item.type in _INPUT_MODES:
        attrs["inputmode"] = _INPUT_MODES[item.type]
    if item.type == "subject":
        attrs["data-people"] = ""
        attrs["data-text"] = slot.text
    return forms.TextInput(attrs)


def _select(choices: Sequence[tuple[str, str]], attrs: dict[str, str]) -> forms.Select:
    attrs = attrs | {"class": "form-select"}
    if len(choices) > LONG_LIST:
        attrs["data-search"] = ""
    return forms.Select(attrs, choices=choices)


def _code_choices(item: Field, slot: Slot, context: FormContext) -> list[tuple[str, str]]:
    """The codes in use; a retired code stays on offer for the row that has it."""
    table = context.dictionary.table_of(item)
    choices = [("", _("未填"))]
    choices += [(code.code, in_language(code.name, code.en)) for code in table.choices]
    if slot.value is not None and str(slot.value) not in dict(choices):
        choices.append((str(slot.value), table.name_of(str(slot.value))))
    return choices


def unit_choices(tree: Tree) -> list[tuple[str, str]]:
    """Units top-down, each indented under the one above."""
    return [("", _("未填")), *_branch(tree, tree.roots, 0)]


def _branch(tree: Tree, units: Iterable[UnitNode], depth: int) -> Iterable[tuple[str, str]]:
    for unit in units:
        yield str(unit.id), "\u3000" * depth + unit.name
        yield from _branch(tree, tree.children(unit.id), depth + 1)


class RevealForm(forms.Form):
    """事由 for looking at a masked value."""

    PURPOSES = (
        ("verify", gettext_lazy("核对证件原件")),
        ("contact", gettext_lazy("紧急联系本人")),
        ("payroll", gettext_lazy("核对工资和社保")),
        ("case", gettext_lazy("办理业务")),
        ("inspection", gettext_lazy("配合检查或审计")),
        ("other", gettext_lazy("其他")),
    )

    purpose = forms.ChoiceField(
        label=gettext_lazy("事由"),
        choices=PURPOSES,
        widget=forms.Select({"class": "form-select"}),
        error_messages={"required": gettext_lazy("请选择事由。")},
    )
    note = forms.CharField(
        label=gettext_lazy("说明"),
        min_length=4,
        max_length=200,
        widget=forms.TextInput(
            {
                "class": "form-control",
                "autocomplete": "off",
                "autofocus": True,
                "placeholder": gettext_lazy("关联单号或具体用途"),
            }
        ),
        error_messages={
            "required": gettext_lazy("请填写说明，至少 4 个字。"),
            "min_length": gettext_lazy("请填写说明，至少 4 个字。"),
            "max_length": gettext_lazy("说明最多 200 字。"),
        },
    )

    def reason(self) -> str:
        """Both answers as one sentence for the log."""
        label = str(dict(self.PURPOSES)[self.cleaned_data["purpose"]])
        return f"{label}：{self.cleaned_data['note'].strip()}"


class StateForm(forms.Form):
    """The next state of a dossier and why."""

    state = forms.ChoiceField(label=gettext_lazy("新状态"), choices=())
    reason = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=200,
        widget=forms.TextInput({"class": "form-control", "autocomplete": "off"}),
    )

    def __init__(
        self, choices: Sequence[tuple[str, str]], data: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data)
        state = self.fields["state"]
        if isinstance(state, forms.ChoiceField):
            state.choices = list(choices)


class NoteForm(forms.Form):
    """How a problem ticket is closed."""

    note = forms.CharField(
        label=gettext_lazy("说明"),
        min_length=4,
        max_length=300,
        widget=forms.Textarea({"class": "form-control", "rows": "3"}),
        error_messages={
            "required": gettext_lazy("请写明怎样核实的，至少 4 个字。"),
            "min_length": gettext_lazy("请写明怎样核实的，至少 4 个字。"),
            "max_length": gettext_lazy("说明最多 300 字。"),
        },
    )
