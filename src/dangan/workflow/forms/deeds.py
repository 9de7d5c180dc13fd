"""What is asked before something is done with a case."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WORDS_AT_MOST = 2000
PEOPLE_AT_MOST = 20
RADIO = {"class": "form-check-input"}


class Accounts(forms.Field):
    """Identifiers of accounts, ticked in a list; whether they may be chosen the verb decides."""

    widget = forms.MultipleHiddenInput
    default_error_messages = {"required": _("请先查找并选中人员")}

    def __init__(self, *, at_most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.at_most = at_most

    def to_python(self, value: Any) -> list[UUID]:
        if len(value or ()) > self.at_most:
            text = _("一次最多选 {n} 人").format(n=self.at_most)
            raise forms.ValidationError(text)
        try:
            return list(dict.fromkeys(UUID(text) for text in value or ()))
        except ValueError:
            raise forms.ValidationError(_("选中的人员无法识别，请重新查找并选择")) from None


class DeedForm(forms.Form):
    """Words and, as the deed wants, people, a step to return to, before or after."""

    step = forms.SlugField(max_length=60, required=False, widget=forms.HiddenInput)
    behalf = forms.UUIDField(required=False, widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)
    to = forms.ChoiceField(label=_("退回到"), required=False, widget=forms.RadioSelect(attrs=RADIO))
    place = forms.ChoiceField(
        label=_("何时办理"),
        required=False,
        widget=forms.RadioSelect(attrs=RADIO),
        choices=[
            ("before", _("在你之前：对方同意后再由你决定")),
            ("after", _("在你之后：你同意后再由对方决定")),
        ],
    )
    who = forms.CharField(
        label=_("查找人员"),
        required=False,
        max_length=60,
        help_text=_("姓名、拼音或工号"),
    )
    words = forms.CharField(
        required=False,
        max_length=WORDS_AT_MOST,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("请写明原因，对方据此办理")},
    )

    def __init__(
        self,
        *args: Any,
        choose: str,
        words: str,
        words_label: str | Promise,
        targets: Sequence[tuple[str, str]] = (),
        signers: Sequence[tuple[UUID, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self._people(choose, signers)
        if words == "no":
            del self.fields["words"]
        else:
            self.fields["words"].required = words == "must"
            self.fields["words"].label = str(words_label)
        if targets:
            self._choices("to", targets)
            self.fields["to"].initial = targets[0][0]
        else:
            del self.fields["to"]

    def _people(self, choose: str, signers: Sequence[tuple[UUID, str]]) -> None:
        if choose != "several":
            del self.fields["place"]
        if choose in ("", "signer"):
            del self.fields["who"]
        if choose == "signer":
            self.fields["account"] = Accounts(at_most=1, label=_("减去"))
            self.signers = signers
        elif choose:
            at_most = 1 if choose == "one" else PEOPLE_AT_MOST
            self.fields["account"] = Accounts(at_most=at_most, label=_("人员"))

    def _choices(self, name: str, choices: Sequence[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = list(choices)

    def without_place(self) -> None:
        """For deeds where before or after has no meaning."""
        self.fields.pop("place", None)

    @property
    def chosen(self) -> list[str]:
        """The accounts ticked so far, as sent."""
        data = self.data
        return list(data.getlist("account")) if hasattr(data, "getlist") else []


class Upload(forms.FileField):
    """Any number of files of one input."""

    class _Input(forms.ClearableFileInput):
        allow_multiple_selected = True

    widget = _Input

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(Upload, self).clean(item, initial) for item in given]


FILES_AT_MOST = 9


class CommentForm(forms.Form):
    """A comment with mentions and files; one of text and files must be there."""

    text = forms.CharField(required=False, max_length=WORDS_AT_MOST)
    mention = Accounts(at_most=PEOPLE_AT_MOST, required=False)
    attached = Upload(required=False)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("text", "").strip() and not given.get("attached"):
            self.add_error("text", _("请写下意见，或附上文件"))
        if len(given.get("attached") or ()) > FILES_AT_MOST:
            self.add_error("attached", _("一次最多附 {n} 个文件").format(n=FILES_AT_MOST))
        return given
