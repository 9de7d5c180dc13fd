"""Fields that forms of this room share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from dangan.materials.consultation.actions.asking import Letter

LETTERS_MOST = 6
LETTER_BYTES = 20 * 1024 * 1024
"""What is read into memory of one letter; the files room has limits of its own."""

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    Text: TypeAlias = str | _StrPromise


class FilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class LettersField(forms.FileField):
    """Letters and documents, several at once."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(given) > LETTERS_MOST:
            raise forms.ValidationError(_("一次最多上传 %(n)d 份。") % {"n": LETTERS_MOST})
        return [super(LettersField, self).clean(one, initial) for one in given]


def letters(label: Text, help: Text) -> LettersField:
    """Where letters are handed in."""
    return LettersField(label=label, help_text=help, required=False)


def letters_of(given: Sequence[UploadedFile[Any]]) -> list[Letter]:
    """The files as the verbs take them."""
    return [Letter(one.name or "", one.read(LETTER_BYTES + 1)) for one in given]


def words(
    label: Text, *, required: bool = True, rows: int = 3, help: Text = "", most: int = 1000
) -> forms.CharField:
    """A few sentences."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=help,
        widget=forms.Textarea({"rows": str(rows)}),
        error_messages={"required": _("请填写这一项。")},
    )


def line(
    label: Text, *, required: bool = False, help: Text = "", most: int = 100
) -> forms.CharField:
    """A short text."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=most,
        help_text=help,
        widget=forms.TextInput({"autocomplete": "off"}),
        error_messages={"required": _("请填写这一项。")},
    )


def day(label: Text, *, required: bool = True, help: Text = "") -> forms.DateField:
    """A whole day."""
    return forms.DateField(
        label=label,
        required=required,
        help_text=help,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("请填写日期。"), "invalid": _("日期写成 2026-12-01 这样。")},
    )
