"""The report, and the parts that those who deal with a leak fill in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.confidentiality.leaks import rules
from dangan.confidentiality.leaks.actions import Paper, Report
from dangan.confidentiality.leaks.models import Leak
from dangan.confidentiality.leaks.rules import (
    Assessment,
    Body,
    Conclusion,
    First,
    Measure,
    Telling,
)
from dangan.confidentiality.leaks.told import Recipients
from dangan.materials.catalogue.forms import VolumeField
from dangan.ui.messages import say

KINDS = (
    ("basic", gettext_lazy("姓名、证件、联系方式")),
    ("pay", gettext_lazy("薪酬和银行账号")),
    ("sensitive", gettext_lazy("健康、指纹人脸等敏感信息")),
    ("file", gettext_lazy("档案材料和扫描件")),
    ("account", gettext_lazy("账号和密码")),
    ("secret", gettext_lazy("技术资料和商业秘密")),
    ("marked", gettext_lazy("标有密级的材料")),
)
PAPERS_MOST = 6
PAPER_BYTES = 20 * 1024 * 1024
ROWS = 4
"""Measures a form offers at once beside those noted before."""
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


def _words(label: Any, *, required: bool = True, rows: int = 3, help: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=2000,
        help_text=help,
        widget=forms.Textarea({"rows": str(rows)}),
        error_messages={"required": gettext_lazy("请填写这一项。")},
    )


def _moment(label: Any, *, required: bool = True) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=required,
        input_formats=MOMENTS,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={
            "required": gettext_lazy("请填写时间。"),
            "invalid": gettext_lazy("时间写成 2026-11-22 09:30 这样。"),
        },
    )


class _PapersInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class PapersField(forms.FileField):
    """Several files at once."""

    widget = _PapersInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        given = data if isinstance(data, (list, tuple)) else [data] if data else []
        if len(given) > PAPERS_MOST:
            raise forms.ValidationError(_("一次最多上传 %(n)d 份。") % {"n": PAPERS_MOST})
        return [super(PapersField, self).clean(one, initial) for one in given]


class ReportForm(forms.Form):
    """Five questions; a volume only for those who may see volumes."""

    what = _words(
        gettext_lazy("发生了什么"),
        rows=4,
        help=gettext_lazy("知道多少写多少，不必查清楚再报"),
    )
    noticed = _moment(gettext_lazy("什么时候发现的"))
    kinds = forms.MultipleChoiceField(
        label=gettext_lazy("涉及什么信息或材料"),
        required=False,
        choices=KINDS,
        widget=forms.CheckboxSelectMultiple({"class": "form-check-input"}),
    )
    material = forms.CharField(
        label=gettext_lazy("具体是哪些"),
        required=False,
        max_length=500,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    volume = VolumeField(label=gettext_lazy("涉及的案卷"), required=False)
    holders = _words(gettext_lazy("可能落到谁手里"), required=False, rows=2)
    done = _words(
        gettext_lazy("已经做了什么"),
        required=False,
        rows=2,
        help=gettext_lazy("例如撤回邮件、改密码、断开网络"),
    )
    papers = PapersField(
        label=gettext_lazy("附件"),
        required=False,
        help_text=gettext_lazy("截图、照片或 PDF，最多 6 份，可不传"),
    )
    avoid = forms.MultipleChoiceField(
        required=False, choices=(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        actor: Actor,
        heard: Recipients,
        data: Mapping[str, Any] | None = None,
        files: Any = None,
    ) -> None:
        super().__init__(data, files, initial={"noticed": timezone.localtime()})
        avoid = self.fields["avoid"]
        if isinstance(avoid, forms.ChoiceField):
            avoid.choices = [(str(one.account), one.name) for one in heard.people]
        volume = self.fields["volume"]
        if not actor.may("archive.view"):
            del self.fields["volume"]
        elif isinstance(volume, VolumeField):
            volume.actor = actor

    def wish(self) -> Report:
        """What a valid form reports."""
        given = self.cleaned_data
        volume = given.get("volume")
        return Report(
            what=given["what"],
            noticed=given["noticed"],
            kinds=given["kinds"],
            material=given["material"],
            holders=given["holders"],
            done=given["done"],
            volume=volume.pk if volume else None,
            avoid=[UUID(one) for one in given["avoid"]],
            papers=[Paper(one.name or "", one.read(PAPER_BYTES + 1)) for one in given["papers"]],
        )


class PartForm(forms.Form):
    """A part of the case; whoever the matter concerns cannot fill it in."""

    def __init__(self, actor: Actor, body: Body, data: Mapping[str, Any] | None) -> None:
        super().__init__(data, initial=self.given(body))
        self.actor, self.body = actor, body

    def given(self, body: Body) -> dict[str, Any]:
        """What the form shows to begin with."""
        del body
        return {}

    def clean(self) -> dict[str, Any]:
        if self.actor.id in self.body.avoid:
            raise forms.ValidationError(_("报告写明你与这件事有关，不能办理，请转交另一个人。"))
        return self.cleaned_data

    def changed(self) -> dict[str, Any]:
        """The values of the body that change: as they were entered, unless a part says more."""
        return dict(self.cleaned_data)


class FirstForm(PartForm):
    """The head: what is known, what was done at once."""

    knows = _words(gettext_lazy("了解到的情况"))
    measures = _words(
        gettext_lazy("已采取的补救措施"), help=gettext_lazy("例如收回文件、停用账号、要求删除")
    )

    def changed(self) -> dict[str, Any]:
        return {"first": First(self.cleaned_data["knows"], self.cleaned_data["measures"])}


class AssessmentForm(PartForm):
    """The privacy officer: how bad, why, and who must be told."""

    severity = forms.TypedChoiceField(
        label=gettext_lazy("严重程度"), coerce=int, choices=Leak.Severity.choices
    )
    people = forms.IntegerField(
        label=gettext_lazy("涉及人数"), min_value=0, max_value=10_000_000, initial=0
    )
    personal = forms.BooleanField(label=gettext_lazy("涉及个人信息"), required=False, initial=True)
    secrets = forms.BooleanField(label=gettext_lazy("涉及公司秘密"), required=False)
    cause = _words(gettext_lazy("原因"), rows=2)
    harm = _words(gettext_lazy("可能造成的危害"), rows=2)
    authority = forms.TypedChoiceField(
        label=gettext_lazy("是否告知主管部门"),
        coerce=lambda value: value == "1",
        choices=(("1", gettext_lazy("须告知")), ("0", gettext_lazy("不必告知"))),
    )
    authority_reason = _words(gettext_lazy("告知或不告知主管部门的理由"), rows=2)
    persons = forms.TypedChoiceField(
        label=gettext_lazy("是否通知个人"),
        coerce=lambda value: value == "1",
        choices=(("1", gettext_lazy("须通知")), ("0", gettext_lazy("不必通知"))),
        help_text=gettext_lazy(
            "措施能有效避免危害的可以不通知（个人信息保护法第五十七条），主管部门要求通知的除外"
        ),
    )
    persons_reason = _words(gettext_lazy("通知或不通知个人的理由"), rows=2)
    tell_by = _moment(gettext_lazy("告知期限"), required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if (given.get("authority") or given.get("persons")) and not given.get("tell_by"):
            self.add_error("tell_by", _("须告知的，请填写告知期限。"))
        if given.get("personal") and given.get("people") == 0:
            self.add_error("people", _("涉及个人信息的，请填写人数；不清楚时填写估计数。"))
        return given

    def changed(self) -> dict[str, Any]:
        given = self.cleaned_data
        names = Assessment.__struct_fields__
        return {
            "assessment": Assessment(
                **{name: given[name] for name in names} | {"severity": str(given["severity"])}
            )
        }


class RemediesForm(PartForm):
    """Measures: what, who, until when, done."""

    def __init__(self, actor: Actor, body: Body, data: Mapping[str, Any] | None) -> None:
        super().__init__(actor, body, data)
        for n in range(1, max(ROWS, len(body.measures) + 1) + 1):
            self.fields[f"what_{n}"] = forms.CharField(
                label=_("措施 %(n)d") % {"n": n}, required=n == 1, max_length=300
            )
            self.fields[f"who_{n}"] = forms.CharField(
                label=_("负责人"), required=False, max_length=60
            )
            self.fields[f"due_{n}"] = forms.DateField(
                label=_("完成期限"),
                required=False,
                widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
                error_messages={"invalid": _("日期写成 2016-07-11 这样。")},
            )
            self.fields[f"done_{n}"] = forms.BooleanField(label=_("已完成"), required=False)

    def given(self, body: Body) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for n, measure in enumerate(body.measures, 1):
            found |= {f"what_{n}": measure.what, f"who_{n}": measure.who}
            found |= {f"due_{n}": measure.due, f"done_{n}": bool(measure.done)}
        return found

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        for n in self._numbers():
            asked = given.get(f"what_{n}")
            if asked and not given.get(f"done_{n}"):
                for name, text in (
                    ("who", _("没有完成的措施，请填写负责人。")),
                    ("due", _("没有完成的措施，请填写完成期限。")),
                ):
                    if not given.get(f"{name}_{n}") and f"{name}_{n}" not in self.errors:
                        self.add_error(f"{name}_{n}", text)
        return given

    def changed(self) -> dict[str, Any]:
        given, today = self.cleaned_data, timezone.localdate().isoformat()
        measures = tuple(
            Measure(
                given[f"what_{n}"],
                given[f"who_{n}"],
                given[f"due_{n}"].isoformat() if given[f"due_{n}"] else "",
                today if given[f"done_{n}"] else "",
            )
            for n in self._numbers()
            if given[f"what_{n}"]
        )
        return {"measures": measures}

    def _numbers(self) -> Sequence[int]:
        return range(1, len(self.fields) // 4 + 1)


class TellingForm(PartForm):
    """Who was told, and what the persons were told."""

    authority = forms.CharField(
        label=gettext_lazy("告知的主管部门"), required=False, max_length=120
    )
    authority_at = _moment(gettext_lazy("告知时间"), required=False)
    authority_number = forms.CharField(
        label=gettext_lazy("回执或文号"), required=False, max_length=120
    )
    persons_how = forms.CharField(
        label=gettext_lazy("通知个人的方式"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("例如短信、邮件、当面；无法逐一通知的写明公告位置"),
    )
    persons_at = _moment(gettext_lazy("通知时间"), required=False)
    persons_text = _words(
        gettext_lazy("通知的内容"),
        required=False,
        rows=6,
        help=gettext_lazy(
            "泄露了什么、原因和可能的危害、已采取的措施、个人可以怎样减轻危害、联系方式"
        ),
    )

    def given(self, body: Body) -> dict[str, Any]:
        found = body.assessment
        if found is None or not found.persons:
            return {}
        measures = _("；").join(measure.what for measure in body.measures)
        lines = (
            _("泄露的信息：%(text)s") % {"text": kinds_text(body)},
            _("原因：%(text)s") % {"text": found.cause},
            _("可能的危害：%(text)s") % {"text": found.harm},
            _("已采取的措施：%(text)s") % {"text": measures},
            _("你可以："),
        )
        return {"persons_text": "\n".join(lines)}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.body.assessment is not None and not self.errors:
            for field, message in rules.incomplete_telling(self.body.assessment, self._telling()):
                self.add_error(field, say(message))
        return given

    def changed(self) -> dict[str, Any]:
        return {"telling": self._telling()}

    def _telling(self) -> Telling:
        given = self.cleaned_data
        return Telling(
            authority=given["authority"],
            authority_at=_iso(given["authority_at"]),
            authority_number=given["authority_number"],
            persons_how=given["persons_how"],
            persons_at=_iso(given["persons_at"]),
            persons_text=given["persons_text"],
        )


class ConclusionForm(PartForm):
    """How it ends; not while a measure waits."""

    conclusion = _words(gettext_lazy("结论"), help=gettext_lazy("误报也在这里写明"))
    lessons = _words(gettext_lazy("教训和改进"))

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if left := rules.unfinished(self.body.measures):
            raise forms.ValidationError(
                _("还有 %(n)d 条措施没有完成，请完成后在泄密事件中登记，再写结论。") % {"n": left}
            )
        return given

    def changed(self) -> dict[str, Any]:
        given = self.cleaned_data
        return {"conclusion": Conclusion(given["conclusion"], given["lessons"])}


def kinds_text(body: Body) -> str:
    """What the leak concerns, in words."""
    labels = dict(KINDS)
    chosen = [str(labels[kind]) for kind in body.kinds if kind in labels]
    return _("、").join([*chosen, *([body.material] if body.material else [])])


def _iso(moment: Any) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M") if moment else ""
