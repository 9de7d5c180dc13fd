"""The parts that fill steps ask for: a form each, and how it is stored.

A form shows only what its filler may read; what was there and is hidden stays as it is when the
field is left empty.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django import forms

from dangan.lifecycle.kinds.parts.base import Part, PartContext
from dangan.lifecycle.kinds.parts.leaving import (
    AgreementForm,
    HandoverForm,
    SettlementForm,
    secrecy_form,
    store_agreement,
    store_handover,
    store_secrecy,
    store_settlement,
)
from dangan.lifecycle.kinds.parts.people import (
    AssessmentForm,
    ChecksForm,
    SummaryForm,
    store_assessment,
    store_checks,
    store_summary,
)
from dangan.lifecycle.kinds.parts.terms import (
    ContractForm,
    EquipmentForm,
    PayForm,
    store_contract,
    store_equipment,
    store_pay,
)

__all__ = ["PARTS", "ChecksForm", "Part", "PartContext", "store_checks"]


def _plain(form: type[forms.Form], *keys: str) -> Callable[..., forms.Form]:
    """A form that begins with what stands in the body."""

    def make(context: PartContext, data: Mapping[str, Any] | None) -> forms.Form:
        return form(data, initial={key: context.body.text(key) for key in keys})

    return make


_HANDOVER = Part(HandoverForm, store_handover)

PARTS: Mapping[str, Part] = {
    "pay": Part(PayForm, store_pay),
    "contract": Part(ContractForm, store_contract),
    "equipment": Part(_plain(EquipmentForm, "desk", "equipment", "ready_on"), store_equipment),
    "assessment": Part(AssessmentForm, store_assessment),
    "summary": Part(_plain(SummaryForm, "summary"), store_summary),
    "checks": Part(ChecksForm, store_checks),
    "settlement": Part(SettlementForm, store_settlement),
    "agreement": Part(AgreementForm, store_agreement),
    "secrecy": Part(secrecy_form, store_secrecy),
    "handover_department": _HANDOVER,
    "handover_administration": _HANDOVER,
    "handover_it": _HANDOVER,
    "handover_archive": _HANDOVER,
}
"""By the keys in :mod:`.vocabulary`."""
