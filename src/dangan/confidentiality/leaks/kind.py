"""泄密事件 as a kind of case: parts are filled in; it is never refused, withdrawn or sent back to
the reporter. Only agreeing to the conclusion ends it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dangan.access.rules import Actor
from dangan.audit.rules import Event
from dangan.confidentiality.leaks import queries, rules
from dangan.confidentiality.leaks.actions import locked, store
from dangan.confidentiality.leaks.forms import (
    AssessmentForm,
    ConclusionForm,
    FirstForm,
    PartForm,
    RemediesForm,
    TellingForm,
    kinds_text,
)
from dangan.confidentiality.leaks.models import Leak
from dangan.confidentiality.leaks.rules import Body
from dangan.confidentiality.leaks.sealing import open_body
from dangan.dictionary.rules import Message
from dangan.vault import queries as vault
from dangan.vault.rules import SYSTEM
from dangan.workflow.handling import CannotTakeEffect, CaseKind, Fact, Facts, Named
from dangan.workflow.models import Case

if TYPE_CHECKING:
    from django import forms

FORMS: Mapping[str, type[PartForm]] = {
    "first": FirstForm,
    "assessment": AssessmentForm,
    "remedies": RemediesForm,
    "notification": TellingForm,
    "conclusion": ConclusionForm,
}
NO_END = {
    "refused": Message("泄密事件不能拒绝。结论不妥时请退回到前面的步骤，误报也要写明结论。"),
    "withdrawn": Message("泄密报告不能撤回。误报请在评论中说明，由人事经理写明结论后结案。"),
}


class LeakKind(CaseKind):
    key = "leak"
    label = gettext_lazy("泄密事件")
    icon = "alert-triangle"
    facts = (
        Fact(
            "severity",
            "严重程度",
            "Severity",
            "choice",
            (("1", "一般", "Minor"), ("2", "较大", "Major"), ("3", "重大", "Grave")),
        ),
        Fact("people", "涉及人数", "Number of people", "number"),
        Fact("personal", "涉及个人信息", "Personal data", "flag"),
        Fact("secrets", "涉及公司秘密", "The firm's secrets", "flag"),
        Fact("authority", "须告知主管部门", "The authority must be told", "flag"),
        Fact("persons", "须通知个人", "The persons must be told", "flag"),
        Fact("tell", "须告知主管部门或个人", "Somebody must be told", "flag"),
    )
    acts = (Named("close", "结案", "Closed"),)
    parts = (
        Named("first", "了解情况和补救", "What is known, first remedies"),
        Named("assessment", "评估", "Assessment"),
        Named("remedies", "补救措施", "Remedies"),
        Named("notification", "告知主管部门和个人", "Telling authority and persons"),
        Named("conclusion", "结论和教训", "Conclusion and lessons"),
    )
    template = "leaks/parts/case.html"

    def summaries(self, actor: Actor, cases: Sequence[Case]) -> dict[UUID, str]:  # noqa: ARG002
        return {
            case.id: _("{day} 报告").format(
                day=timezone.localtime(case.opened_at).date().isoformat()
            )
            for case in cases
        }

    def content(self, actor: Actor, case: Case) -> Mapping[str, Any]:
        """The leak with all its words; nothing for whoever the matter concerns."""
        view = queries.of_case(actor, case)
        return {"view": view, "kinds": kinds_text(view.body)} if view else {}

    def fill_form(
        self, actor: Actor, case: Case, part: str, data: Mapping[str, Any] | None = None
    ) -> forms.Form:
        if part not in FORMS:
            raise LookupError(part)
        row = _row(case)
        form = FORMS[part](actor, open_body(vault.key_of(SYSTEM), row), data)
        if isinstance(form, AssessmentForm):
            form.initial["tell_by"] = timezone.localtime(rules.tell_by(row.at))
        return form

    def fill(self, actor: Actor, case: Case, part: str, form: forms.Form) -> Facts:
        """Stores the part; the assessment gives the facts that the flow branches on."""
        if not isinstance(form, PartForm):
            raise LookupError(part)
        row, body = locked(_row(case).pk)
        now = timezone.now()
        changed = form.changed()
        if part in {"first", "remedies"}:
            row.first_measure_at = row.first_measure_at or now
        if part == "remedies":
            row.remedied_at = now
        elif part == "notification":
            row.told_at = now
        elif part == "conclusion":
            row.concluded_at = now
        facts = _assess(row, form) if isinstance(form, AssessmentForm) else {}
        store(row, body, **changed)
        actor.trail.add(Event("leak.fill", object=str(row.pk), facts={"part": part}))
        return facts

    def perform(self, actor: Actor, case: Case, act: str) -> None:
        """Closes the leak; by nobody whom it concerns, and not without conclusion."""
        if act != "close":
            raise LookupError(act)
        row, body = locked(_row(case).pk)
        if actor.id in body.avoid:
            raise CannotTakeEffect(Message("报告写明你与这件事有关，不能结案，请转交另一个人。"))
        _complete(body)
        row.state, row.closed_at = Leak.State.CLOSED, timezone.now()
        row.save(update_fields=["state", "closed_at"])
        actor.trail.add(Event("leak.close", object=str(row.pk)))

    def ended(self, actor: Actor, case: Case, outcome: str) -> None:  # noqa: ARG002
        if outcome in NO_END:
            raise CannotTakeEffect(NO_END[outcome])

    def returned(self, actor: Actor, case: Case) -> None:  # noqa: ARG002
        raise CannotTakeEffect(
            Message("泄密报告不退回给报告人，要补充的请在评论中问；也可以退回到前面的步骤。")
        )


def _assess(row: Leak, form: AssessmentForm) -> Facts:
    given = form.cleaned_data
    tells = given["authority"] or given["persons"]
    row.severity, row.people = given["severity"], given["people"]
    row.tell_authority, row.tell_persons = given["authority"], given["persons"]
    row.tell_by = given["tell_by"] if tells else None
    row.assessed_at = timezone.now()
    return {
        "severity": str(given["severity"]),
        "people": given["people"],
        "personal": given["personal"],
        "secrets": given["secrets"],
        "authority": given["authority"],
        "persons": given["persons"],
        "tell": tells,
    }


def _complete(body: Body) -> None:
    if body.conclusion is None:
        raise CannotTakeEffect(Message("还没有结论，请先写结论再结案。"))
    assessment = body.assessment
    if assessment and (assessment.authority or assessment.persons) and body.telling is None:
        raise CannotTakeEffect(Message("还没有登记告知，请先完成告知再结案。"))


def _row(case: Case) -> Leak:
    found = Leak.objects.filter(pk=case.object).first() if case.object else None
    if found is None:
        raise LookupError(case.number)
    return found
