"""The forms of a departure: every department’s lines, settlement, agreements, secrecy."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Showing
from dangan.lifecycle import fields
from dangan.lifecycle.actions import put_item
from dangan.lifecycle.borrowed import DEPARTMENT, LINE, still_out
from dangan.lifecycle.checklist import checklist
from dangan.lifecycle.kinds.parts.base import PartContext
from dangan.lifecycle.models import ChecklistItem
from dangan.lifecycle.rules.bodies import Body
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say


class HandoverForm(forms.Form):
    """The lines that one department signs on 离公司手续单."""

    def __init__(self, context: PartContext, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        department = checklist().department_of_part(context.part)
        self.department = department.key if department else ""
        for line in checklist().departure:
            if line.department != self.department:
                continue
            label = in_language(line.label, line.label_en)
            self.fields[f"state-{line.key}"] = fields.choice(
                label, (("", _("请选择")), ("done", _("已办")), ("none", _("不涉及")))
            )
            self.fields[f"note-{line.key}"] = fields.line(_("{item}的说明").format(item=label))
        self.out = still_out(context.movement.subject) if self.department == DEPARTMENT else []
        if self.out:
            self.fields[f"state-{LINE}"].help_text = "".join(map(say, self.out))

    def clean(self) -> dict[str, Any]:
        """The archive does not sign while a file is out."""
        cleaned: dict[str, Any] = super().clean() or {}
        if self.out:
            told = "".join(map(say, self.out))
            self.add_error(f"state-{LINE}", told + _("收回后再签收交接。"))
        return cleaned

    def sign(self, context: PartContext) -> None:
        """Signs every line."""
        lines = ChecklistItem.objects.filter(
            movement=context.movement, department=self.department, after=False
        )
        for line in lines:
            put_item(
                context.actor,
                context.person,
                line,
                state=self.cleaned_data.get(f"state-{line.item}") or "done",
                note=self.cleaned_data.get(f"note-{line.item}") or "",
            )


def store_handover(context: PartContext, form: HandoverForm) -> Body:
    """Signs the lines; the body stays as it is."""
    form.sign(context)
    return context.body


class SettlementForm(HandoverForm):
    """财务: pay until when, leave, compensation, and the department's lines."""

    def __init__(self, context: PartContext, data: Mapping[str, Any] | None) -> None:
        super().__init__(context, data)
        seen = context.showings("pay").get("total") is Showing.PLAIN
        self.fields["settled_until"] = fields.day(_("工资结算至"))
        self.fields["settled_until"].initial = context.movement.effective.isoformat()
        self.fields["leave_days"] = fields.line(_("未休年假（天）"), most=6)
        self.fields["compensation"] = fields.MoneyField(_("经济补偿（元）"))
        self.fields["settlement_note"] = fields.words(_("结算说明"), rows=2)
        for key in ("leave_days", "compensation", "settlement_note"):
            self.fields[key].initial = context.body.text(key) if seen else ""


def store_settlement(context: PartContext, form: SettlementForm) -> Body:
    """Signs the lines; the body with the settlement."""
    form.sign(context)
    given = form.cleaned_data
    return context.body.told(
        settled_until=given["settled_until"].isoformat(),
        leave_days=given["leave_days"],
        compensation=given["compensation"],
        settlement_note=given["settlement_note"],
    )


class AgreementForm(HandoverForm):
    """法务: contract, secrecy, non-compete, and the notice of duties that continue."""

    def __init__(self, context: PartContext, data: Mapping[str, Any] | None) -> None:
        super().__init__(context, data)
        self.fields["agreement_note"] = fields.words(_("合同与协议意见"), required=True, rows=2)
        self.fields["continuing"] = fields.words(
            _("离职后的义务"),
            rows=3,
            help=_("告知本人的保密、竞业等义务，印在手续单和离职证明上"),
        )
        self.fields["noncompete_months"] = forms.IntegerField(
            label=_("竞业限制（月）"),
            required=False,
            min_value=0,
            max_value=24,
            help_text=_("最长二十四个月（劳动合同法第二十四条）"),
            error_messages={
                "max_value": _("竞业限制最长 24 个月（劳动合同法第二十四条）。"),
                "min_value": _("请填写 0 到 24 的整数。"),
                "invalid": _("请填写 0 到 24 的整数。"),
            },
        )
        self.fields["noncompete_pay"] = fields.MoneyField(_("竞业限制补偿（元／月）"))
        for key in ("agreement_note", "continuing", "noncompete_months"):
            self.fields[key].initial = context.body.text(key)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("noncompete_months") and not cleaned.get("noncompete_pay"):
            self.add_error(
                "noncompete_pay", _("约定竞业限制要按月给补偿（劳动合同法第二十三条）。")
            )
        return cleaned


def store_agreement(context: PartContext, form: AgreementForm) -> Body:
    """Signs the lines; the body with the duties that continue."""
    form.sign(context)
    given = form.cleaned_data
    return context.body.told(
        agreement_note=given["agreement_note"],
        continuing=given["continuing"],
        noncompete_months=given["noncompete_months"] or None,
        noncompete_pay=given["noncompete_pay"],
    )


class SecrecyForm(forms.Form):
    """双向保密协议: the person signs by name."""

    agreed = fields.tick(
        gettext_lazy("我已阅读双向保密协议：离职后继续保守单位的商业秘密，单位为我的个人信息保密"),
        required=True,
        error=gettext_lazy("勾选后才能签署。"),
    )
    signature = fields.line(gettext_lazy("签名（写你的姓名）"), required=True, most=50)

    def __init__(self, context: PartContext, data: Mapping[str, Any] | None) -> None:
        super().__init__(data)
        self.context = context

    def clean_signature(self) -> str:
        name = str(self.context.person.field("identity.name") or "")
        given = str(self.cleaned_data["signature"])
        if "".join(given.split()) != "".join(name.split()):
            raise forms.ValidationError(_("签名和档案中的姓名不一致，请写你的姓名。"))
        return given


class PaperSecrecyForm(forms.Form):
    """The same on paper, for somebody who has no account to sign with: whoever got the step says
    when the paper was signed, and signs nothing in the person's name."""

    kept = fields.tick(
        gettext_lazy("本人已在纸质双向保密协议上签名，原件已收到"),
        required=True,
        error=gettext_lazy("收到签好的原件后再勾选。"),
    )
    signed_on = fields.day(gettext_lazy("纸质协议签署日期"))

    def clean_signed_on(self) -> date:
        day: date = self.cleaned_data["signed_on"]
        if day > timezone.localdate():
            raise forms.ValidationError(_("签署日期不能晚于今天。"))
        return day


def secrecy_form(context: PartContext, data: Mapping[str, Any] | None) -> forms.Form:
    """The person signs on the page; anybody else only records the paper."""
    if context.actor.subject == context.person.subject:
        return SecrecyForm(context, data)
    return PaperSecrecyForm(data)


def store_secrecy(context: PartContext, form: forms.Form) -> Body:
    """The body with the day of the signature."""
    signed: date = form.cleaned_data.get("signed_on") or timezone.localdate()
    return context.body.told(secrecy_signed=signed.isoformat())
