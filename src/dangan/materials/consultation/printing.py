"""The printed forms: 查阅审批表, 查阅登记表, 对外提供审批表 and 对外提供登记表, as PDF by Typst."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.utils import timezone

from dangan.access.queries import names_of_accounts
from dangan.access.rules import Actor, require
from dangan.audit.rules import Event
from dangan.materials.catalogue.models import FileKind, Secrecy
from dangan.materials.consultation import queries
from dangan.materials.consultation.queries.lists import RegisterQuery
from dangan.organization import queries as organization
from dangan.ui.printing import pdf
from dangan.workflow import opening
from dangan.workflow.definitions_store import definition_of
from dangan.workflow.models import Case, CaseEvent
from dangan.workflow.rules.definitions import walk

FORMS = Path(__file__).parent / "printed"
TITLES = {
    FileKind.CADRE: "查阅干部人事档案审批表",
    FileKind.STAFF: "查阅职工档案审批表",
    FileKind.EMPLOYEE_FILE: "查阅员工资料审批表",
}
RULES = "不得涂改、圈画、抽取、撤换档案材料，不得擅自拍摄、复制、外传；只用于表中所写的事由。"
CADRE_RULES = (
    "查阅干部人事档案由两名以上人员同时进行，任何人不得查阅本人及亲属的档案；"
    "不得涂改、圈画、抽取、撤换，不得擅自拍摄、复制、外传。"
)


def consultation_form(actor: Actor, consultation: UUID) -> bytes:
    """查阅干部人事档案审批表 with what was decided so far; for whoever may see the request."""
    view = queries.consultation(actor, consultation)
    row = view.row
    actor.trail.add(
        Event("consultation.print", subject=row.subject, object=str(row.pk),
              facts={"number": row.number})
    )  # fmt: skip
    return pdf(
        FORMS / "consultation.typ",
        {
            "title": TITLES[FileKind(row.volume.kind)],
            "number": row.number,
            "organization": _organization(),
            "secrecy": _secrecy(view.volume.secrecy),
            "person": view.person.name,
            "person_unit": view.person.unit_label,
            "volume": f"{row.volume.number} {view.volume.kind_label}",
            "unit": view.applicant_unit,
            "applicant": view.applicant,
            "post": view.body.applicant_post,
            "phone": view.body.applicant_phone,
            "day": _day(row.at),
            "ground": f"{view.body.ground}. {view.ground}" if view.ground else "",
            "purpose": view.body.purpose,
            "readers": [
                {
                    "name": line.name,
                    "unit": line.unit,
                    "document": f"{line.document} {line.document_number}".strip(),
                    "party": {"yes": "是", "no": "否"}.get(line.party, ""),
                }
                for line in view.readers
            ],
            "asked": [list(pair) for pair in view.asked],
            "granted": [list(pair) for pair in view.granted],
            "opinions": [
                one | {"words": view.body.checked} if one["verdict"] == CHECKED else one
                for one in _opinions(row.case)
            ],
            "rules": CADRE_RULES if row.volume.kind == FileKind.CADRE else RULES,
            "opened": _moment(row.opened_at),
            "until": _moment(row.ended_at or row.until),
            "state": view.word,
            "feedback": "；".join(n.text for n in view.notes if n.kind == "feedback"),
            "printed": _printed(actor),
        },
    )


def register(actor: Actor, query: RegisterQuery) -> bytes:
    """查阅登记表 by the register's filter."""
    page = queries.register(actor, query)
    actor.trail.add(Event("consultation.print", facts={"n": len(page.lines)}))
    names = names_of_accounts(
        {seat.account for line in page.lines for seat in line.row.seats.all() if seat.account}
    )
    return pdf(
        FORMS / "register.typ",
        {
            "title": "查阅档案登记表",
            "organization": _organization(),
            "count": page.total,
            "shown": len(page.lines),
            "printed": _printed(actor),
            "lines": [
                {
                    "number": line.row.number,
                    "day": _day(line.row.at),
                    "volume": line.row.volume.number,
                    "secrecy": _secrecy(line.secrecy),
                    "person": line.person.name,
                    "unit": line.unit,
                    "applicant": line.applicant,
                    "readers": "、".join(
                        names.get(seat.account, "") if seat.account else "外单位人员"
                        for seat in line.row.seats.all()
                    ),
                    "opened": _moment(line.row.opened_at),
                    "until": _moment(line.row.ended_at or line.row.until),
                    "state": line.word,
                }
                for line in page.lines
            ],
        },
    )


def provision_form(actor: Actor, provision: UUID) -> bytes:
    """个人信息对外提供审批表."""
    view = queries.provision(actor, provision)
    row, body = view.row, view.body
    actor.trail.add(Event("provision.print", subject=row.subject, object=str(row.pk)))
    person = view.person.name if view.person else ""
    return pdf(
        FORMS / "provision.typ",
        {
            "title": "个人信息对外提供审批表",
            "number": row.number,
            "organization": _organization(),
            "unit": view.applicant_unit,
            "applicant": view.applicant,
            "day": _day(row.at),
            "receiver": body.receiver,
            "contact": f"{body.contact} {body.contact_phone}".strip(),
            "basis": view.basis,
            "basis_words": body.basis_words,
            "purpose": body.purpose,
            "fields": body.fields,
            "whom": f"{person} {row.volume.number}" if row.volume else "多人",
            "secrecy": _secrecy(view.volume.secrecy) if view.volume else "",
            "people": row.people,
            "period": f"{row.begins:%Y-%m-%d} 至 {row.until:%Y-%m-%d}",
            "manner": body.manner,
            "measures": body.measures,
            "told": body.told,
            "opinions": _opinions(row.case),
            "provided": f"{_moment(row.provided_at)} {view.provided_by}".strip(),
            "kept": f"{row.kept_until:%Y-%m-%d}",
            "printed": _printed(actor),
        },
    )


def provisions(actor: Actor) -> bytes:
    """对外提供登记表: PIPL 21 and 23."""
    require(actor, "consultation.manage")
    lines = queries.provisions(actor)
    actor.trail.add(Event("provision.print", facts={"n": len(lines)}))
    return pdf(
        FORMS / "provisions.typ",
        {
            "title": "个人信息对外提供登记表",
            "organization": _organization(),
            "printed": _printed(actor),
            "lines": [
                {
                    "number": line.row.number,
                    "day": _day(line.row.at),
                    "receiver": line.receiver,
                    "purpose": line.purpose,
                    "people": line.row.people,
                    "period": f"{line.row.begins:%Y-%m-%d} 至 {line.row.until:%Y-%m-%d}",
                    "applicant": line.applicant,
                    "provided": _moment(line.row.provided_at),
                    "kept": f"{line.row.kept_until:%Y-%m-%d}",
                    "state": line.word,
                }
                for line in lines
            ],
        },
    )


def _opinions(case: UUID | None) -> list[dict[str, str]]:
    """What was decided in the case, with words, names and days; nothing for a destroyed key."""
    found = Case.objects.select_related("definition_version")
    row = found.filter(pk=case).first() if case else None
    if row is None:
        return []
    key = opening.key_in(opening.keys_for([row]), row)
    events = list(CaseEvent.objects.filter(case=row, verb__in=_DECIDED).order_by("seq"))
    names = names_of_accounts({event.actor for event in events})
    labels = _step_labels(row)
    return [
        {
            "step": labels.get(event.step, ""),
            "verdict": _DECIDED[event.verb],
            "words": str(opening.open_event(key, event).get("words", "")),
            "name": names.get(event.actor, ""),
            "day": _day(event.at),
        }
        for event in events
    ]


CHECKED = "已核对"
_DECIDED = {"agree": "同意", "refuse": "拒绝", "fill": CHECKED, "return": "退回"}


def _step_labels(case: Case) -> dict[str, str]:
    flow = definition_of(case.definition_version)
    return {step.key: step.label for step in walk(flow.steps)}


def _secrecy(mark: int) -> str:
    return str(Secrecy(mark).label) if mark else ""


def _organization() -> str:
    tree = organization.tree()
    root = next((node for node in tree.nodes.values() if node.parent is None), None)
    return root.name if root else ""


def _day(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d}" if at else ""


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%Y-%m-%d %H:%M}" if at else ""


def _printed(actor: Actor) -> str:
    return f"{actor.name} {timezone.localtime():%Y-%m-%d %H:%M} 打印"
