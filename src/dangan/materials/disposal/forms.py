"""Forms of disposal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access import units
from dangan.access.rules import Absent, Actor
from dangan.dossiers.models import Subject
from dangan.dossiers.queries import find_by_unique
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.queries import Look
from dangan.materials.catalogue.queries.arranging import arranged
from dangan.materials.catalogue.rules.seeing import Sight
from dangan.materials.disposal.actions import Target
from dangan.materials.disposal.models import Hold
from dangan.materials.disposal.rules.schedules import MOST_YEARS, Line

_DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class HoldForm(forms.Form):
    """What is to be held, why, until when. The target is named, not searched for: whoever places
    a hold need not be able to see people."""

    scope = forms.ChoiceField(label=gettext_lazy("范围"), choices=Hold.Scope)
    named = forms.CharField(
        label=gettext_lazy("对象"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("个人填工号，案卷填档号，材料填“档号 编号”，例如 HD-Z-00001 3-2"),
    )
    unit = forms.ChoiceField(label=gettext_lazy("单位"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("种类"), choices=Hold.Kind)
    until = forms.DateField(
        label=gettext_lazy("截止"),
        required=False,
        widget=_DAY,
        help_text=gettext_lazy("留空表示直到解除"),
    )
    reason = forms.CharField(
        label=gettext_lazy("事由"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(
        self,
        actor: Actor,
        data: Mapping[str, Any] | None = None,
        begun: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(data, initial=dict(begun or {}))
        self.actor = actor
        self.target: Target | None = None
        choices = [
            (str(unit), "　" * depth + label)
            for unit, label, depth in units.choices()
            if actor.may_at("holds.manage", units.path(unit))
        ]
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = [("", _("选择单位")), *choices]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        scope, named = given.get("scope"), str(given.get("named") or "").strip()
        if scope == Hold.Scope.UNIT:
            if not given.get("unit"):
                raise ValidationError({"unit": _("请选择单位。")})
            self.target = Target(Hold.Scope.UNIT, UUID(given["unit"]))
            return given
        found = self._named(str(scope), named) if named else None
        if found is None:
            raise ValidationError({"named": _("没有找到，请核对工号、档号和编号。")})
        self.target = Target(str(scope), found)
        return given

    def _named(self, scope: str, named: str) -> UUID | None:
        """Only what lies within the actor's right is found; else nothing is."""
        if scope == Hold.Scope.PERSON:
            return self._person(find_by_unique("identity.employee_number", named))
        number, _space, label = named.partition(" ")
        volume = (
            Volume.objects.filter(number__iexact=number)
            .exclude(standing=Volume.Standing.DESTROYED)
            .first()
        )
        if volume is None or self._person(volume.subject_id) is None:
            return None
        return volume.pk if scope == Hold.Scope.VOLUME else _material(volume, label.strip())

    def _person(self, subject: UUID | None) -> UUID | None:
        if subject is None:
            return None
        home = Subject.objects.filter(pk=subject).values_list("unit", flat=True).first()
        return subject if self.actor.may_at("holds.manage", units.path(home)) else None


def _material(volume: Volume, label: str) -> UUID | None:
    """The material with this number within the volume. All are counted, none is shown."""
    try:
        lines = arranged(Look(volume, Sight(whole=True, marked_all=True))).lines
    except Absent:
        return None
    return next((line.item.id for line in lines if label and line.label == label), None)


class ReasonForm(forms.Form):
    """Words for a deed that must be explained."""

    reason = forms.CharField(label=gettext_lazy("理由"), max_length=400)


class SubmitForm(forms.Form):
    """The appraisal group and words for those who decide."""

    group = forms.CharField(
        label=gettext_lazy("鉴定小组"),
        max_length=200,
        help_text=gettext_lazy("至少两人，用顿号或空格分开"),
    )
    words = forms.CharField(
        label=gettext_lazy("说明"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def names(self) -> list[str]:
        """The members."""
        text = str(self.cleaned_data["group"])
        for sign in "、，,;；\n\t":
            text = text.replace(sign, " ")
        return text.split()


class CodeForm(forms.Form):
    """The second factor."""

    code = forms.CharField(
        label=gettext_lazy("两步验证码"),
        max_length=9,
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "pattern": "[0-9 ]*"}
        ),
    )


STARTS = (
    ("departure", gettext_lazy("离职")),
    ("formation", gettext_lazy("形成")),
    ("end", gettext_lazy("终止")),
    ("transfer", gettext_lazy("转出")),
)
APPLIES = (
    ("kind", gettext_lazy("档案种类")),
    ("category", gettext_lazy("材料类别")),
    ("retention", gettext_lazy("信息集的保存期限")),
    ("set", gettext_lazy("单个信息集")),
)


class BadLine(Exception):  # noqa: N818 - an answer to the person
    """A line of the table could not be read; ``text`` says which and why."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


def lines_of(before: Sequence[Line], data: Mapping[str, str]) -> list[Line]:
    """The table as it was sent: lines changed, left out, and perhaps one new. Raises
    :class:`BadLine`."""
    lines = []
    for place, line in enumerate(before):
        if data.get(f"{place}-key") != line.key:
            raise BadLine(_("页面上的表与现在的不一致，请刷新后再改。"))
        if data.get(f"{place}-drop"):
            continue
        lines.append(_line(line, f"{place}-", data))
    if data.get("new-label", "").strip():
        names = tuple(data.get("new-names", "").replace("，", " ").replace("、", " ").split())
        applies = data.get("new-applies", "")
        if applies not in dict(APPLIES) or not names:
            raise BadLine(_("新的一行要写明对象和对象的编号。"))
        fresh = Line(key=_fresh(lines), label="", applies=applies, names=names)  # type: ignore[arg-type]  # checked
        lines.append(_line(fresh, "new-", data))
    return lines


def _line(line: Line, prefix: str, data: Mapping[str, str]) -> Line:
    label = data.get(prefix + "label", "").strip()[:60]
    starts = data.get(prefix + "starts", "")
    if starts not in dict(STARTS):
        raise BadLine(_("“{line}”：请选择从哪天起算。").format(line=label or line.key))
    return Line(
        key=line.key,
        label=label,
        label_en=line.label_en if label == line.label else "",
        applies=line.applies,
        names=line.names,
        years=_years(data.get(prefix + "years", ""), label),
        starts=starts,  # type: ignore[arg-type]  # checked
        law=data.get(prefix + "law", "").strip()[:400],
        statutory=bool(data.get(prefix + "statutory")),
    )


def _years(text: str, label: str) -> int | None:
    if not text.strip():
        return None
    try:
        years = int(text)
    except ValueError:
        years = -1
    if not 0 <= years <= MOST_YEARS:
        raise BadLine(
            _("“{line}”：年数写 0 到 {most}，永久保管留空。").format(line=label, most=MOST_YEARS)
        )
    return years


def _fresh(lines: Sequence[Line]) -> str:
    taken = {line.key for line in lines}
    return next(f"own_{n}" for n in range(1, 1000) if f"own_{n}" not in taken)
