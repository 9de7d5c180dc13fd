"""The form of a consultation: whom, why, who reads, how much."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.materials.catalogue.forms import VolumeField
from dangan.materials.catalogue.models import Volume
from dangan.materials.catalogue.rules.settings import ArchiveSettings
from dangan.materials.catalogue.table import categories
from dangan.materials.consultation import tables
from dangan.materials.consultation.actions.asking import (
    MOST_AT_ONCE,
    ConsultationWish,
    OutsiderWish,
)
from dangan.materials.consultation.forms import fields
from dangan.materials.consultation.problems import BadRequest
from dangan.materials.consultation.rules.bodies import ConsultationBody, Scope
from dangan.ui.languages import label
from dangan.ui.messages import say
from dangan.workflow.forms.deeds import Accounts

OUTSIDERS = 3
READERS_AT_MOST = 8


class ConsultationForm(forms.Form):
    """查阅申请. ``volume`` None: the asker chooses up to five; else it is about that one."""

    ground = forms.ChoiceField(
        label=gettext_lazy("查阅事由"),
        error_messages={"required": gettext_lazy("请选择一类查阅事由。")},
    )
    purpose = fields.words(
        gettext_lazy("具体事由"),
        help=gettext_lazy("为什么要看、看什么；只写与这次查阅有关的内容"),
    )
    applicant_post = fields.line(gettext_lazy("申请人职务"), most=60)
    applicant_phone = fields.line(gettext_lazy("申请人联系电话"), most=30)
    who = forms.CharField(
        label=gettext_lazy("阅览人"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("姓名、拼音或工号"),
    )
    account = Accounts(at_most=READERS_AT_MOST, required=False)
    extent = forms.ChoiceField(
        label=gettext_lazy("查阅范围"),
        choices=[
            ("all", gettext_lazy("全部材料")),
            ("categories", gettext_lazy("只看勾选的类别")),
        ],
        widget=forms.RadioSelect({"class": "form-check-input"}),
        initial="all",
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("类别"),
        required=False,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    sought = fields.words(
        gettext_lazy("要看的材料"),
        required=False,
        rows=2,
        most=300,
        help=gettext_lazy("知道材料名称时写明，档案管理员据此核定"),
    )
    print = forms.BooleanField(label=gettext_lazy("需要打印"), required=False)
    download = forms.BooleanField(label=gettext_lazy("需要下载"), required=False)
    marked = forms.BooleanField(
        label=gettext_lazy("包括机密、绝密材料，另由分管领导审批"), required=False
    )
    hours = forms.IntegerField(label=gettext_lazy("时长（小时）"), min_value=1)
    starts = forms.DateTimeField(
        label=gettext_lazy("开始时间"),
        required=False,
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        help_text=gettext_lazy("不填则在阅览人第一次打开时开始计时"),
    )
    letters = fields.letters(
        gettext_lazy("部门函件、介绍信或证件"),
        gettext_lazy("签章后的扫描件或照片；有单位以外的人时必须上传"),
    )

    def __init__(
        self,
        actor: Actor,
        settings: ArchiveSettings,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
        *,
        volume: Volume | None = None,
        body: ConsultationBody | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data, files, initial=_initial(settings, body) | dict(initial or {}))
        self.about = volume
        self.volume_names = [] if volume else [_volume_name(n) for n in range(MOST_AT_ONCE)]
        for place, name in enumerate(self.volume_names):
            field = VolumeField(
                permission="archive.use",
                required=place == 0,
                label=_("查阅谁的档案") if place == 0 else _("同时查阅"),
            )
            field.actor = actor
            self.fields[name] = field
        grounds = [(one.code, one.label) for one in tables.grounds().values()]
        self._choices("ground", [("", _("请选择")), *grounds])
        self._choices(
            "categories",
            [(one.no, f"{one.display_no} {label(one.name, one.en)}") for one in categories().main],
        )
        self.fields["hours"].help_text = _("最多 {most} 小时，到时自动关闭").format(
            most=settings.view_most_hours
        )
        documents = [("", _("证件类型")), *((d.code, d.label) for d in tables.documents().values())]
        self.outsider_names = [_outsider_names(n) for n in range(OUTSIDERS)]
        for name, unit, document, number in self.outsider_names:
            self.fields[name] = fields.line(_("姓名"), most=50)
            self.fields[unit] = fields.line(_("单位"), most=100)
            self.fields[document] = forms.ChoiceField(
                label=_("证件类型"), choices=documents, required=False
            )
            self.fields[number] = fields.line(_("证件号码"), most=30)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("extent") == "categories" and not cleaned.get("categories"):
            self.add_error("categories", _("请勾选要看的类别，或改为全部材料。"))
        for name, unit, document, number in self.outsider_names:
            given = [cleaned.get(one) for one in (name, unit, document, number)]
            if any(given) and not all(given):
                self.add_error(name, _("单位以外的人要填齐姓名、单位、证件类型和号码。"))
        return cleaned

    def wish(self) -> ConsultationWish:
        """The request, from a valid form."""
        given = self.cleaned_data
        chosen = [given[name] for name in self.volume_names if given.get(name)]
        volumes: list[UUID] = [self.about.pk] if self.about else [one.pk for one in chosen]
        scope = Scope(
            categories=tuple(given["categories"]) if given["extent"] == "categories" else (),
            words=given["sought"].strip(),
            print=given["print"],
            download=given["download"],
            marked=given["marked"],
            hours=given["hours"],
        )
        return ConsultationWish(
            volumes=volumes,
            readers=given["account"],
            ground=given["ground"],
            purpose=given["purpose"],
            scope=scope,
            outsiders=[
                OutsiderWish(*(given[one].strip() for one in names))
                for names in self.outsider_names
                if given.get(names[0])
            ],
            applicant_post=given["applicant_post"],
            applicant_phone=given["applicant_phone"],
            starts=given["starts"],
            letters=fields.letters_of(given["letters"]),
        )

    def refuse(self, problem: BadRequest) -> None:
        """Shows what the verb found, at its field."""
        refuse(self, problem, {"volume": _volume_name(0), "use": "print"})


def refuse(form: forms.Form, problem: BadRequest, places: Mapping[str, str] | None = None) -> None:
    """Adds every problem at its field of the form, or above it."""
    for wrong in problem.wrong:
        name = (places or {}).get(wrong.field, wrong.field)
        form.add_error(name if name in form.fields else None, say(wrong.message))


def _volume_name(place: int) -> str:
    return f"volume_{place + 1}"


def _outsider_names(place: int) -> tuple[str, str, str, str]:
    return tuple(f"outside_{place + 1}_{part}" for part in ("name", "unit", "document", "number"))  # type: ignore[return-value]  # four parts


def _initial(settings: ArchiveSettings, body: ConsultationBody | None) -> dict[str, Any]:
    """The form as it was sent before, when it came back."""
    if body is None:
        return {"hours": settings.view_hours, "extent": "all"}
    asked = body.asked
    given: dict[str, Any] = {
        "ground": body.ground,
        "purpose": body.purpose,
        "applicant_post": body.applicant_post,
        "applicant_phone": body.applicant_phone,
        "extent": "categories" if asked.categories else "all",
        "categories": list(asked.categories),
        "sought": asked.words,
        "print": asked.print,
        "download": asked.download,
        "marked": asked.marked,
        "hours": asked.hours,
    }
    for place, one in enumerate(body.outsiders[:OUTSIDERS]):
        parts = (one.name, one.unit, one.document, one.number)
        given |= dict(zip(_outsider_names(place), parts, strict=True))
    return given
