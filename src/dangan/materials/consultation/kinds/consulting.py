"""查阅 as a case: checked by the archivist, who may narrow; opened by the last decision."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.dictionary.rules import Message
from dangan.materials.catalogue.queries import settings
from dangan.materials.catalogue.rules.seeing import NAMED_READERS_FROM
from dangan.materials.consultation import within
from dangan.materials.consultation.forms.scope import ScopeForm
from dangan.materials.consultation.kinds.base import FILE_KIND, TOP_SECRECY, UseKind
from dangan.materials.consultation.models import Consultation
from dangan.materials.consultation.queries.requests import consultation_content
from dangan.materials.consultation.rules.asking import inside, student_may
from dangan.materials.consultation.rules.bodies import ConsultationBody, Scope
from dangan.materials.consultation.sealing import open_body, seal_body
from dangan.vault import queries as vault
from dangan.vault.rules import SubjectKey
from dangan.workflow.handling import CannotTakeEffect, Fact, Facts, Named
from dangan.workflow.models import Case

if TYPE_CHECKING:
    from django import forms

SCOPE = Named("scope", "核对材料和核定范围", "Check the papers, settle the scope")
OPEN = Named("open", "准予查阅", "The consultation is allowed")


class ConsultationKind(UseKind[Consultation]):
    key = "consultation"
    label = gettext_lazy("档案查阅")
    icon = "book"
    facts = (
        FILE_KIND,
        TOP_SECRECY,
        Fact("outsiders", "有单位以外的人", "Readers from outside", "flag"),
        Fact("readers", "阅览人数", "Number of readers", "number"),
        Fact("hours", "时长（小时）", "Hours", "number"),
        Fact("takes", "要打印或下载", "Prints or downloads", "flag"),
        Fact("applicant_unit", "申请部门", "Unit of the applicant", "unit"),
    )
    acts = (OPEN,)
    parts = (SCOPE,)
    template = "consultation/parts/consultation_content.html"
    table: ClassVar[type[Consultation]] = Consultation

    def describe(self, row: Consultation) -> str:
        return _("查阅案卷 {number}，{hours} 小时").format(
            number=row.volume.number, hours=row.hours
        )

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        """The form, cut to rights; nothing once the person's key is destroyed."""
        return consultation_content(actor, self.row(case))

    def fill_form(
        self, actor: Actor, case: Case, part: str, data: Mapping[str, Any] | None = None
    ) -> forms.Form:
        if part != SCOPE.key:
            raise LookupError(part)
        row = self.row(case)
        return ScopeForm(actor, row, _body(row)[1], data)

    def fill(self, actor: Actor, case: Case, part: str, form: forms.Form) -> Facts:  # noqa: ARG002
        """Stores what the archivist granted and wrote; the facts follow the narrower scope."""
        if part != SCOPE.key or not isinstance(form, ScopeForm):
            raise LookupError(part)
        row = self.row(case, lock=True)
        key, body = _body(row)
        scope = form.scope()
        changed = msgspec.structs.replace(
            body, granted=scope, checked=form.cleaned_data["checked"].strip()
        )
        row.version += 1
        row.top = max(form.top(), row.volume.secrecy)
        row.sealed = seal_body(key, row.pk, row.version, changed)
        row.save(update_fields=["version", "top", "sealed"])
        return {
            "hours": scope.hours,
            "takes": scope.print or scope.download,
            "top_secrecy": row.top,
        }

    def grant(self, actor: Actor, row: Consultation, case: Case) -> None:  # noqa: ARG002
        """Everything is judged again as it is now; time begins when the readers open it."""
        _still_possible(actor, row)
        key, body = _body(row)
        scope = _student(row, body.granted or _settled(row, key, body.asked))
        set_ = settings()
        now = timezone.now()
        row.hours = min(scope.hours, row.hours, set_.view_most_hours)
        row.materials = None if scope.materials is None else [str(one) for one in scope.materials]
        row.print, row.download = scope.print, scope.download
        row.marked = scope.marked and row.top >= NAMED_READERS_FROM
        row.presence_minutes = set_.presence_minutes
        row.use_before = max(now, row.starts or now) + timedelta(days=set_.open_within_days)

    def edit_url(self, case: Case) -> str:
        return reverse("consultation:edit", args=[case.object]) if case.object else ""


def _body(row: Consultation) -> tuple[SubjectKey, ConsultationBody]:
    key = vault.key_of(row.subject)
    return key, open_body(key, row.pk, row.version, row.sealed, ConsultationBody)


def _still_possible(actor: Actor, row: Consultation) -> None:
    """Raises :class:`CannotTakeEffect` when the volume, the readers or the decider rule it out."""
    for wrong in within.standing_problems(row.volume):
        raise CannotTakeEffect(wrong.message)
    if row.volume.restricted_at is not None:
        raise CannotTakeEffect(Message("这份档案现在限制处理，不能查阅，请拒绝这项申请。"))
    accounts = [seat.account for seat in row.seats.filter(ended_at__isnull=True) if seat.account]
    if actor.id in accounts:
        raise CannotTakeEffect(Message("阅览人不能同意自己查阅，请转交另一个人。"))
    for party in within.parties(accounts, [row.subject]):
        if party.away_from:
            raise CannotTakeEffect(
                Message("{name} 现在需要回避，请退回申请换一名阅览人。", name=party.name)
            )


def _settled(row: Consultation, key: SubjectKey, asked: Scope) -> Scope:
    """What was asked for as materials, where a flow has no archivist to choose them."""
    if asked.whole:
        return asked
    lying = within.lying_in(row.volume_id, key)
    chosen: tuple[UUID, ...] = tuple(
        material for material, (category, _mark) in lying.items() if inside(asked, category)
    )
    return msgspec.structs.replace(asked, materials=chosen)


def _student(row: Consultation, scope: Scope) -> Scope:
    if student_may(row.volume.subject.kind, "print"):
        return scope
    return msgspec.structs.replace(scope, print=False, download=False)
