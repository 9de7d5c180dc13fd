"""Forms of the storeroom. They read; the verbs decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import units
from dangan.access.rules import Absent, Actor
from dangan.materials.catalogue.forms import VolumeField
from dangan.materials.storeroom.actions.checking import Finding
from dangan.materials.storeroom.actions.places import Furniture
from dangan.materials.storeroom.codes import find
from dangan.materials.storeroom.models import Place
from dangan.materials.storeroom.queries.places import in_reach, tree
from dangan.materials.storeroom.rules.air import Reading, decimal_of
from dangan.materials.storeroom.rules.checking import DEFECTS, SEVERITIES
from dangan.materials.storeroom.rules.labelling import SHEETS
from dangan.materials.storeroom.rules.placing import INSIDE, Tree
from dangan.ui.messages import say

APART = [
    (0, gettext_lazy("普通存放")),
    (2, gettext_lazy("机密专用")),
    (3, gettext_lazy("绝密专用")),
]
MOST_SUGGESTED = 3000
FINDINGS = 4


class PlaceField(forms.CharField):
    """A place by the code on its label or by its name 三库 07 架 2 层; spaces do not matter."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=120, **kwargs)
        self.actor: Actor | None = None

    def clean(self, value: Any) -> UUID | None:
        text = super().clean(value)
        if not text:
            return None
        if self.actor is None:
            raise RuntimeError("the form gives a PlaceField its actor")
        wanted = "".join(text.split())
        grown = tree()
        for spot in grown.spots.values():
            if "".join(grown.label(spot.id).split()) == wanted and in_reach(
                self.actor, grown, spot.id
            ):
                return spot.id
        try:
            found = find(self.actor, text)
        except Absent:
            found = None
        if found is None or found.place is None:
            raise ValidationError(
                _("没有“%(text)s”这个位置，请从列表中选取，或输入位置标签上的码。")
                % {"text": text[:40]}
            )
        return found.place.pk


def place_labels(actor: Actor, known: Tree | None = None) -> list[str]:
    """Names of places in use, for suggestions."""
    grown = known or tree()
    labels = [
        grown.label(spot.id)
        for room in grown.children.get(None, [])
        if in_reach(actor, grown, room.id)
        for spot in grown.under(room.id)
        if not grown.closed(spot.id)
    ]
    return labels[:MOST_SUGGESTED]


class PlaceForm(forms.Form):
    """A new place, or what is known of one."""

    level = forms.ChoiceField(label=gettext_lazy("类型"), required=False)
    code = forms.CharField(label=gettext_lazy("编号或名称"), max_length=16)
    count = forms.IntegerField(
        label=gettext_lazy("连续添加"), min_value=1, max_value=200, initial=1, required=False
    )
    capacity = forms.IntegerField(
        label=gettext_lazy("容量（卷）"), min_value=1, max_value=1_000_000, required=False
    )
    apart = forms.TypedChoiceField(
        label=gettext_lazy("涉密存放"), choices=APART, coerce=int, initial=0, required=False
    )
    unit = forms.ChoiceField(label=gettext_lazy("所属单位"), required=False)
    note = forms.CharField(label=gettext_lazy("用途"), max_length=120, required=False)

    def __init__(
        self, actor: Actor, *args: Any, outer: str = "", change: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        levels = INSIDE[outer]
        self.only_level = levels[0] if levels else ""
        if change or len(levels) < 2:
            del self.fields["level"]
        else:
            labels = dict(Place.Level.choices)
            _choices(self, "level", [(key, labels[key]) for key in levels])
        if change:
            del self.fields["count"]
        if outer:
            del self.fields["unit"]
        else:
            mine = [
                (str(unit), "　" * depth + label)
                for unit, label, depth in units.choices()
                if actor.may_at("storeroom.manage", units.path(unit))
            ]
            _choices(self, "unit", [("", _("不限")), *mine])

    def wanted(self) -> Furniture:
        """What the valid form asks for."""
        given = self.cleaned_data
        return Furniture(
            level=given.get("level") or self.only_level,
            code=given["code"],
            note=given["note"],
            capacity=given["capacity"],
            apart=given["apart"] or 0,
            unit=UUID(given["unit"]) if given.get("unit") else None,
            count=given.get("count") or 1,
        )

    @staticmethod
    def initial_of(row: Place) -> dict[str, Any]:
        """What the form shows of a place."""
        return {
            "code": row.code,
            "capacity": row.capacity,
            "apart": row.apart,
            "unit": str(row.unit or ""),
            "note": row.note,
        }


class ShelveForm(forms.Form):
    """One volume comes here."""

    volume = VolumeField(permission="storeroom.manage", label=gettext_lazy("案卷"))
    why = forms.CharField(label=gettext_lazy("原因"), max_length=200, required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["volume"]
        assert isinstance(field, VolumeField)  # noqa: S101 - narrows the type
        field.actor = actor


class MoveForm(forms.Form):
    """Where something goes."""

    place = PlaceField(label=gettext_lazy("移到"))
    why = forms.CharField(label=gettext_lazy("原因"), max_length=200, required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["place"]
        assert isinstance(field, PlaceField)  # noqa: S101 - narrows the type
        field.actor = actor
        field.widget.attrs.update({"list": "place-names", "autocomplete": "off"})


class WhereForm(MoveForm):
    """A place to begin a stock-taking or to print labels of."""

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        self.fields["place"].label = _("位置")
        del self.fields["why"]


class SheetForm(forms.Form):
    """How a sheet of labels is printed this time."""

    sheet = forms.ChoiceField(
        label=gettext_lazy("标签纸"), choices=[(one.key, one.label) for one in SHEETS.values()]
    )
    first = forms.IntegerField(
        label=gettext_lazy("从第几枚开始"), min_value=1, max_value=24, initial=1
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        sheet = SHEETS.get(given.get("sheet", ""))
        if sheet and (given.get("first") or 1) > sheet.each:
            self.add_error("first", _("这种标签纸一张只有 %(n)s 枚。") % {"n": sheet.each})
        return given


class SetupForm(forms.Form):
    """How labels are printed here."""

    sheet = forms.ChoiceField(
        label=gettext_lazy("默认标签纸"), choices=[(one.key, one.label) for one in SHEETS.values()]
    )
    names = forms.BooleanField(
        label=gettext_lazy("标签上印姓名"),
        required=False,
        help_text=gettext_lazy("路过的人都看得到标签，默认不印。"),
    )


class CheckForm(forms.Form):
    """检查: up to four findings with photographs, and words."""

    words = forms.CharField(
        label=gettext_lazy("说明"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [("", _("（无）")), *((key, say(text)) for key, text in DEFECTS.items())]
        severities = [(key, say(text)) for key, text in SEVERITIES.items()]
        for number in range(FINDINGS):
            self.fields[f"kind-{number}"] = forms.ChoiceField(
                label=_("问题"), choices=kinds, required=False
            )
            self.fields[f"severity-{number}"] = forms.ChoiceField(
                label=_("程度"), choices=severities, required=False
            )
            self.fields[f"photograph-{number}"] = forms.FileField(
                label=_("照片"),
                required=False,
                widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png"}),
            )

    @property
    def rows(self) -> list[tuple[Any, Any, Any]]:
        """The fields of each finding."""
        return [
            (self[f"kind-{n}"], self[f"severity-{n}"], self[f"photograph-{n}"])
            for n in range(FINDINGS)
        ]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for number in range(FINDINGS):
            if given.get(f"photograph-{number}") and not given.get(f"kind-{number}"):
                self.add_error(f"kind-{number}", _("有照片的一行要选择问题。"))
        return given

    def findings(self) -> list[Finding]:
        """What the valid form says."""
        given = self.cleaned_data
        found = []
        for number in range(FINDINGS):
            if not given[f"kind-{number}"]:
                continue
            file = given[f"photograph-{number}"]
            found.append(
                Finding(
                    given[f"kind-{number}"],
                    given[f"severity-{number}"] or "slight",
                    (file.name, file.read()) if file else None,
                )
            )
        return found


class WordsForm(forms.Form):
    """A few words about a repair or a measure."""

    words = forms.CharField(label=gettext_lazy("说明"), max_length=1000, required=False)


class AirForm(forms.Form):
    """One reading."""

    at = forms.CharField(
        label=gettext_lazy("时间"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    temperature = forms.CharField(
        label=gettext_lazy("温度（℃）"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )
    humidity = forms.CharField(
        label=gettext_lazy("湿度（%）"),
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "decimal"}),
    )

    def clean_at(self) -> datetime:
        try:
            at = datetime.fromisoformat(self.cleaned_data["at"])
        except ValueError as error:
            raise ValidationError(_("时间应如 2026-11-20 09:00。")) from error
        return at.replace(tzinfo=None, second=0, microsecond=0)

    def clean_temperature(self) -> Any:
        return self._number("temperature", -40, 80)

    def clean_humidity(self) -> Any:
        return self._number("humidity", 0, 100)

    def _number(self, name: str, least: int, most: int) -> Any:
        value = decimal_of(self.cleaned_data[name])
        if value is None or not least <= value <= most:
            raise ValidationError(
                _("应是 %(least)s 到 %(most)s 之间的数。") % {"least": least, "most": most}
            )
        return value

    def reading(self) -> Reading:
        """The reading of the valid form."""
        given = self.cleaned_data
        return Reading(given["at"], given["temperature"], given["humidity"])


def _choices(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - narrows the type
    field.choices = choices
