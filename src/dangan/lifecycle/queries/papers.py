"""The papers of a departure: which there are, and the values that go onto them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils import timezone

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Absent, Actor
from dangan.audit.rules import Event
from dangan.lifecycle.actions import opened_for
from dangan.lifecycle.checklist import checklist
from dangan.lifecycle.models import ChecklistItem, Kind, Movement, State
from dangan.lifecycle.queries.sight import Sight
from dangan.lifecycle.rules import law
from dangan.lifecycle.rules.bodies import Body
from dangan.lifecycle.rules.effects import day_of
from dangan.lifecycle.sealing import open_note
from dangan.lifecycle.standing import Standing
from dangan.ui.printing import pdf
from dangan.workflow import queries as workflow
from dangan.workflow.models import Case
from dangan.workflow.rights import may_see

FORMS = Path(__file__).parent.parent / "printed"
OPINIONS = 5
"""Opinions that fit on one sheet."""

PAPERS: Mapping[str, str] = {
    "opinion": "员工特别事项处理意见表",
    "handover": "离公司手续单",
    "certificate": "离职证明",
}
"""Official papers keep their Chinese names in every language."""


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A paper that the reader may print."""

    key: str
    label: str


def papers_for(actor: Actor, movement: Movement, person: Standing) -> tuple[PaperLine, ...]:
    """The papers of this movement that the actor may print, if the case is theirs to read; the
    certificate once it is true."""
    if movement.kind != Kind.DEPARTURE or not may_print(actor, person):
        return ()
    case = Case.objects.filter(pk=movement.case).first() if movement.case else None
    if case is None or not may_see(actor, case):
        return ()
    return tuple(
        PaperLine(key, label)
        for key, label in PAPERS.items()
        if key != "certificate" or movement.state == State.EFFECTIVE
    )


def may_print(actor: Actor, person: Standing) -> bool:
    """Whoever may print the person's post: those who keep dossiers, and the person."""
    involved = actor.may("lifecycle.view") or actor.subject == person.subject
    return involved and Sight(actor, person, None, "print").plain("post.unit")


def paper(actor: Actor, movement: UUID, key: str) -> bytes:
    """A paper as PDF; the print is logged before it leaves. Raises :class:`Absent`."""
    found = Movement.objects.filter(pk=movement).first()
    case = Case.objects.filter(pk=found.case).first() if found and found.case else None
    if found is None or case is None or key not in PAPERS:
        raise Absent
    view = workflow.case_view(actor, case.id)
    _movement, person, body = opened_for(case)
    if key not in {line.key for line in papers_for(actor, found, person)}:
        actor.trail.add(Event("movement.print", outcome="refused", subject=person.subject))
        raise Absent
    sight = Sight(actor, person, None, "print")
    values = _head(sight, found, body, case.number)
    if key == "opinion":
        values |= _opinion(sight, found, body, view)
    elif key == "handover":
        values |= _handover(sight, found, body)
    else:
        values |= _certificate(sight, found, body)
    actor.trail.add(
        Event("movement.print", subject=person.subject, object=key, facts={"number": case.number})
    )
    return pdf(FORMS / f"{key}.typ", values)


def _head(sight: Sight, movement: Movement, body: Body, number: str) -> dict[str, Any]:
    person = sight.person
    post = body.before.get("post") or (person.present.post.values if person.present.post else {})
    roots = person.path[:1]
    return {
        "number": number,
        "organization": person.tree.label(roots[0]) if roots else "",
        "name": sight.text("identity.name", _text(person, "identity.name")),
        "employee_number": sight.text(
            "identity.employee_number", _text(person, "identity.employee_number")
        ),
        "unit": person.tree.label(movement.unit) if sight.plain("post.unit") else "",
        "position": sight.text("post.position", post.get("position")),
        "joined": sight.text("post.joined", post.get("joined")),
        "last_day": movement.effective.isoformat(),
    }


def _text(person: Standing, path: str) -> str:
    value = person.field(path)
    return str(value) if value else ""


def _opinion(
    sight: Sight, movement: Movement, body: Body, view: workflow.CaseView
) -> dict[str, Any]:
    person = sight.person
    notified = day_of(body.text("notified_on")) or movement.effective
    words = sight.plain("post.full_title")
    return {
        "matter": "离职",
        "notified_on": notified.isoformat(),
        "notice": f"{law.notice_given(notified, movement.effective)} 天",
        "words_label": "本人申请" if movement.by_self else "事由",
        "words": body.reason if words else "",
        "signed_by": _text(person, "identity.name") if movement.by_self else "",
        "signed_on": notified.isoformat() if movement.by_self else "",
        "opinions": list(_opinions(view)),
        "remarks": body.text("short_reason") if words else "",
    }


def _opinions(view: workflow.CaseView) -> Iterable[dict[str, str]]:
    """One box for each step in which people decide, with what was said there last."""
    said = {
        line.step: line for line in view.timeline if line.verb in ("agree", "refuse") and line.step
    }
    steps = [step for step in _walk(view.steps) if step.type == "approve"]
    for step in steps[:OPINIONS]:
        line = said.get(step.key)
        yield {
            "label": step.label,
            "words": (line.words or line.verb_label) if line else "",
            "name": line.name if line else "",
            "day": timezone.localtime(line.at).date().isoformat() if line else "",
        }


def _walk(steps: Iterable[workflow.StepView]) -> Iterable[workflow.StepView]:
    for step in steps:
        yield step
        for _label, chosen, inner in step.rows:
            if chosen is not False:
                yield from _walk(inner)


def _handover(sight: Sight, movement: Movement, body: Body) -> dict[str, Any]:
    items = list(movement.items.filter(after=False).order_by("id"))
    names = names_of_accounts({item.by for item in items if item.by})
    table = checklist()
    departments = [
        {
            "label": department.label,
            "items": [
                _printed(sight, item, table.line(key, item.item).label, _name(names, item))
                for item in items
                if item.department == key
            ],
        }
        for key, department in table.departments.items()
    ]
    done = sum(item.state != ChecklistItem.State.OPEN for item in items)
    until = law.kept_until(movement.effective).isoformat()
    duties = body.text("continuing") if sight.plain("secrecy_agreement.kind") else ""
    foot = f"劳动合同文本至少保存到 {until}（劳动合同法第五十条）。"
    return {
        "departments": [item for item in departments if item["items"]],
        "summary": f"{len(items)} 项中已办 {done} 项",
        "foot": f"{foot}离职后的义务：{duties}" if duties else foot,
    }


def _name(names: Mapping[UUID, str], item: ChecklistItem) -> str:
    return names.get(item.by, "") if item.by else ""


def _printed(sight: Sight, item: ChecklistItem, label: str, name: str) -> dict[str, str]:
    rule = {"finance": "pay.total", "legal": "contract.position"}.get(
        item.department, "post.position"
    )
    note = open_note(sight.person.key, item) if sight.plain(rule) else ""
    done = {"done": "已办", "none": "不涉及"}.get(item.state, "")
    return {
        "label": label,
        "note": note or done,
        "name": name,
        "day": timezone.localtime(item.at).date().isoformat() if item.at else "",
    }


def _certificate(sight: Sight, movement: Movement, body: Body) -> dict[str, Any]:
    """What article 24 of the rules to the labour contract law wants it to say."""
    person = sight.person
    post = body.before.get("post", {})
    contract = body.before.get("contract", {})
    joined = day_of(post.get("joined"))
    code = str(body.post.get("leaving_reason") or "90")
    return {
        "id_label": "公民身份号码",
        "id_number": sight.text("identity.id_number", _text(person, "identity.id_number")),
        "unit": person.tree.full_label(movement.unit, ""),
        "joined": _day(joined),
        "contract_term": _term(day_of(contract.get("start")), day_of(contract.get("end"))),
        "last_day": _day(movement.effective),
        "ending": "终止" if law.ending_of(code).contract_state == "4" else "解除",
        "years": _years(joined, movement.effective),
        "secrecy": body.text("continuing") or "离职后仍须履行双方约定的保密义务。",
        "today": _day(timezone.localdate()),
    }


def _day(day: date | None) -> str:
    return f" {day.year} 年 {day.month} 月 {day.day} 日" if day else "　　　"


def _term(start: date | None, end: date | None) -> str:
    if start is None:
        return "　　　　"
    return f"{_day(start)}起" + (f"至{_day(end)}" if end else "，无固定期限")


def _years(joined: date | None, last_day: date) -> str:
    if joined is None:
        return "　　　"
    months = (last_day.year - joined.year) * 12 + last_day.month - joined.month
    months -= last_day.day + 1 < joined.day
    years, rest = divmod(max(0, months), 12)
    return f" {years} 年 {rest} 个月"
