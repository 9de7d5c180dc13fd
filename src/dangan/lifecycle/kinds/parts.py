"""The parts that fill steps ask for: a form each, and how it is stored.

A form shows only what its filler may read; what was there and is hidden stays as it is when the
field is left empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor, Showing, field_showings
from dangan.dictionary.rules import Json
from dangan.dossiers.forms import RowForm, Slot
from dangan.dossiers.rules import Row
from dangan.dossiers.views.edit import form_context
from dangan.lifecycle import fields
from dangan.lifecycle.actions import put_item
from dangan.lifecycle.checklist import checklist
from dangan.lifecycle.models import ChecklistItem, Movement
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.rules.checks import NEEDED, NOT_APPLICABLE
from dangan.lifecycle.rules.starting import extension_problems
from dangan.lifecycle.standing import Standing
from dangan.ui.languages import label as in_language
from dangan.ui.messages import say

PAY_FIELDS = ("kind", "grade", "base", "post_pay", "performance", "allowance", "total")
PAY_SUM = ("base", "post_pay", "performance", "allowance")
CONTRACT_FIELDS = ("kind", "position", "place", "hours", "end", "signed")
NEW_CONTRACT_FIELDS = (
    "number", "kind", "signed", "start", "end", "probation_months", "probation_end",
    "employer", "position", "place",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PartContext:
    """Who fills which part of what."""

    actor: Actor
    movement: Movement
    person: Standing
    body: Body
    part: str

    def showings(self, info_set: str) -> Mapping[str, Showing]:
        """What of a set the filler may read."""
        named = self.person.dictionary.sets[info_set]
        return field_showings(self.actor, self.person.subject, self.person.path, named, "read")


@dataclass(frozen=True, slots=True)
class Part:
    """A part: its form, and the movement's body once it is filled in."""

    form: Callable[[PartContext, Mapping[str, Any] | None], forms.Form]
    store: Callable[[PartContext, Any], Body]


def slots(
    context: PartContext, info_set: str, keys: Sequence[str], values: Mapping[str, Json | None]
) -> list[Slot]:
    """Fields of a set to fill in, each with what is there as far as it may be read."""
    named = context.person.dictionary.sets[info_set]
    seen = context.showings(info_set)
    return [
        Slot(
            item,
            showing := seen.get(key, Showing.HIDDEN),
            editable=True,
            value=values.get(key) if showing is Showing.PLAIN else None,
        )
        for key in keys
        if (item := named.by_key.get(key)) is not None
    ]


def _values(row: Row | None) -> Mapping[str, Json | None]:
    return row.values if row else {}


class PartForm(RowForm):
    """Fields of an information set, and the movement's own beside them."""

    same_name = ""
    """A tick that says nothing changes, instead of the fields."""

    def __init__(
        self,
        context: PartContext,
        info_set: str,
        keys: Sequence[str],
        values: Mapping[str, Json | None],
        data: Mapping[str, Any] | None,
    ) -> None:
        super().__init__(
            context.person.dictionary.sets[info_set],
            slots(context, info_set, keys, values),
            form_context(context.actor),
            data,
            bare=True,
        )
        self.context = context

    def row(self) -> dict[str, Json | None]:
        """The row as filled in, without what was left empty."""
        return {key: value for key, value in self.patch().items() if value not in (None, "")}


class PayForm(PartForm):
    """核定薪酬: the new pay, or that it stays."""

    def __init__(self, context: PartContext, data: Mapping[str, Any] | None) -> None:
        values = context.body.pay or _values(context.person.present.pay)
        values = {key: value for key, value in values.items() if key != "total"}
        super().__init__(context, "pay", PAY_FIELDS, values, data)
        self.fields["v-total"].help_text = _("留空由系统合计")
        self.fields["same"] = fields.tick(_("薪酬不变"))
        self.fields["same"].initial = context.body.flag("pay_same")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("same") or self.errors:
            return cleaned
        row = self.row()
        if not row.get("base") and not row.get("total"):
            self.refuse("base", _("请填写基本工资，或勾选“薪酬不变”。"))
            return cleaned
        parts = sum((Decimal(str(row[key])) for key in PAY_SUM if row.get(key)), Decimal(0))
        if row.get("total") and parts and Decimal(str(row["total"])) != parts:
            self.refuse("total", _("应发合计和各项之和不一致，请核对；留空由系统合计。"))
        return cleaned

    def pay(self) -> dict[str, Json | None]:
        """The row of pay, summed up where the total was left empty."""
        row = self.row()
        if not row.get("total"):
            parts = (Decimal(str(row[key])) for key in PAY_SUM if row.get(key))
            row["total"] = f"{sum(parts, Decimal(0)):.2f}"
        return row


def _store_pay(context: PartContext, form: PayForm) -> Body:
    same = bool(form.cleaned_data.get("same"))
    body = msgspec.structs.replace(context.body, pay={} if same else form.pay())
    return body.told(pay_same=same or None)


class ContractForm(PartForm):
    """核对合同: what is amended, or that nothing is; for a newcomer the first contract."""

    def __init__(self, context: PartContext, data: Mapping[str, Any] | None) -> None:
        present = context.person.present.contract
        new = context.movement.kind == "newcomer" or present is None
        keys = NEW_CONTRACT_FIELDS if new else CONTRACT_FIELDS
        values = context.body.contract or (
            {} if context.movement.kind == "newcomer" else _values(present)
        )
        super().__init__(context, "contract", keys, values, data)
        self.fields["same"] = fields.tick(_("合同不变"))
        self.fields["same"].initial = context.body.flag("contract_same")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("same") and not self.errors and not self.row():
            self.add_error(None, _("请填写变更内容，或勾选“合同不变”。"))
        return cleaned


def _store_contract(context: PartContext, form: ContractForm) -> Body:
    same = bool(form.cleaned_data.get("same"))
    row = {} if same else form.row()
    body = msgspec.structs.replace(context.body, contract=row)
    return body.told(contract_same=same or None)


class EquipmentForm(forms.Form):
    """安排工位和设备."""

    desk = fields.line(gettext_lazy("工位"), required=True, most=60)
    equipment = fields.words(gettext_lazy("设备"), rows=2, most=200)
    ready_on = fields.day(gettext_lazy("就绪日期"), required=False)


def _store_equipment(context: PartContext, form: forms.Form) -> Body:
    given = form.cleaned_data
    return context.body.told(
        desk=given["desk"],
        equipment=given["equipment"],
        ready_on=given["ready_on"].isoformat() if given["ready_on"] else None,
    )


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


def _store_assessment(context: PartContext, form: forms.Form) -> Body:
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


def _store_summary(context: PartContext, form: forms.Form) -> Body:
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


def _store_handover(context: PartContext, form: HandoverForm) -> Body:
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


def _store_settlement(context: PartContext, form: SettlementForm) -> Body:
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


def _store_agreement(context: PartContext, form: AgreementForm) -> Body:
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


def _store_secrecy(context: PartContext, form: forms.Form) -> Body:  # noqa: ARG001
    return context.body.told(secrecy_signed=timezone.localdate().isoformat())


def _plain(form: type[forms.Form], *keys: str) -> Callable[..., forms.Form]:
    """A form that begins with what stands in the body."""

    def make(context: PartContext, data: Mapping[str, Any] | None) -> forms.Form:
        return form(data, initial={key: context.body.text(key) for key in keys})

    return make


_HANDOVER = Part(HandoverForm, _store_handover)

PARTS: Mapping[str, Part] = {
    "pay": Part(PayForm, _store_pay),
    "contract": Part(ContractForm, _store_contract),
    "equipment": Part(_plain(EquipmentForm, "desk", "equipment", "ready_on"), _store_equipment),
    "assessment": Part(AssessmentForm, _store_assessment),
    "summary": Part(_plain(SummaryForm, "summary"), _store_summary),
    "checks": Part(ChecksForm, store_checks),
    "settlement": Part(SettlementForm, _store_settlement),
    "agreement": Part(AgreementForm, _store_agreement),
    "secrecy": Part(SecrecyForm, _store_secrecy),
    "handover_department": _HANDOVER,
    "handover_administration": _HANDOVER,
    "handover_it": _HANDOVER,
    "handover_archive": _HANDOVER,
}
"""By the keys in :mod:`.vocabulary`."""
