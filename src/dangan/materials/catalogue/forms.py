"""Fields by which people choose volumes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from dangan.access.rules import Actor
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries.finding import volume_chosen


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the two inputs of a :class:`VolumeWidget` hold: the picked id and the text shown."""

    id: str = ""
    text: str = ""


class VolumeWidget(forms.Widget):
    """A box that suggests volumes while one types; brings its own script."""

    template_name = "catalogue/widgets/volume.html"
    permission = "archive.view"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        context["widget"]["chosen"] = _chosen(value)
        context["widget"]["asks"] = "use" if self.permission == "archive.use" else "view"
        return context

    def value_from_datadict(
        self,
        data: Mapping[str, Any],
        files: MultiValueDict[str, Any],  # noqa: ARG002 - the widget's signature
        name: str,
    ) -> Chosen:
        return Chosen(
            str(data.get(f"{name}_id", "")).strip()[:64], str(data.get(name, "")).strip()[:64]
        )

    def value_omitted_from_data(
        self,
        data: Mapping[str, Any],
        files: MultiValueDict[str, Any],  # noqa: ARG002
        name: str,
    ) -> bool:
        return name not in data


def _chosen(value: object) -> Chosen:
    if isinstance(value, Chosen):
        return value
    if isinstance(value, Volume):
        return Chosen(str(value.pk), value.number)
    return Chosen(str(value or ""), str(value or ""))


class VolumeField(forms.Field):
    """A volume chosen by name, pinyin, employee number or its own number.

    The form gives it the actor: ``form.fields["volume"].actor = actor``. ``clean`` returns the
    :class:`Volume` (with ``subject`` and ``fonds`` at hand) or None when empty and not required.
    Volumes over which the actor does not hold ``permission`` do not exist for it.
    """

    widget = VolumeWidget

    def __init__(self, *, permission: str = "archive.view", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.permission = permission
        self.actor: Actor | None = None
        cast(VolumeWidget, self.widget).permission = permission

    def clean(self, value: Any) -> Volume | None:
        given = _chosen(value)
        text = given.id or given.text
        if not text:
            if self.required:
                raise ValidationError(_("请选择案卷：输入姓名、工号或档号，从列表中选取。"))
            return None
        if self.actor is None:
            raise RuntimeError("the form gives a VolumeField its actor")
        found = volume_chosen(self.actor, text, permission=self.permission)
        if len(found) == 1:
            return found[0]
        if found:
            raise ValidationError(
                _("“%(text)s”有 %(count)s 个案卷，请从列表中选取，或输入档号。")
                % {"text": given.text, "count": len(found)}
            )
        raise ValidationError(
            _("没有找到“%(text)s”的案卷，请核对姓名、工号或档号。") % {"text": given.text}
        )

    def has_changed(self, initial: Any, data: Any) -> bool:
        before, after = _chosen(initial), _chosen(data)
        return (before.id or before.text) != (after.id or after.text)


def volume_of(form: forms.Form, name: str = "volume") -> UUID:
    """The chosen volume's id, from a valid form in which one had to be chosen."""
    chosen: Volume = form.cleaned_data[name]
    return chosen.pk
