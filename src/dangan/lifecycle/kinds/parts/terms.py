"""Pay by finance, contract by legal, desk and equipment by administration."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.dictionary.rules import Json
from dangan.lifecycle import fields
from dangan.lifecycle.kinds.parts.base import PartContext, PartForm, values_of
from dangan.lifecycle.rules.bodies import Body

PAY_FIELDS = ("kind", "grade", "base", "post_pay", "performance", "allowance", "total")
PAY_SUM = ("base", "post_pay", "performance", "allowance")
CONTRACT_FIELDS = ("kind", "position", "place", "hours", "end", "signed")
NEW_CONTRACT_FIELDS = (
    "number", "kind", "signed", "start", "end", "probation_months", "probation_end",
    "employer", "position", "place",
)  # fmt: skip


class PayForm(PartForm):
    """核定薪酬: the new pay, or that it stays."""

    def __init__(self, context: PartContext, data: Mapping[str, Any] | None) -> None:
        values = context.body.pay or values_of(context.person.present.pay)
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


def store_pay(context: PartContext, form: PayForm) -> Body:
    """The body with the new pay, or the tick that it stays."""
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
            {} if context.movement.kind == "newcomer" else values_of(present)
        )
        super().__init__(context, "contract", keys, values, data)
        self.fields["same"] = fields.tick(_("合同不变"))
        self.fields["same"].initial = context.body.flag("contract_same")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("same") and not self.errors and not self.row():
            self.add_error(None, _("请填写变更内容，或勾选“合同不变”。"))
        return cleaned


def store_contract(context: PartContext, form: ContractForm) -> Body:
    """The body with what is amended in the contract, or the tick that nothing is."""
    same = bool(form.cleaned_data.get("same"))
    row = {} if same else form.row()
    body = msgspec.structs.replace(context.body, contract=row)
    return body.told(contract_same=same or None)


class EquipmentForm(forms.Form):
    """安排工位和设备."""

    desk = fields.line(gettext_lazy("工位"), required=True, most=60)
    equipment = fields.words(gettext_lazy("设备"), rows=2, most=200)
    ready_on = fields.day(gettext_lazy("就绪日期"), required=False)


def store_equipment(context: PartContext, form: forms.Form) -> Body:
    """The body with desk and equipment."""
    given = form.cleaned_data
    return context.body.told(
        desk=given["desk"],
        equipment=given["equipment"],
        ready_on=given["ready_on"].isoformat() if given["ready_on"] else None,
    )
